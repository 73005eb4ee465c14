"""Admit a webhook call: its address, its caller, its signature, and that it was not made before."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.base.errors import CallReplayed, WrongState
from engine.ports.flow_store import ActiveTrigger
from engine.usecases.world import World
from engine.validation.addresses import check_address
from engine.validation.callers import CallerRule, check_browser, verify_caller
from engine.validation.webhook_signatures import SignatureRule, SignedCall, key_bytes, verify_call

_STANDARD_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """A call as it came in: header names in lower case, the body's bytes untouched."""

    address: str
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def admitted(world: World, trigger: ActiveTrigger, call: OutsideCall) -> Iterator[Mapping[str, Any] | None]:
    """The block runs if the trigger's rules admit the call; where it fails, the call may be made again.
    Gives the claims of the caller's token, where one was asked for.

    Raises :class:`AddressRefused`, :class:`CallerRefused`, :class:`CallRefused` and
    :class:`CallReplayed`, and counts them.
    """
    spec = trigger.registration.spec
    try:
        check_address(call.address, spec.get("allowAddresses") or (), spec.get("denyAddresses") or ())
        origins, ignore_bots = spec.get("allowOrigins") or (), spec.get("ignoreBots") is True
        check_browser(call.headers, origins, ignore_bots=ignore_bots)
        claims = _check_caller(world, trigger, call)
        nonce = _check_signature(world, trigger, call)
    except Exception as error:
        world.metrics.count("webhook_refusals", code=getattr(error, "code", "error"))
        raise
    try:
        yield claims
    except BaseException:
        if nonce:
            world.seen.forget(trigger.subnet, _scope(trigger), nonce)
        raise


def _check_caller(world: World, trigger: ActiveTrigger, call: OutsideCall) -> Mapping[str, Any] | None:
    given = trigger.registration.spec.get("authenticate")
    if not given:
        return None
    rule = CallerRule(
        scheme=given["scheme"],
        secrets=_secret_values(world, trigger.subnet, given["secrets"]),
        header=given["header"],
        algorithm=given["algorithm"],
        leeway_s=given["toleranceSeconds"],
    )
    return verify_caller(rule, call.headers, world.clock.now_us() // 1_000_000)


def without_proof(spec: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that the flow may see: the password, key or token of the caller goes no further."""
    given = spec.get("authenticate")
    proof = "" if not given else given["header"].lower() if given["scheme"] == "header" else "authorization"
    return {name: value for name, value in headers.items() if name != proof}


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
    values = _secret_values(world, subnet, given["secrets"])
    return SignatureRule(
        scheme=given["scheme"],
        secrets=tuple(_secret_bytes(given["scheme"], value) for value in values),
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


def _secret_values(world: World, subnet: str, names: Sequence[str]) -> tuple[str, ...]:
    known = world.secrets.of(subnet)
    missing = [name for name in names if name not in known or not known[name].value]
    if missing:
        raise WrongState(f"the secret {missing[0]!r} of this webhook is not set in subnet {subnet!r}")
    return tuple(known[name].value for name in names)


def _secret_bytes(scheme: str, value: str) -> bytes:
    """A secret of Standard Webhooks is base64 behind its prefix; the others are used as they are."""
    if scheme == "standard" and value.startswith(_STANDARD_PREFIX):
        try:
            return base64.b64decode(value.removeprefix(_STANDARD_PREFIX), validate=True)
        except binascii.Error as error:
            raise WrongState(f"a secret that begins with {_STANDARD_PREFIX} must go on in base64") from error
    return value.encode()
