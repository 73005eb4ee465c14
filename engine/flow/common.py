"""Parts that both definition formats share: retry policy, settings, metadata."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from engine.flow.document import Path, Report, nearest
from engine.flow.model import FlowSettings, Metadata, RetryPolicy
from engine.flow.shapes import MetadataShape, RetryShape, SettingsShape

SYNONYMS = (
    ("max_attempts", "attempts"),
    ("delay_ms", "initial_delay_ms"),
    ("backoff_multiplier", "factor"),
)


def retry_policy(shape: RetryShape | None, path: Path, report: Report) -> RetryPolicy | None:
    """The retry policy as written; reports synonyms given twice and a policy without attempts."""
    if shape is None:
        return None
    values = {first: _either(shape, first, second, path, report) for first, second in SYNONYMS}
    if values["max_attempts"] is None and shape.model_fields_set:
        report.error(path, "needs maxAttempts, the first attempt included", "missing")
    known = {
        "attempts": values["max_attempts"],
        "delay_ms": values["delay_ms"],
        "factor": values["backoff_multiplier"],
        "delay_max_ms": shape.max_delay_ms,
        "jitter": _jitter(shape.jitter),
        "retry_on": None if shape.retryable_errors is None else tuple(shape.retryable_errors),
    }
    policy = RetryPolicy(**{name: value for name, value in known.items() if value is not None})
    if shape.max_delay_ms is not None and policy.delay_max_ms < policy.delay_ms:
        report.error(
            (*path, "maxDelayMs"), f"is smaller than the first delay, {policy.delay_ms}", "contradiction"
        )
    return policy


def _either(shape: RetryShape, first: str, second: str, path: Path, report: Report) -> Any:
    one, other = getattr(shape, first), getattr(shape, second)
    if one is not None and other is not None:
        names = [RetryShape.model_fields[name].alias or name for name in (first, second)]
        message = f"{names[0]} and {names[1]} mean the same; give one of them"
        report.error((*path, names[1]), message, "contradiction")
    return one if one is not None else other


def _jitter(value: bool | float | None) -> float | None:
    if value is True:
        return RetryPolicy().jitter
    return 0.0 if value is False else value


def dump_retry(policy: RetryPolicy) -> dict[str, Any]:
    """A retry policy in the words of the formats, without what is at its default."""
    default = RetryPolicy()
    values: dict[str, Any] = {
        "delayMs": (policy.delay_ms, default.delay_ms),
        "backoffMultiplier": (policy.factor, default.factor),
        "maxDelayMs": (policy.delay_max_ms, default.delay_max_ms),
        "jitter": (policy.jitter, default.jitter),
        "retryableErrors": (list(policy.retry_on), list(default.retry_on)),
    }
    changed = {name: value for name, (value, usual) in values.items() if value != usual}
    return {"maxAttempts": policy.attempts, **changed}


def settings_of(shape: SettingsShape, report: Report) -> FlowSettings:
    """The flow's settings; reports a time zone that does not exist."""
    if shape.timezone is not None and not _is_timezone(shape.timezone):
        message = f"there is no time zone {shape.timezone[:64]!r}"
        hint = nearest(shape.timezone, sorted(available_timezones())) or "use an IANA name: Europe/Berlin"
        report.error(("settings", "timezone"), message, "unknown_timezone", hint)
    return FlowSettings(**shape.model_dump())


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def metadata_of(shape: MetadataShape) -> Metadata:
    """The flow's metadata."""
    return Metadata(
        tags=tuple(shape.tags),
        category=shape.category,
        visibility=shape.visibility,
        dao_subnet=shape.dao_subnet or None,
        required_permissions=tuple(shape.required_permissions),
        estimated_duration_ms=shape.estimated_duration,
        resource_requirements=shape.resource_requirements,
    )


def dump_metadata(metadata: Metadata) -> dict[str, Any]:
    """Metadata in the words of the formats."""
    shape = MetadataShape.model_construct(
        tags=list(metadata.tags),
        category=metadata.category,
        visibility=metadata.visibility,
        dao_subnet=metadata.dao_subnet,
        required_permissions=list(metadata.required_permissions),
        estimated_duration=metadata.estimated_duration_ms,
        resource_requirements=dict(metadata.resource_requirements),
    )
    return shape.model_dump(by_alias=True, exclude_defaults=True)


def dump_settings(settings: FlowSettings) -> dict[str, Any]:
    """Settings in the words of the formats."""
    names = SettingsShape.model_fields
    shape = SettingsShape.model_construct(**{name: getattr(settings, name) for name in names})
    return shape.model_dump(by_alias=True, exclude_defaults=True)


def requirements(**parts: Any) -> dict[str, Any]:
    """What a step asks of a node: the parts that are given."""
    return {name: part for name, part in parts.items() if part}


def without_nulls(value: Any) -> Any:
    """A mapping without the keys that have no value (``params:`` with nothing after it in YAML)."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if item is not None}
