"""Times that forms give."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.api import InvalidInput, Problem, world

HOURS_MAX = 10 * 366 * 24
_US_PER_HOUR = 3_600_000_000


def ahead(hours: str) -> int | None:
    """The time in so many hours, in microseconds since 1970; None where the field is empty.

    Raises :class:`InvalidInput`.
    """
    hours = hours.strip()
    if not hours:
        return None
    if not (hours.isascii() and hours.isdigit() and 0 < len(hours) < 7 and 0 < int(hours) <= HOURS_MAX):
        raise InvalidInput(
            "the time is not valid", [Problem("hours", f"a whole number from 1 to {HOURS_MAX}")]
        )
    return world().clock.now_us() + int(hours) * _US_PER_HOUR


def time_of(at_us: int) -> datetime:
    """Microseconds since 1970 as a time, for templates."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC)


def moment(text: str, field: str) -> int | None:
    """A time as a form gives it (``2026-01-31T12:00``, UTC), in microseconds since 1970; None where empty.

    Raises :class:`InvalidInput`.
    """
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        problem = Problem(field, "a day and a time such as 2026-01-31T12:00")
        raise InvalidInput(f"{field} is no time", [problem]) from None
    return round(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1_000_000)
