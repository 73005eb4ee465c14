"""Values for guests: kept per subnet and flow, with compare and set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.base.canonical import settle
from engine.base.errors import InvalidInput, PayloadTooLarge
from engine.base.limits import FLOW_KEY_BYTES_MAX, FLOW_KEYS_LISTED_MAX, FLOW_VALUE_BYTES_MAX
from engine.ports.capabilities import Holder, KeyValueStore
from engine.ports.clock import Clock
from engine.ports.parameters import problems_of
from engine.sandbox.capabilities.asks import KvAsk
from engine.sandbox.capabilities.authority import CapabilityAuthority


class KvRequest(BaseModel):
    """A guest's request; ``expected`` is the revision to replace: 0 for a key that must not exist."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    action: Literal["get", "set", "delete", "list"]
    key: str = ""
    value: Any = None
    expected: Annotated[int, Field(ge=0, le=2**53)] | None = None
    after: str = ""
    limit: Annotated[int, Field(ge=1, le=FLOW_KEYS_LISTED_MAX)] = 100


class KeyValueShim:
    """The values of the flow, for one attempt."""

    def __init__(
        self, authority: CapabilityAuthority, holder: Holder, store: KeyValueStore, clock: Clock
    ) -> None:
        self._authority, self._holder, self._store, self._clock = authority, holder, store, clock

    def call(self, token: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Requests and answers::

            {"action": "get", "key"}                        {"found", "value", "revision"}
            {"action": "set", "key", "value", "expected"?}  {"revision"}
            {"action": "delete", "key", "expected"?}        {"deleted"}
            {"action": "list", "key": PREFIX, "after"?, "limit"?}  {"keys"}

        Raises :class:`CapabilityDenied`, :class:`StaleRevision` where ``expected`` is not what is there,
        :class:`PayloadTooLarge`, :class:`ResourceExhausted` and :class:`InvalidInput`.
        """
        read = _read(request)
        value, data = _settled(read.value) if read.action == "set" else (None, b"")
        if len(data) > FLOW_VALUE_BYTES_MAX:
            raise PayloadTooLarge(
                f"a value of {len(data)} bytes is more than the {FLOW_VALUE_BYTES_MAX} that are kept"
            )
        ask = KvAsk(read.action, read.key, len(data))
        self._authority.authorise(token, self._holder, ask, self._clock.now_us())
        answer: dict[str, Any] = getattr(self, f"_{read.action}")(read, value)
        return answer

    def _get(self, read: KvRequest, value: Any) -> dict[str, Any]:
        kept = self._store.get(self._holder.subnet, self._holder.flow, read.key)
        if kept is None:
            return {"found": False, "value": None, "revision": 0}
        return {"found": True, "value": kept.value, "revision": kept.revision}

    def _set(self, read: KvRequest, value: Any) -> dict[str, Any]:
        where, now_us = (self._holder.subnet, self._holder.flow, read.key), self._clock.now_us()
        return {"revision": self._store.put(*where, value, read.expected, now_us)}

    def _delete(self, read: KvRequest, value: Any) -> dict[str, Any]:
        where = (self._holder.subnet, self._holder.flow, read.key)
        return {"deleted": self._store.delete(*where, read.expected)}

    def _list(self, read: KvRequest, value: Any) -> dict[str, Any]:
        holder = self._holder
        return {"keys": list(self._store.keys(holder.subnet, holder.flow, read.key, read.after, read.limit))}


def _settled(value: Any) -> tuple[Any, bytes]:
    try:
        return settle(value)
    except (TypeError, RecursionError) as error:
        raise InvalidInput("a value is made of JSON values and bytes, not too deep") from error


def _read(request: Mapping[str, Any]) -> KvRequest:
    try:
        read = KvRequest.model_validate(dict(request))
    except ValidationError as error:
        raise InvalidInput("the request is not valid", problems_of(error, KvRequest, "request")) from None
    size = len(read.key.encode("utf-8", "replace"))
    if (
        size > FLOW_KEY_BYTES_MAX
        or "\x00" in read.key + read.after
        or (not read.key and read.action != "list")
    ):
        raise InvalidInput(f"a key is a text of 1 to {FLOW_KEY_BYTES_MAX} bytes without NUL")
    if any(0xD800 <= ord(character) < 0xE000 for character in read.key + read.after):
        raise InvalidInput("a key holds no lone surrogates")
    return read
