"""When a schedule fires: cron and interval ticks as pure functions of the time.

Daylight saving: an expression that names hours fires once for every local time it names. A time
that does not exist on a day fires when the clock has jumped over it; a time that exists twice fires
the first time only. An expression for every hour follows elapsed time instead: it fires in both of
two equal hours and not for the hour that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_ANY_TIME = datetime(2000, 1, 1)  # noqa: DTZ001


def checked_cron(expression: str) -> str:
    """The expression with single spaces; raises ValueError where it is none or never fires."""
    try:
        first = next(CronSim(expression, _ANY_TIME), None)
    except CronSimError as error:
        raise ValueError(f"{expression!r} is not a cron expression: {error}") from error
    if first is None:
        raise ValueError(f"{expression!r} never fires: no such day exists")
    return " ".join(expression.split())


def interval_tick(interval_us: int, after_us: int) -> int:
    """The first multiple of the interval after a time, counted from 1970."""
    return (after_us // interval_us + 1) * interval_us


def cron_tick(expression: str, zone_name: str, after_us: int) -> int | None:
    """The first tick after a time, in microseconds; None where the next 50 years have none."""
    zone = ZoneInfo(zone_name)
    after = _EPOCH + after_us * _MICROSECOND
    find = _by_elapsed_time if _every_hour(expression) else _by_local_time
    tick = find(expression, zone, after)
    return None if tick is None else (tick - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=1024)
def _every_hour(expression: str) -> bool:
    return set(CronSim(expression, _ANY_TIME).hours) == set(range(24))


def _local_ticks(expression: str, after: datetime) -> Iterator[datetime]:
    """Ticks on a clock without daylight saving, after a naive local time."""
    ticks: Iterator[datetime] = CronSim(expression, after)
    return ticks


def _by_local_time(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    start = after.astimezone(zone).replace(tzinfo=None, fold=0)
    for local in _local_ticks(expression, start):
        tick = _first_moment(local, zone)
        if tick > after:
            return tick
    return None


def _first_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """When a local time comes first, or when the clock jumps over it."""
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(zone, before, moment)


def _by_elapsed_time(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    offset = _offset(zone, after)
    start = (after + offset).replace(tzinfo=None)
    while True:
        local = next(_local_ticks(expression, start), None)
        if local is None:
            return None
        tick = local.replace(tzinfo=UTC) - offset
        changed = _next_change(zone, after, tick)
        if changed is None:
            return tick
        after, offset = changed, _offset(zone, changed)
        start = (after + offset).replace(tzinfo=None) - _SECOND  # the second of the change counts


def _next_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime | None:
    """When the zone's offset first changes after a moment and not after another, or None."""
    old = _offset(zone, low)
    while low < high:
        after = min(low + _DAY, high)
        if _offset(zone, after) != old:
            return _change(zone, low, after)
        low = after
    return None


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the zone's offset changes between two moments less than a day apart."""
    old = _offset(zone, low)
    low = low.replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
