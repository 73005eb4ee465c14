"""Checking a DAO's log and a proposal's tally again, from the log and the key logs of who signed alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.api import PermissionDenied, QflowError
from engine.api.governing import VOTE_SCOPE, NotGenuine
from governance.domain.asking import proposal as proposal_of
from governance.domain.ballot import SignedBallot, choice_of, seal
from governance.domain.deciding_time import tally
from governance.domain.deciding_votes import check_ballot, freeze
from governance.domain.electorate import Electorate
from governance.domain.facts import Counted, Fact, Opened, Revealed, Voted
from governance.domain.log import Entry, SignedEntry, extend
from governance.domain.state import Dao

Verify = Callable[[str, str, int, bytes, bytes, str], str]
"""``(identity, key, at_us, data, signature, scope)``: who answers for a signature; raises where it does not
count."""

NODE_SCOPE = "journal:sign"


@dataclass
class Report:
    """What was checked; ``problems`` is empty where all of it held."""

    dao: str = ""
    proposal: str = ""
    entries: int = 0
    head: str = ""
    signers: list[str] = field(default_factory=list)  # the nodes that wrote the log; whoever asks knows them
    ballots: int = 0
    count: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    why: str = ""
    problems: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As doors give it."""
        return {"valid": not self.problems, **vars(self)}


def verify_tally(entries: Sequence[SignedEntry], verify: Verify, proposal: str) -> Report:
    """Go through a DAO's log from its beginning: chain, signatures of its entries, the frozen electorate and
    every ballot of a proposal; then count anew. Raises :class:`UnknownObject` without such a proposal."""
    report, dao = Report(proposal=proposal), Dao()

    def seen(state: Dao, fact: Fact, entry: Entry) -> None:
        if getattr(fact, "proposal", "") == proposal:
            _LOOKS.get(type(fact), _nothing)(report, verify, state, fact, entry)

    for signed in entries:
        try:
            entry = extend(dao, signed.content, seen)
            verify(signed.signer, signed.key, entry.at_us, signed.to_sign(), signed.signature, NODE_SCOPE)
        except PermissionDenied as error:  # a signature; the entry itself could be taken in
            report.problems.append(f"entry {report.entries}: {error.message}")
        except (QflowError, KeyError, TypeError, ValueError) as error:
            report.problems.append(f"entry {report.entries} cannot be read: {error}")
            break
        if signed.signer not in report.signers:
            report.signers.append(signed.signer)
        report.entries += 1
    report.dao, report.head = dao.id, dao.head
    _recount(report, dao, proposal)
    return report


def _recount(report: Report, dao: Dao, proposal: str) -> None:
    found = proposal_of(dao, proposal)
    if found.electorate is None:
        report.why = f"its vote was not opened; it is {found.stage}"
        return
    counted, verdict = tally(found)
    report.count, report.outcome, report.why = counted.plain(), verdict.outcome, verdict.why
    report.ballots = len(found.ballots)


def _nothing(report: Report, verify: Verify, dao: Dao, fact: Any, entry: Entry) -> None:
    return None


def _opened(report: Report, verify: Verify, dao: Dao, fact: Opened, entry: Entry) -> None:
    found = dao.proposals[fact.proposal]
    assert found.rule is not None, "it was submitted"
    if freeze(dao, found, found.rule, entry.at_us).cid != Electorate.of(fact.electorate).cid:
        report.problems.append(f"entry {entry.sequence}: the electorate is not that of the moment")


def _voted(report: Report, verify: Verify, dao: Dao, fact: Voted, entry: Entry) -> None:
    found = dao.proposals[fact.proposal]
    signed = SignedBallot.of(dao.id, found.cid, fact.ballot)
    ballot = signed.ballot
    try:
        check_ballot(dao, found, ballot, entry.at_us)
        root = verify(signed.signer, signed.key, entry.at_us, ballot.to_sign(), signed.signature, VOTE_SCOPE)
        if ballot.voter not in (root, signed.signer):
            raise NotGenuine(f"{signed.signer} does not sign for the voter")
    except QflowError as error:
        report.problems.append(f"entry {entry.sequence}: the ballot of {ballot.voter}: {error.message}")


def _revealed(report: Report, verify: Verify, dao: Dao, fact: Revealed, entry: Entry) -> None:
    sealed = dao.proposals[fact.proposal].ballots[fact.voter].ballot.choice
    if seal(choice_of(fact.choice), fact.salt) != sealed:
        report.problems.append(f"entry {entry.sequence}: {fact.voter} sealed another choice")


def _counted(report: Report, verify: Verify, dao: Dao, fact: Counted, entry: Entry) -> None:
    counted, verdict = tally(dao.proposals[fact.proposal])
    if (counted.plain(), verdict.outcome) != (dict(fact.count), fact.outcome):
        report.problems.append(f"entry {entry.sequence}: counted anew, the votes give another result")


_LOOKS: dict[type, Callable[..., None]] = {
    Opened: _opened,
    Voted: _voted,
    Revealed: _revealed,
    Counted: _counted,
}
