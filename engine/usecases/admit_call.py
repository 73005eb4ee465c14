"""Admit a webhook call: its address, its signature, and that it was not made before."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.base.errors import CallReplayed, WrongState
from engine.ports.flow_store import ActiveTrigger
from engine.usecases.world import World
from engine.validation.addresses import check_address
from engine.validation.webhook_signatures import SignatureRule, SignedCall, key_bytes, verify_call

_STANDARD_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """A call as it came in: header names in lower case, the body's bytes untouched."""

    address: str
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def admitted(world: World, trigger: ActiveTrigger, call: OutsideCall) -> Iterator[None]:
    """The block runs if the trigger's rules admit the call; where it fails, the call may be made again.

    Raises :class:`AddressRefused`, :class:`CallRefused` and :class:`CallReplayed`, and counts them.
    """
    spec = trigger.registration.spec
    try:
        check_address(call.address, spec.get("allowAddresses") or (), spec.get("denyAddresses") or ())
        nonce = _check_signature(world, trigger, call)
    except Exception as error:
        world.metrics.count("webhook_refusals", code=getattr(error, "code", "error"))
        raise
    try:
        yield
    except BaseException:
        if nonce:
            world.seen.forget(trigger.subnet, _scope(trigger), nonce)
        raise


def _check_signature(world: World, trigger: ActiveTrigger, call: OutsideCall) -> str:
    """The nonce of a signed call, remembered; empty where the trigger asks for no signature."""
    given = trigger.registration.spec.get("verify")
    if not given:
        return ""
    now_us = world.clock.now_us()
    rule = signature_rule(world, trigger.subnet, given)
    proof = verify_call(rule, SignedCall(call.headers, call.body, now_us), world.signatures)
    if not world.seen.remember(trigger.subnet, _scope(trigger), proof.nonce, now_us, proof.until_us):
        raise CallReplayed()
    return proof.nonce


def _scope(trigger: ActiveTrigger) -> str:
    return f"{trigger.flow}/{trigger.registration.step}"


def signature_rule(world: World, subnet: str, given: Mapping[str, Any]) -> SignatureRule:
    """The rule that a trigger's ``verify`` stands for, with its secrets brought in.

    Raises :class:`WrongState` naming a secret that the subnet does not have.
    """
    known = world.secrets.of(subnet)
    missing = [name for name in given["secrets"] if name not in known]
    if missing:
        raise WrongState(f"the secret {missing[0]!r} of this webhook is not set in subnet {subnet!r}")
    return SignatureRule(
        scheme=given["scheme"],
        secrets=tuple(_secret_bytes(given["scheme"], known[name].value) for name in given["secrets"]),
        public_keys=tuple(key_bytes(text) for text in given["publicKeys"]),
        tolerance_s=given["toleranceSeconds"],
        header=given["header"],
        timestamp_header=given["timestampHeader"],
        id_header=given["idHeader"],
        algorithm=given["algorithm"],
        encoding=given["encoding"],
        prefix=given["prefix"],
        signs=given["signs"],
    )


def _secret_bytes(scheme: str, value: str) -> bytes:
    """A secret of Standard Webhooks is base64 behind its prefix; the others are used as they are."""
    if scheme == "standard" and value.startswith(_STANDARD_PREFIX):
        try:
            return base64.b64decode(value.removeprefix(_STANDARD_PREFIX), validate=True)
        except binascii.Error as error:
            raise WrongState(f"a secret that begins with {_STANDARD_PREFIX} must go on in base64") from error
    return value.encode()
