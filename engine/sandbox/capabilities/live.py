"""Tokens that are alive in this process: minted here for an attempt that is still under way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.base.errors import ResourceExhausted
from engine.base.limits import LIVE_TOKENS_MAX, TOKEN_REFUSALS_MAX
from engine.ports.capabilities import Holder
from engine.ports.policy import Policy
from engine.sandbox.capabilities.meets import Granted


@dataclass
class LiveToken:
    """What the process knows of a token; counts are by grant, by ceiling and by block."""

    id: str
    root: str  # revocation id of the first block
    holder: Holder
    policy: Policy
    granted: Sequence[Granted]
    expires_us: int
    used: Counter[int] = field(default_factory=Counter)
    spent: Counter[int] = field(default_factory=Counter)
    through: Counter[str] = field(default_factory=Counter)
    refusals: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def withdrawn(self) -> bool:
        """Whether too many of its uses were refused."""
        return self.refusals >= TOKEN_REFUSALS_MAX

    def count(self, grant: int, ceiling: int, blocks: Sequence[str]) -> None:
        """One more use; call it under the lock."""
        self.used[grant] += 1
        self.spent[ceiling] += 1
        self.through.update(blocks)


class LiveTokens:
    """By the revocation id of their first block, which every attenuation shares, and by holder."""

    def __init__(self) -> None:
        self._by_root: dict[str, LiveToken] = {}
        self._by_holder: dict[Holder, LiveToken] = {}
        self._lock = threading.Lock()

    def add(self, token: LiveToken, now_us: int) -> None:
        """A token comes to life; an earlier one of the same holder ends."""
        with self._lock:
            if len(self._by_root) >= LIVE_TOKENS_MAX:
                self._drop_expired(now_us)
            if len(self._by_root) >= LIVE_TOKENS_MAX:
                raise ResourceExhausted(
                    f"{LIVE_TOKENS_MAX} capability tokens are alive; try again when steps ended"
                )
            earlier = self._by_holder.get(token.holder)
            if earlier is not None:
                self._by_root.pop(earlier.root, None)
            self._by_root[token.root] = self._by_holder[token.holder] = token

    def _drop_expired(self, now_us: int) -> None:
        for token in [one for one in self._by_root.values() if one.expires_us <= now_us]:
            self._drop(token)

    def _drop(self, token: LiveToken) -> None:
        self._by_root.pop(token.root, None)
        if self._by_holder.get(token.holder) is token:
            del self._by_holder[token.holder]

    def find(self, root: str) -> LiveToken | None:
        """The token whose first block has this revocation id."""
        return self._by_root.get(root)

    def of(self, holder: Holder) -> LiveToken | None:
        """The token of an attempt."""
        return self._by_holder.get(holder)

    def retire(self, holder: Holder) -> None:
        """The attempt is over."""
        with self._lock:
            token = self._by_holder.get(holder)
            if token is not None:
                self._drop(token)

    def __len__(self) -> int:
        return len(self._by_root)
