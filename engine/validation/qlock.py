"""Qlock: is what the operation rests on genuine?"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256

from engine.base.limits import SIGNATURES_KEPT_MAX
from engine.ports.signer import SignatureChecker
from engine.validation.operation import Finding, Genuine, Hash, Operation, Signature, Stage


class Qlock:
    """The stage: announced hashes are those of the content, signatures are those of their keys.

    A signature that was found good stays good, so its check is remembered.
    """

    def __init__(self, checker: SignatureChecker | None = None) -> None:
        self._checker = checker
        self._good: OrderedDict[tuple[bytes, bytes, bytes], None] = OrderedDict()
        self.hits = self.misses = 0

    def __call__(self, given: Operation) -> Genuine | Finding:
        if not given.actor or not given.subnet:
            return _nobody(given)
        for content in given.hashes:
            if content.announced != content.actual:
                return _altered(given, content)
        for signature in given.signatures:
            if signature.refused or not self._is_good(signature):
                return _unsigned(given, signature)
        return Genuine(given)

    def _is_good(self, signature: Signature) -> bool:
        key = (signature.public_key, sha256(signature.data).digest(), signature.signature)
        if key in self._good:
            self.hits += 1
            return True
        self.misses += 1
        checker = self._checker
        if checker is None or not checker.verify(signature.public_key, signature.data, signature.signature):
            return False
        self._good[key] = None
        while len(self._good) > SIGNATURES_KEPT_MAX:
            self._good.popitem(last=False)
        return True


def _nobody(given: Operation) -> Finding:
    what, remedy = f"{given.action} on {given.resource}", "name the actor and the subnet"
    return Finding(Stage.QLOCK, "nobody", what, "nobody in particular asks for it", remedy)


def _altered(given: Operation, content: Hash) -> Finding:
    return Finding(
        Stage.QLOCK,
        "hash_mismatch",
        f"{content.what} of {given.resource}",
        f"its content hashes to {content.actual}, not to {content.announced}",
        "restore the content that was announced",
    )


def _unsigned(given: Operation, signature: Signature) -> Finding:
    return Finding(
        Stage.QLOCK,
        "signature_invalid" if signature.signature else "signature_missing",
        f"{signature.what} of {given.resource}",
        signature.refused or "its signature is not one of the key that is said to have signed it",
        "let its owner sign it again",
    )
