"""What votes cost: 10,000 counted and shown, and the engine looking at the policy in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks import place
from benchmarks.cases.sequential import sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

if TYPE_CHECKING:
    from governance.domain.state import Dao, Proposal

MEMBERS, MEMBERS_QUICK = 10_000, 200


def _dao(members: int) -> tuple[Dao, Proposal]:
    """A DAO whose members have all voted on one proposal; every tenth lets another one vote."""
    from governance.domain.ballot import Ballot, SignedBallot
    from governance.domain.charter import Rule
    from governance.domain.electorate import Electorate
    from governance.domain.members import Member
    from governance.domain.state import Dao, Proposal
    from governance.domain.words import Stage

    names = [f"member-{number}" for number in range(members)]
    content: dict[str, Any] = {
        "kind": "limits", "title": "Slower", "text": "", "author": names[0], "risk": "high", "subject": "",
        "method": "single", "options": ["yes", "no", "abstain"], "templates": {}, "target": "", "change": {},
    }  # fmt: skip
    made = Proposal("prp_1", "bafyproposal", content, 1, 1, Stage.VOTING, rule=Rule())
    takers = dict.fromkeys(names[1::10], names[0])
    made.electorate = Electorate(dict.fromkeys(names, 1), takers)
    for name in names:
        choice = (("yes" if len(name) % 2 else "no", 1),)
        ballot = Ballot("bafydao", made.cid, name, choice, 1, "n" * 32, 2**50)
        made.ballots[name] = SignedBallot(ballot, name, "z6Mk", b"")
        made.choices[name], made.cast_us[name] = choice, 1
    known = {name: Member(name, name) for name in names}
    return Dao(id="bafydao", subnet="acme", name="Acme", members=known, proposals={"prp_1": made}), made


def tallies(options: Options) -> list[Result]:
    """Counting, and everything that a page shows of a proposal."""
    from governance import shown
    from governance.domain.ballot import Choice
    from governance.domain.deciding_time import tally
    from governance.domain.tally import count
    from governance.domain.words import Method

    members = options.count(MEMBERS, MEMBERS_QUICK)
    dao, made = _dao(members)
    assert made.electorate is not None, "it was opened"
    electorate, turns = made.electorate, options.count(20, 3)
    orders: tuple[Choice, ...] = tuple(
        tuple((f"option-{(first + step) % 20}", step + 1) for step in range(20)) for first in range(20)
    )
    ranked = {name: orders[place % 20] for place, name in enumerate(electorate.weights)}
    named = [f"option-{number}" for number in range(20)]
    counted = sample(lambda: tally(made), turns, warmup=2)
    run_off = sample(lambda: count(Method.RANKED, named, electorate, ranked), turns, warmup=2)
    page = sample(lambda: shown.proposal(dao, made, "member-7"), turns, warmup=2)
    return [
        of_samples("governance-tally", "ms", counted, (Limit("p99", 1000.0),), members=members),
        of_samples("governance-tally-ranked", "ms", run_off, (Limit("p99", 1000.0),), members=members),
        of_samples("governance-proposal", "ms", page, (Limit("p99", 500.0),), members=members),
    ]


def lookups(options: Options) -> list[Result]:
    """The engine's look at the policy in force, as before every step."""
    world = place.opened(options.scratch / "node").world
    samples = sample(lambda: world.policy.of("personal"), options.count(20_000, 500))
    return [of_samples("governance-policy-lookup", "ms", samples, (Limit("p50", 0.1),))]


BENCHMARKS = (
    Benchmark("governance", "10,000 votes counted and shown", tallies),
    Benchmark("governance-policy", "the policy in force, looked up before a step", lookups),
)
