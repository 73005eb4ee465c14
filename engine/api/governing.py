"""The Python door for applications that govern subnets: signed policies, signatures, content identifiers,
trying code, and stopping it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.base.canonical import RAW, cid_of_bytes, decode_canonical, encode
from engine.base.errors import NotGenuine
from engine.base.limits import POLICY_CHAIN_MAX
from engine.base.multikey import public_key_of
from engine.ports.capabilities import HttpCall, HttpReply
from engine.ports.grants import Capability
from engine.ports.parameters import problems_of
from engine.ports.policy import EgressPolicy
from engine.usecases.governed import (
    VOTE_SCOPE,
    Signed,
    adopt_policy,
    budget_today,
    check_statement,
    codes_of,
    person_of,
    policy_in_force,
    record_act,
    sign_as_node,
    sign_held,
    sign_statement,
    signed_policies,
    tell,
    try_code,
    validator_of,
    verifier,
    verify_key,
    why_not_run,
)
from engine.usecases.involved import contain, uses_of
from engine.usecases.policy_chain import chain_file, policy_chain, read_chain_file, take_chain
from engine.usecases.world import World
from engine.validation.egress_entries import problems_of_entries
from engine.validation.signed_policy import Draft as PolicyDraft
from engine.validation.signed_policy import SignedPolicy, check_follows, read_signed
from engine.validation.signed_policy import body_of as policy_body
from engine.validation.signed_policy import envelope_of as policy_envelope
from engine.validation.signed_policy import to_sign as policy_to_sign


def check_policy_document(document: Mapping[str, Any]) -> None:
    """Raise :class:`InvalidInput` for a document that says what no policy can say."""
    from engine.assembly import check_policy

    check_policy(document)


def call_out(world: World, subnet: str, call: HttpCall) -> HttpReply:
    """Make a call for a subnet, within what its policy lets steps reach. Raises :class:`EgressDenied`,
    :class:`NetworkFailure`, :class:`TimedOut` and :class:`InvalidInput`."""
    from engine import assembly

    return assembly.call_out(world, subnet, call)


def log_verifier(logs: Mapping[str, Sequence[bytes]]) -> Callable[..., str]:
    """A check of signatures by key logs alone (:func:`engine.usecases.governed.verifier`)."""
    from engine import wiring

    return verifier(logs, wiring.without_node()[1])


def checked_policies(chain: Sequence[bytes]) -> list[SignedPolicy]:
    """Signed policies from the first one on, without a node: each signed by enough of the keys that the one
    before names, whether they have ended or not. Raises :class:`InvalidInput` and :class:`NotGenuine`."""
    from engine import wiring

    checks, found = wiring.without_node()[1], list[SignedPolicy]()
    for envelope in chain:
        signed = read_signed(envelope)
        check_follows(found[-1] if found else None, signed, checks, None)
        found.append(signed)
    return found


__all__ = [
    "POLICY_CHAIN_MAX",
    "RAW",
    "VOTE_SCOPE",
    "Capability",
    "EgressPolicy",
    "HttpCall",
    "HttpReply",
    "NotGenuine",
    "PolicyDraft",
    "Signed",
    "SignedPolicy",
    "adopt_policy",
    "budget_today",
    "call_out",
    "chain_file",
    "check_policy_document",
    "check_statement",
    "checked_policies",
    "cid_of_bytes",
    "codes_of",
    "contain",
    "decode_canonical",
    "encode",
    "log_verifier",
    "person_of",
    "policy_body",
    "policy_chain",
    "policy_envelope",
    "policy_in_force",
    "policy_to_sign",
    "problems_of",
    "problems_of_entries",
    "public_key_of",
    "read_chain_file",
    "read_signed",
    "record_act",
    "sign_as_node",
    "sign_held",
    "sign_statement",
    "signed_policies",
    "take_chain",
    "tell",
    "try_code",
    "uses_of",
    "validator_of",
    "verify_key",
    "why_not_run",
]
