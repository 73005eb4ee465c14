"""The signed policy of a DAO's subnet: prepared when something changed, signed by validators, adopted when
enough of them have."""

from __future__ import annotations

from typing import Any

from engine.api import InvalidInput, PermissionDenied, Principal, StaleRevision, World, WrongState
from engine.api.governing import (
    NotGenuine,
    PolicyDraft,
    SignedPolicy,
    adopt_policy,
    policy_body,
    policy_envelope,
    policy_in_force,
    policy_to_sign,
    read_signed,
    sign_held,
    verify_key,
)
from governance.domain import commands as c
from governance.domain.policy import document_of
from governance.domain.state import Dao, PolicyVersion
from governance.house import NODE, perform

_SECOND_US = 1_000_000


def tend(world: World, dao: Dao) -> None:
    """Bring the policy in force to where the DAO's decisions want it, as far as signatures are there."""
    before = policy_in_force(world, dao.subnet)
    _catch_up(world, dao, before)
    if _in_force(world, dao, before):
        return
    waiting = _waiting(dao)
    if waiting is None or not _says(world, dao, read_signed(policy_envelope(waiting.body, {}))):
        waiting = _prepare(world, dao, before)
    _sign(world, dao, waiting, before)
    _adopt(world, dao, waiting)


def _catch_up(world: World, dao: Dao, before: SignedPolicy | None) -> None:
    """The log says what was adopted, also where the node died in between."""
    waiting = _waiting(dao)
    if before is not None and waiting is not None and waiting.body == before.body:
        perform(world, dao, c.AdoptPolicy(NODE, before.version, before.cid))


def _waiting(dao: Dao) -> PolicyVersion | None:
    newest = dao.versions[-1] if dao.versions else None
    return newest if newest is not None and not newest.cid else None


def _in_force(world: World, dao: Dao, signed: SignedPolicy | None) -> bool:
    return signed is not None and _says(world, dao, signed)


def _says(world: World, dao: Dao, signed: SignedPolicy) -> bool:
    """Whether a version says what the DAO decided, and holds for long enough."""
    same = dict(signed.document) == document_of(dao) and dict(signed.keys) == dict(dao.validators.keys)
    fresh = signed.expires_us - world.clock.now_us() > (signed.expires_us - signed.issued_us) // 3
    return same and signed.threshold == dao.validators.threshold and fresh


def _prepare(world: World, dao: Dao, before: SignedPolicy | None) -> PolicyVersion:
    now_us = world.clock.now_us()
    draft = PolicyDraft(
        subnet=dao.subnet,
        dao=dao.id,
        issued_us=now_us,
        expires_us=now_us + dao.charter.policy_seconds * _SECOND_US,
        keys=dao.validators.keys,
        threshold=dao.validators.threshold,
        document=document_of(dao),
        log=dao.head,
    )
    version = before.version + 1 if before else 1
    perform(world, dao, c.PreparePolicy(NODE, version, policy_body(draft, before)))
    return dao.versions[-1]


def _sign(world: World, dao: Dao, waiting: PolicyVersion, before: SignedPolicy | None) -> None:
    """Sign with the validators' keys that this node holds."""
    for key, identity in signers(waiting, before).items():
        if key not in waiting.signatures:
            signature = sign_held(world, identity, key, policy_to_sign(waiting.body))
            if signature is not None:
                perform(world, dao, c.SignPolicy(NODE, waiting.version, key, signature))


def signers(waiting: PolicyVersion, before: SignedPolicy | None) -> dict[str, str]:
    """Whose signatures count for a version: the validators of the one before, and its own."""
    named = dict(read_signed(policy_envelope(waiting.body, {})).keys)
    return {**(before.keys if before else {}), **named}


def _adopt(world: World, dao: Dao, waiting: PolicyVersion) -> None:
    """Adopt the version where enough have signed; the DAO was founded by an administrator, whose right to
    set the policy it has from then on."""
    envelope = policy_envelope(waiting.body, waiting.signatures)
    house = Principal(NODE, "node", dao.subnet, frozenset({"admin"}))
    try:
        adopted = adopt_policy(world, house, envelope)
    except NotGenuine as error:
        if error.details.get("reason") in ("threshold", "expired"):
            return
        raise
    except StaleRevision:
        return
    perform(world, dao, c.AdoptPolicy(NODE, adopted.version, adopted.cid))


def pending(world: World, dao: Dao) -> dict[str, Any] | None:
    """The version that waits for signatures, and whose; None where none does."""
    waiting = _waiting(dao)
    if waiting is None:
        return None
    wanted = signers(waiting, policy_in_force(world, dao.subnet))
    signed = read_signed(policy_envelope(waiting.body, {}))
    return {
        "version": waiting.version,
        "cid": signed.cid,
        "document": dict(signed.document),
        "toSign": policy_to_sign(waiting.body),
        "validators": [
            {"key": key, "identity": identity, "signed": key in waiting.signatures}
            for key, identity in wanted.items()
        ],
        "threshold": signed.threshold,
    }


def add_signature(world: World, dao: Dao, actor: str, version: int, key: str, signature: bytes) -> None:
    """Take a validator's signature; raises :class:`PermissionDenied` for a key that does not count."""
    waiting = _waiting(dao)
    if waiting is None or waiting.version != version:
        raise WrongState(f"version {version} of the policy waits for no signatures")
    if key not in signers(waiting, policy_in_force(world, dao.subnet)):
        raise PermissionDenied("this key is no validator's")
    if not verify_key(world, key, policy_to_sign(waiting.body), signature):
        raise InvalidInput("the signature is not this key's over this version of the policy")
    perform(world, dao, c.SignPolicy(actor, version, key, signature))
