"""wait: pauses the execution for a time, until a time, or until it is called."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import code, inner, is_expression
from n8n_import.nodes.form import page_of
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, is_number

AS_ISO = (
    "(t => t?.toISO ? t.toISO() : typeof t === 'number' ? new Date(t).toISOString() "
    ": t instanceof Date ? t.toISOString() : String(t).trim().replace(' ', 'T'))"
)
UNIT_MS = {"seconds": 1_000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}


def translate(node: Node, context: Context) -> Draft:
    """``resume``: timeInterval, specificTime, webhook; form."""
    resume = node.param("resume", "timeInterval")
    if resume == "timeInterval":
        usual = (1, "hours") if node.version < 1.1 else (5, "seconds")
        return Draft("flow.wait", {"durationMs": _duration(node, "amount", "unit", usual)})
    if resume == "specificTime":
        return Draft("flow.wait", {"until": _until(node)})
    if resume == "form":
        return Draft("form.page", page_of(node, context) | _limit(node, context))
    if resume != "webhook":
        raise Unsupported(f"waiting for {resume!r} is not done here yet")
    _tell_of_calls(node, context)
    return Draft("flow.wait", {"webhook": True} | _limit(node, context))


def _tell_of_calls(node: Node, context: Context) -> None:
    if node.param("incomingAuthentication", "none") != "none":
        context.differs(
            "who calls the resume address is not asked for more: the address is secret", "waiting"
        )
    if node.param("responseMode", "onReceived") != "onReceived":
        context.differs("a call that resumes it is answered at once", "waiting")
    context.ignores("responseCode", "options.responseData", "options.responseContentType")
    context.ignores("options.responseHeaders", "options.ignoreBots", "options.ipWhitelist")
    context.ignores("options.webhookSuffix")


def _limit(node: Node, context: Context) -> Json:
    """How long it waits for a call or a form."""
    parameters: Json = {}
    if node.param("limitWaitTime") is True:
        if node.param("limitType", "afterTimeInterval") != "afterTimeInterval":
            parameters["timeoutMs"] = _left(node.param("maxDateAndTime", ""))
        else:
            parameters["timeoutMs"] = _duration(node, "resumeAmount", "resumeUnit", (1, "hours"))
    return parameters


def _duration(node: Node, amount: str, unit: str, usual: tuple[int, str]) -> Any:
    given = node.param(amount, usual[0])
    factor = UNIT_MS.get(node.text(unit, usual[1]), 1_000)
    if is_expression(given):
        return code(f"Math.round(Number({inner(given)}) * {factor})")
    return round(given * factor) if is_number(given) else round(float(given) * factor)


def _until(node: Node) -> Any:
    given = node.param("dateTime", "")
    if is_expression(given):
        return code(f"{AS_ISO}({inner(given)})")
    return given


def _left(given: Any) -> str:
    """The milliseconds until a time, which stands in the workflow's zone where it names none."""
    return code(f"Math.max(1, Math.round(DateTime.fromISO({AS_ISO}({inner(given)})).diff($now).toMillis()))")


NODES = (NodeType("n8n-nodes-base.wait", (1, 1.1), translate, "flow.wait"),)
