"""What strangers need to check a DAO, and the check itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.api import InvalidInput, Principal, QflowError, World, require
from engine.api.governing import (
    NotGenuine,
    budget_today,
    checked_policies,
    decode_canonical,
    encode,
    log_verifier,
)
from governance.domain.facts import Voted
from governance.domain.log import SignedEntry, extend, read_entry
from governance.domain.policy import document_of
from governance.domain.state import Dao
from governance.domain.verifying import Report, verify_tally
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
    entries, identities = _unpacked(data)
    return verify_tally(entries, log_verifier(identities), proposal).plain()


def _unpacked(data: bytes) -> tuple[list[SignedEntry], Mapping[str, list[bytes]]]:
    try:
        plain = decode_canonical(data)
        return [SignedEntry(*one) for one in plain["entries"]], dict(plain["identities"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput("this is no bundle of a DAO's log") from error


def approved_in(data: bytes, dao: str, template: str) -> dict[str, Any]:
    """What a bundle of a DAO's log tells of a template that was approved there: ``{"dao", "name", "proposal",
    "title", "status", "vote", "log"}``, all of it checked. Raises :class:`NotGenuine` with the ``reason``:
    ``dao`` for the log of another one, ``vote`` where the template was not approved, ``log`` where anything
    in it is not as it should be."""
    entries, identities = _unpacked(data)
    state = Dao()
    try:
        for entry in entries:
            extend(state, entry.content)
    except (QflowError, KeyError, TypeError, ValueError) as error:
        raise _refused("log", f"the log of its DAO cannot be read: {error}") from error
    if state.id != dao:
        raise _refused("dao", f"the log is that of DAO {state.id}, not of {dao}")
    known = state.templates.get(template)
    if known is None:
        raise _refused("vote", "its DAO did not approve it, as the log says")
    report = _checked(entries, identities, known.proposal)
    title = state.proposals[known.proposal].content["title"]
    vote = {"outcome": report.outcome, "count": report.count, "ballots": report.ballots}
    found = {"dao": dao, "name": state.name, "proposal": known.proposal, "title": title}
    return found | {
        "status": known.status,
        "vote": vote,
        "log": {"entries": report.entries, "head": report.head},
    }


def vouched(data: bytes, chain: Sequence[bytes], template: Mapping[str, Any]) -> int:
    """The version of the newest of a DAO's signed policies, in which the code of a template is approved.

    A log alone tells who voted, and not which node may write it; the keys of the validators stand in its
    first entry, of which the DAO's id is the CID, and sign each policy. Raises :class:`NotGenuine` with the
    reason ``policy`` where they did not sign what the log says.
    """
    entries, _ = _unpacked(data)
    try:
        founded = read_entry(entries[0].content)
        policies = checked_policies(chain)
        first, newest = policies[0], policies[-1]
        validators = founded.facts[0].plain()["validators"]
        named = (dict(first.keys), first.threshold) == (validators["keys"], validators["threshold"])
    except (QflowError, LookupError, TypeError, ValueError) as error:
        raise _refused("policy", f"its DAO has no chain of signed policies: {error}") from error
    if not named or {one.dao for one in policies} != {entries[0].cid}:
        raise _refused("policy", "the policies are not signed by the validators who began with the DAO")
    missing = set(template["codes"]) - set(newest.document.get("approved") or ())
    if missing:
        raise _refused("policy", f"version {newest.version} of the signed policy does not approve its code")
    return newest.version


def _checked(entries: Sequence[SignedEntry], identities: Mapping[str, list[bytes]], proposal: str) -> Report:
    """The vote on a proposal that passed, counted again over the whole log."""
    try:
        report = verify_tally(entries, log_verifier(identities), proposal)
    except (QflowError, KeyError, TypeError, ValueError) as error:
        raise _refused("log", f"the signatures of its DAO's log cannot be checked: {error}") from error
    if report.problems:
        raise _refused("log", f"the log of its DAO is not as it should be: {report.problems[0]}")
    if report.outcome != "passed":
        raise _refused("vote", f"counted again, the vote on it was not won: {report.why}")
    return report


def _refused(reason: str, why: str) -> NotGenuine:
    return NotGenuine(f"the template is refused: {why}"[:1_000], reason=reason)


def budget(world: World, actor: Principal) -> dict[str, Any]:
    """What the actor's subnet may use on a day and has used of it: ``{PART: {"used", "most"}}``; ``most`` is
    None where there is no bound."""
    return {one.name: {"used": one.used, "most": one.most} for one in budget_today(world, actor)}


def wanted(dao: Dao) -> dict[str, Any]:
    """The policy document that the DAO's decisions lead to."""
    return document_of(dao)
