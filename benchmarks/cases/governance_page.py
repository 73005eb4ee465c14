"""The page of a proposal on which 10,000 members have voted, as the node gives it to a browser after each
further vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import place
from benchmarks.cases.sequential import sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

if TYPE_CHECKING:
    from django.test import Client

    from engine.api import Principal, World

MEMBERS, MEMBERS_QUICK = 10_000, 200
_KEY = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
_RULE = {"reviewers": 0, "votingSeconds": 864_000}
_WISH = {
    "kind": "approve",
    "title": "Approve resize",
    "template": {
        "name": "resize",
        "type": "code",
        "language": "javascript",
        "source": "\n".join([*(f"const value{line} = {line};" for line in range(200)), "return items"]),
    },
}


def _person(world: World) -> tuple[Principal, Client]:
    """Somebody of the personal subnet, signed in."""
    from django.contrib.auth.models import User
    from django.test import Client

    from designer.models import Person
    from engine.api import act_as_person, register_person

    identity = register_person(world, "personal", "ada").id
    user = User.objects.create_user("ada")
    Person.objects.create(user=user, identity=identity, scopes="admin")
    client = Client(headers={"host": "localhost"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return act_as_person(world, identity, ["admin"]), client


def _founded(world: World, actor: Principal, names: list[str]) -> str:
    """A DAO of so many members, and a proposal that they vote on; gives the proposal's id."""
    from engine.api.governing import validator_of
    from governance import desk, house
    from governance.domain import commands as c

    identity, key = validator_of(world, "personal")
    command = c.Found(
        actor=actor.identity,
        subnet="personal",
        name="Large",
        charter={"rules": dict.fromkeys(("low", "medium", "high", "critical"), _RULE)},
        members=[{"identity": name, "name": name[:40]} for name in names],
        validators={"keys": {key: identity}, "threshold": 1},
        policy={"code": "approved-only"},
        nonce="0" * 32,
    )
    house.found(world, actor, command)
    proposal = desk.propose(world, actor, _WISH)
    desk.submit(world, actor, proposal)
    return proposal


def _vote(world: World, proposal: str, voter: str) -> None:
    """A ballot in the log, as one whose signature was checked."""
    from governance import house
    from governance.domain.ballot import Ballot, SignedBallot
    from governance.domain.facts import Voted
    from governance.domain.log import SignedEntry, extend, next_entry
    from governance.store import logs

    with house.reading(world, "personal") as dao:
        cid, now_us = dao.proposals[proposal].cid, world.clock.now_us()
        ballot = Ballot(dao.id, cid, voter, (("yes", 1),), 1, world.entropy.bytes(16).hex(), now_us + 1)
        voted = Voted(proposal, SignedBallot(ballot, voter, _KEY, bytes(64)).plain())
        content = next_entry(dao, [voted], now_us, voter).encoded()
        logs().append(dao.id, dao.sequence + 1, SignedEntry(content, voter, _KEY, bytes(64)))
        extend(dao, content)


def pages(options: Options) -> list[Result]:
    """The whole page: session, state, count, template."""
    members, turns = options.count(MEMBERS, MEMBERS_QUICK), options.count(20, 3)
    world = place.opened(options.scratch / "page").world
    actor, client = _person(world)
    names = [actor.identity, *(f"member-{number}" for number in range(members - 1))]
    proposal = _founded(world, actor, names)
    for name in names:
        _vote(world, proposal, name)

    def look() -> None:
        _vote(world, proposal, names[-1])
        assert client.get(f"/governance/proposals/{proposal}").status_code == 200, "the page is shown"

    samples = sample(look, turns, warmup=2)
    return [of_samples("governance-page", "ms", samples, (Limit("p99", 500.0),), members=members)]


BENCHMARKS = (Benchmark("governance-page", "a proposal's page with 10,000 votes, after each vote", pages),)
