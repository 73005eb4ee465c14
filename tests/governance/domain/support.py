"""A DAO that tests decide in: short stages, a clock to turn, ballots without signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from governance.domain import commands as c
from governance.domain.ballot import Ballot, Choice, SignedBallot
from governance.domain.decide import decide
from governance.domain.facts import Fact
from governance.domain.log import extend, next_entry
from governance.domain.members import Member
from governance.domain.state import Dao, Proposal

SECOND = 1_000_000
KEY = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
RULE = {
    "quorum": 50, "support": 50, "reviewers": 1, "reviewSeconds": 100, "votingSeconds": 100,
    "timelockSeconds": 50, "extensionSeconds": 0,
}  # fmt: skip


def charter(rule: Mapping[str, Any] = {}, **more: Any) -> dict[str, Any]:
    """One rule for all classes."""
    return {
        "rules": {name: {**RULE, **rule} for name in ("low", "medium", "high", "critical")},
        "cooldownSeconds": 0,
        **more,
    }


def member(name: str, *roles: str, **more: Any) -> dict[str, Any]:
    """A member whose identity is its name."""
    return {"identity": name, "name": name.title(), "roles": list(roles), **more}


CAST = (member("ann", "guardian"), member("bob", "reviewer"), member("cem"), member("dia"))


def code(name: str = "resize", source: str = "return items", **more: Any) -> dict[str, Any]:
    """A template of code."""
    return {"name": name, "type": "code", "language": "javascript", "source": source, **more}


def approve(name: str = "resize", source: str = "return items", **more: Any) -> dict[str, Any]:
    """The wish to approve one."""
    return {"kind": "approve", "title": f"Approve {name}", "template": code(name, source, **more)}


class House:
    """A DAO, its log and its clock."""

    def __init__(
        self, members: Sequence[Mapping[str, Any]] = CAST, rules: Mapping[str, Any] | None = None
    ) -> None:
        self.dao, self.now, self.log = Dao(), 1_000 * SECOND, list[bytes]()
        self._made = 0
        given = charter() if rules is None else rules
        validators = {"keys": {KEY: "node"}, "threshold": 1}
        self.do(c.Found("ann", "acme", "Acme", given, list(members), validators, {}, "nonce"))

    def do(self, command: c.Command) -> list[Fact]:
        """Decide, and write the facts into the log."""
        facts = decide(self.dao, command, self.now)
        if facts:
            content = next_entry(self.dao, facts, self.now, command.actor).encoded()
            extend(self.dao, content)
            self.log.append(content)
        return facts

    def wait(self, seconds: float) -> None:
        """Time passes, and does its work."""
        self.now += int(seconds * SECOND)
        while self.do(c.Advance()):
            pass

    def draft(self, wish: Mapping[str, Any], author: str = "ann") -> Proposal:
        """A new proposal."""
        self._made += 1
        id = f"prp_{self._made}"
        self.do(c.Draft(author, id, wish))
        return self.dao.proposals[id]

    def opened(self, wish: Mapping[str, Any], author: str = "ann") -> Proposal:
        """A proposal whose vote is open."""
        made = self.draft(wish, author)
        self.do(c.Submit(author, made.id))
        if made.stage == "review":
            reviewer = "bob" if author != "bob" else "ann"
            self.do(c.Review(reviewer, made.id, made.cid, True))
        return made

    def ballot(self, made: Proposal, voter: str, choice: Choice | str = "yes", **more: Any) -> SignedBallot:
        """A ballot, whose signature nobody checks here."""
        self._made += 1
        assert made.electorate is not None
        fields = {
            "dao": self.dao.id,
            "proposal": made.cid,
            "voter": voter,
            "choice": ((choice, 1),) if isinstance(choice, str) else choice,
            "weight": made.electorate.weights.get(voter, 1),
            "nonce": f"nonce-of-ballot-{self._made}",
            "expires_us": self.now + 3600 * SECOND,
        }
        return SignedBallot(Ballot(**{**fields, **more}), voter, KEY, b"")

    def vote(self, made: Proposal, **answers: Choice | str) -> None:
        """Cast a ballot for each voter."""
        for voter, choice in answers.items():
            self.do(c.Vote(voter, made.id, self.ballot(made, voter, choice)))

    def passed(self, wish: Mapping[str, Any], author: str = "ann") -> Proposal:
        """A proposal that is in force."""
        made = self.opened(wish, author)
        self.vote(made, ann="yes", bob="yes", cem="yes")
        self.wait(100)
        self.wait(50)
        assert made.stage == "active", made.why
        return made

    def approved(self, name: str = "resize", source: str = "return items", **more: Any) -> str:
        """The CID of a template that was approved."""
        return next(iter(self.passed(approve(name, source, **more)).content["templates"]))


def names(members: Mapping[str, Member]) -> list[str]:
    """Who they are."""
    return sorted(members)
