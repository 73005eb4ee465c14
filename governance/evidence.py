"""What strangers need to check a DAO, and the check itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.api import InvalidInput, Principal, World, require
from engine.api.governing import budget_today, decode_canonical, encode, log_verifier
from governance.domain.facts import Voted
from governance.domain.log import SignedEntry, read_entry
from governance.domain.policy import document_of
from governance.domain.state import Dao
from governance.domain.verifying import verify_tally
from governance.store import logs

FORM = "qflow/dao-bundle/1"


def bundle(world: World, actor: Principal) -> bytes:
    """A DAO's whole log, with the key logs of everybody who signed in it. DAG-CBOR:
    ``{"form", "entries": [[content, signer, key, signature]], "identities": {ID: [event]}}``."""
    require(world, actor, "flows:read", "dao", "dao.read")
    entries = logs().entries(logs().of_subnet(actor.subnet).id)
    return encode(
        {
            "form": FORM,
            "entries": [[one.content, one.signer, one.key, one.signature] for one in entries],
            "identities": _logs(world, entries),
        }
    )


def _logs(world: World, entries: Sequence[SignedEntry]) -> dict[str, list[bytes]]:
    signers = {one.signer for one in entries}
    for entry in entries:
        signers |= {
            fact.ballot["signer"] for fact in read_entry(entry.content).facts if isinstance(fact, Voted)
        }
    return world.identities.logs(signers)


def verify_proposal(world: World, actor: Principal, proposal: str) -> dict[str, Any]:
    """Check the log of the actor's DAO and a proposal's tally."""
    require(world, actor, "flows:read", "dao", "dao.read")
    entries = logs().entries(logs().of_subnet(actor.subnet).id)
    return verify_tally(entries, log_verifier(_logs(world, entries)), proposal).plain()


def verify_bundle(data: bytes, proposal: str) -> dict[str, Any]:
    """The same from a bundle alone, without a node; raises :class:`InvalidInput` for what is none."""
    try:
        plain = decode_canonical(data)
        entries = [SignedEntry(*one) for one in plain["entries"]]
        identities: Mapping[str, list[bytes]] = plain["identities"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("this is no bundle of a DAO's log") from error
    return verify_tally(entries, log_verifier(identities), proposal).plain()


def budget(world: World, actor: Principal) -> dict[str, Any]:
    """What the actor's subnet may use on a day and has used of it: ``{PART: {"used", "most"}}``; ``most`` is
    None where there is no bound."""
    return {one.name: {"used": one.used, "most": one.most} for one in budget_today(world, actor)}


def wanted(dao: Dao) -> dict[str, Any]:
    """The policy document that the DAO's decisions lead to."""
    return document_of(dao)
