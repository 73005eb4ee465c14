"""Subnets whose policy their members decide on: taking a signed policy, stopping what it revokes at once,
and the signatures that members and validators give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.base.errors import (
    InvalidInput,
    PermissionDenied,
    PolicyViolation,
    Quarantined,
    UnknownObject,
    WrongState,
)
from engine.base.multikey import public_key_of
from engine.execution.bindings import codes_in
from engine.execution.budgets import Budgets, Line, lines
from engine.flow.model import Flow
from engine.keylog.form import BadLog, Checks
from engine.keylog.rules import check_log
from engine.keylog.trust import NotTrusted, check_signer
from engine.ports.access_store import Principal
from engine.ports.identities import IdentityRecord
from engine.ports.sandbox import CodeRequest, Determinism, SandboxLimits
from engine.ports.step_catalogue import Item
from engine.usecases.held_identities import Wanted, make_held
from engine.usecases.involved import halt
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World
from engine.validation.code_gate import check_code
from engine.validation.operation import Kind
from engine.validation.signed_policy import SignedPolicy, check_follows, read_signed

ADOPTED_EVENT = "q.qflow.dao.policy.adopted.v1"
VOTE_SCOPE = "dao:vote"
"""What a sub-identity, such as a further browser, must be delegated to sign for a member."""

TRIED_AT_US = 1_577_836_800_000_000


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature by the key (a multikey) of an identity, dated ``at_us``."""

    identity: str
    key: str
    at_us: int
    signature: bytes


# --- the policy -------------------------------------------------------------------------------------


def adopt_policy(world: World, actor: Principal, envelope: bytes, *, between: bool = False) -> SignedPolicy:
    """Take a signed policy for the actor's subnet; from then on nobody else changes its policy.

    The signatures are what permits it; only the first one needs an administrator, who thereby trusts the
    keys that it names. One ``between`` others, which a newer one follows at once, may have expired. Raises
    :class:`NotGenuine` for one that may not follow, :class:`InvalidInput` for
    one that says what no policy can say, :class:`StaleRevision` where another one was first.
    """
    new = read_signed(envelope)
    if new.subnet != actor.subnet:
        raise InvalidInput(f"this policy is for subnet {new.subnet!r}, not for {actor.subnet!r}")
    before = policy_in_force(world, actor.subnet)
    if before is None:
        require(world, actor, "admin", "policy", "policy.found", Kind.GOVERNANCE_ACTION)
    else:
        require(world, actor, "system:read", "policy", "policy.adopt", Kind.GOVERNANCE_ACTION)
    now_us = world.clock.now_us()
    check_follows(before, new, world.signatures, None if between else now_us)
    revision = world.access.adopt_policy(actor.subnet, new.version, new.document, envelope, now_us)
    world.policy.renew(actor.subnet)
    halted = halt(world, actor.subnet, _stopped(new.document) - _stopped(before.document if before else {}))
    told = {"dao": new.dao, "version": new.version, "cid": new.cid, "revision": revision, "halted": halted}
    remember_done(world, actor, "change", "policy.adopt", actor.subnet, details=told)
    world.notifier.event(actor.subnet, ADOPTED_EVENT, told)
    return new


def policy_in_force(world: World, subnet: str) -> SignedPolicy | None:
    """The signed policy of a subnet; None where its administrators decide on it."""
    envelope = world.access.signed_policy(subnet)
    return None if envelope is None else read_signed(envelope)


def why_not_run(world: World, actor: Principal, cid: str) -> str:
    """Why the actor's subnet does not load code with this CID now; an empty text where it does."""
    require(world, actor, "flows:read", "policy")
    try:
        check_code(cid, world.policy.of(actor.subnet))
    except (PolicyViolation, Quarantined) as error:
        return error.message
    return ""


def budget_today(world: World, actor: Principal) -> list[Line]:
    """The budget of the actor's subnet beside what this node's database has on record of today (UTC)."""
    require(world, actor, "flows:read", "policy")
    used = Budgets(world.usage, world.clock).used(actor.subnet)
    return lines(world.policy.of(actor.subnet).budget, used)


def signed_policies(world: World, actor: Principal) -> list[bytes]:
    """All signed policies of the actor's subnet, oldest first: a chain that anybody can check."""
    require(world, actor, "system:read", "policy")
    return world.access.signed_policies(actor.subnet)


def _stopped(document: Mapping[str, Any]) -> set[str]:
    return set(document.get("stopped") or ())


def codes_of(world: World, flow: Flow) -> list[tuple[str, str, str]]:
    """Step, code and CID of everything in a flow that users wrote and that is run: code and modules."""
    return [
        (step.id, code, cid)
        for step in flow.steps
        for code, cid in codes_in(world.catalogue.get(step.type), step)
    ]


# --- signatures -------------------------------------------------------------------------------------


