"""scheduleTrigger, cron and interval: workflows that start by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from n8n_import.expressions import code
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, is_number

UNIT_MS = {"seconds": 1_000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000, "weeks": 604_800_000}


_ORDINAL = "(n => n + (n % 100 > 10 && n % 100 < 14 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'))"
TOLD = code(
    "(t => ({timestamp: t.toFormat(\"yyyy-MM-dd'T'HH:mm:ss.SSSZZ\"), "
    f"'Readable date': t.toFormat('MMMM ') + {_ORDINAL}(t.day) "
    "+ t.toFormat(' yyyy, h:mm:ss a').toLowerCase(), "
    "'Readable time': t.toFormat('h:mm:ss a').toLowerCase(), 'Day of week': t.toFormat('cccc'), "
    "Year: t.toFormat('yyyy'), Month: t.toFormat('MMMM'), 'Day of month': t.toFormat('dd'), "
    "Hour: t.toFormat('HH'), Minute: t.toFormat('mm'), Second: t.toFormat('ss'), "
    "Timezone: t.zoneName + ' (UTC' + t.toFormat('ZZ') + ')'}))"
    "($json.timestamp ? DateTime.fromISO($json.timestamp) : $now)"
)
"""What the node tells of its time, in the workflow's zone."""


def translate(node: Node, context: Context) -> list[Draft]:
    """``rule.interval``: a list of rules, each a cron expression or a kind of interval."""
    rules = node.entries("rule.interval") or [{}]
    crons = [_cron(rule, context) for rule in rules]
    said = Draft("data.set", {"json": TOLD, "keep": "none", "dots": False})
    return [Draft("trigger.schedule", {"cron": crons}), said]


def _cron(rule: Json, context: Context) -> str:
    field = rule.get("field", "days")
    if field == "cronExpression":
        return _expression(rule.get("expression"))
    minute = _number(rule, "triggerAtMinute", 0)
    hour = _number(rule, "triggerAtHour", 0)
    every = _number(rule, f"{field}Interval", {"seconds": 30, "minutes": 5}.get(str(field), 1))
    if field == "seconds":
        return f"{_each(every, 60, context)} * * * * *"
    if field == "minutes":
        return f"{_each(every, 60, context)} * * * *"
    if field == "hours":
        return f"{minute} {_each(every, 24, context)} * * *"
    if field == "days":
        return f"{minute} {hour} {_each(every, 31, context)} * *"
    if field == "weeks":
        return _weekly(rule, minute, hour, every, context)
    if field == "months":
        return f"{minute} {hour} {_number(rule, 'triggerAtDayOfMonth', 1)} {_each(every, 12, context)} *"
    raise Unsupported(f"the interval {field!r} is not known")


def _weekly(rule: Json, minute: int, hour: int, every: int, context: Context) -> str:
    given = rule.get("triggerAtDay", [0])
    days = [str(int(day)) for day in given if is_number(day)] if isinstance(given, list) else ["0"]
    if every > 1:
        context.differs(f"it starts every week, not every {every} weeks", "schedules")
    return f"{minute} {hour} * * {','.join(days) or '*'}"


def _each(every: int, size: int, context: Context) -> str:
    if every <= 1:
        return "*"
    if size % every:
        context.differs(f"every {every} begins anew with each round of {size}", "schedules")
    return f"*/{every}"


def _number(rule: Json, name: str, default: int) -> int:
    value = rule.get(name, default)
    return max(0, round(value)) if is_number(value) else default


def _expression(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or value.startswith("="):
        raise Unsupported("its cron expression is worked out when it runs, which cannot be here")
    return value.strip()


# --- the older nodes --------------------------------------------------------------------------------


def translate_cron(node: Node, context: Context) -> Draft:
    """``triggerTimes.item``: a list of times by mode."""
    crons = list(times(node, context, "triggerTimes.item"))
    if not crons:
        raise Unsupported("it has no times")
    return Draft("trigger.schedule", {"cron": crons})


def times(node: Node, context: Context, path: str) -> Iterator[str]:
    """A cron expression for each time in a list of them."""
    for time in node.entries(path):
        hour, minute = _whole(time, "hour", 14), _whole(time, "minute", 0)
        mode = time.get("mode", "everyDay")
        if mode == "custom":
            yield _expression(time.get("cronExpression"))
        elif mode == "everyX":
            yield _every(time, context)
        elif mode == "everyMinute":
            yield "* * * * *"
        else:
            yield _fixed(str(mode), time, hour, minute)


def _fixed(mode: str, time: Json, hour: int, minute: int) -> str:
    if mode == "everyHour":
        return f"{minute} * * * *"
    if mode == "everyDay":
        return f"{minute} {hour} * * *"
    if mode == "everyWeek":
        return f"{minute} {hour} * * {_whole(time, 'weekday', 1)}"
    if mode == "everyMonth":
        return f"{minute} {hour} {_whole(time, 'dayOfMonth', 1)} * *"
    raise Unsupported(f"the mode {mode!r} is not known")


def _every(time: Json, context: Context) -> str:
    value, unit = _whole(time, "value", 2), time.get("unit", "hours")
    if unit == "minutes":
        return f"{_each(value, 60, context)} * * * *"
    return f"0 {_each(value, 24, context)} * * *"


def _whole(time: Json, name: str, default: int) -> int:
    value = time.get(name, default)
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    return round(value) if is_number(value) else default


def translate_interval(node: Node, context: Context) -> Draft:
    """``interval`` times ``unit``."""
    amount, unit = node.param("interval", 1), node.text("unit", "seconds")
    if not is_number(amount) or amount <= 0 or unit not in UNIT_MS:
        raise Unsupported("its interval is no number of seconds, minutes or hours")
    return Draft("trigger.schedule", {"intervalMs": round(amount * UNIT_MS[unit])})


NODES = (
    NodeType(
        "n8n-nodes-base.scheduleTrigger", (1, 1.1, 1.2, 1.3), translate, "trigger.schedule", trigger=True
    ),
    NodeType("n8n-nodes-base.cron", (1,), translate_cron, "trigger.schedule", trigger=True),
    NodeType("n8n-nodes-base.interval", (1,), translate_interval, "trigger.schedule", trigger=True),
)
