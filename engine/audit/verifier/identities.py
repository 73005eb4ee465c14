"""Who signed: keys that belong to identities.

A did:key is its own key. Any other identity has a log of key events in the bundle, which says which key
was in force when, and whether another identity let it sign journals; the rules are :mod:`engine.keylog`'s.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.audit.verifier.bundle import Refused
from engine.audit.verifier.cbor import decode
from engine.audit.verifier.names import DID_KEY, public_key_of
from engine.keylog.form import BadLog, Checks
from engine.keylog.rules import KeyState, check_log
from engine.keylog.trust import NotTrusted, check_signer

Check = Callable[[bytes, bytes, bytes], bool]
"""Whether a signature is good: public key, data, signature."""

SCOPE = "journal:sign"
"""What an identity must be allowed to sign in the name of another."""


class Identities:
    """The identities of a bundle; their logs are checked when this is made."""

    def __init__(self, logs: Mapping[str, Sequence[str]], check: Check) -> None:
        self._check, self._states = check, dict[str, KeyState]()
        checks = Checks(decode, check)
        for identity, events in logs.items():
            where = f"identities.{identity}"
            try:
                state = check_log([b64decode(event) for event in events], checks)
            except BadLog as error:
                raise Refused(f"{where}[{error.sequence}]", error.reason) from None
            if state.identity != identity:
                raise Refused(where, "the log is that of another identity")
            self._states[identity] = state

    def require(self, signed: Mapping[str, Any], statement: bytes, where: str, otherwise: str) -> str:
        """Who answers in the end for a signature; raises :class:`Refused` unless it is good, and by a key
        that was in force."""
        identity, key = signed["identity"], signed["key"]
        public_key = public_key_of(key)
        if public_key is None:
            raise Refused(where, f"{key} is no Ed25519 key")
        root = self._root(identity, key, public_key, signed["at_us"], where)
        if not self._check(public_key, statement, b64decode(signed["signature"])):
            raise Refused(where, f"the signature is not good: {otherwise}")
        return root

    def _root(self, identity: str, key: str, public_key: bytes, at_us: int, where: str) -> str:
        if identity.startswith(DID_KEY):
            if identity != DID_KEY + key:
                raise Refused(where, f"{key} is no key of {identity}")
            return identity
        try:
            return check_signer(self._states, identity, public_key, at_us, SCOPE)
        except NotTrusted as error:
            raise Refused(where, str(error)) from None