def sign_statement(world: World, actor: Principal, data: bytes) -> Signed:
    """Sign in the actor's name with a key that the node holds; raises :class:`PermissionDenied` where the
    actor holds its own key, in a browser or elsewhere."""
    if not actor.identity:
        raise PermissionDenied("this token stands for nobody; make one for an identity")
    at_us = world.clock.now_us()
    signer = world.identities.signer(actor.identity, at_us)
    return Signed(signer.identity, signer.key, at_us, signer.sign(data))


def sign_as_node(world: World, data: bytes) -> Signed:
    """Sign in the node's name."""
    at_us = world.clock.now_us()
    signer = world.signing(at_us)
    return Signed(signer.identity, signer.key, at_us, signer.sign(data))


def check_statement(world: World, voter: str, signed: Signed, data: bytes, scope: str = VOTE_SCOPE) -> None:
    """Check that ``voter`` itself, or a sub-identity that it lets act, signed the data at that time; raises
    :class:`PermissionDenied`."""
    root = world.identities.check(signed.identity, signed.key, signed.at_us, scope, data, signed.signature)
    if voter not in (root, signed.identity):
        raise PermissionDenied(f"identity {signed.identity} does not sign for {voter}", identity=voter)


def validator_of(world: World, subnet: str) -> tuple[str, str]:
    """The identity by which this node signs policies of a subnet, made where it is missing, and its key."""
    book, label = world.identities, f"policy:{subnet}"
    found = book.store.labelled(label)
    if found is None:
        wanted = Wanted(subnet, "role", f"{world.node} policy", label)
        found = make_held(book, world.entropy, wanted) or book.store.labelled(label)
    if found is None:
        raise WrongState(f"the validator of subnet {subnet!r} could not be made")
    return found.id, book.signer(found.id, world.clock.now_us()).key


def sign_held(world: World, identity: str, key: str, data: bytes) -> bytes | None:
    """The signature by this very key of an identity; None where the node does not hold it (any more)."""
    book = world.identities
    held = book.held(identity).get(public_key_of(key))
    return None if held is None else book.scheme.sign(book.unsealed(identity, held), data)


def verify_key(world: World, key: str, data: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's (a multikey) over the data."""
    return world.signatures.verify(public_key_of(key), data, signature)


def verifier(logs: Mapping[str, Sequence[bytes]], checks: Checks) -> Callable[..., str]:
    """A check of signatures that knows key logs alone: ``(identity, key, at_us, data, signature, scope)``
    gives who answers, or raises :class:`PermissionDenied`. Raises :class:`InvalidInput` for wrong logs."""
    try:
        states = {state.identity: state for state in (check_log(log, checks) for log in logs.values())}
    except BadLog as error:
        raise InvalidInput(f"a key log is not valid: {error}") from error

    def verify(identity: str, key: str, at_us: int, data: bytes, signature: bytes, scope: str) -> str:
        public = public_key_of(key)
        try:
            root = check_signer(states, identity, public, at_us, scope)
        except NotTrusted as error:
            raise PermissionDenied(f"the signature does not count: {error}", identity=identity) from error
        if not checks.verify(public, data, signature):
            raise PermissionDenied("the signature is not the key's over this", identity=identity)
        return root

    return verify


# --- trying code ------------------------------------------------------------------------------------


def try_code(
    world: World,
    actor: Principal,
    language: str,
    source: str,
    items: list[Item],
    mode: Literal["all", "each"] = "all",
) -> list[Item]:
    """What code makes of items in the sandbox, without any capability, at the beginning of 2020 and without
    chance: whoever tries it again gets the same. Raises as a step with this code would."""
    require(world, actor, "dao:vote", "dao", "dao.vote")
    limits = world.policy.of(actor.subnet).limits
    request = CodeRequest(language, source, items, Determinism(TRIED_AT_US), mode)
    bounds = SandboxLimits(
        memory_bytes=limits.sandbox_memory_bytes_max,
        deadline_ms=limits.sandbox_deadline_ms,
        input_bytes=limits.step_output_bytes_max,
        output_bytes=limits.step_output_bytes_max,
    )
    return list(world.sandbox.run_code(request, bounds, None).items)


# --- persons, records and events --------------------------------------------------------------------


def person_of(world: World, actor: Principal, identity: str) -> IdentityRecord:
    """An identity of the actor's subnet; raises :class:`UnknownObject` for any other."""
    record = world.identities.store.record(identity)
    if record.subnet != actor.subnet:
        raise UnknownObject(f"there is no identity {identity!r}", identity=identity)
    return record


def record_act(
    world: World, actor: Principal, action: str, resource: str, details: Mapping[str, Any] | None = None
) -> None:
    """Put something that an application did for the actor into the audit trail."""
    remember_done(world, actor, "change", action, resource, details=details)


def tell(world: World, subnet: str, type: str, data: Mapping[str, Any]) -> None:
    """Tell whoever watches the subnet."""
    world.notifier.event(subnet, type, data)
