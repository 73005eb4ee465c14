"""How doors show DAOs: plain maps in camelCase, times as ISO 8601, bytes as base64."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from governance.domain.charter import Rule
from governance.domain.content import quadratic_allowed, why_not_quadratic
from governance.domain.deciding_time import tally
from governance.domain.facts import Advised
from governance.domain.members import Member
from governance.domain.state import Dao, Proposal, Template
from governance.domain.tally import Count, Verdict
from governance.domain.template import capability_diff, reach_of
from governance.domain.words import Kind, Stage

Json = dict[str, Any]
Counts = tuple[Count, Verdict, int]


def when(at_us: int | None) -> str | None:
    """A moment as ISO 8601."""
    if at_us is None:
        return None
    moment = datetime.fromtimestamp(at_us / 1e6, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def text_of(data: bytes) -> str:
    """Bytes as base64."""
    return b64encode(data).decode()


def dao(state: Dao) -> Json:
    """A DAO as its home shows it."""
    open_ones = [one for one in state.proposals.values() if one.stage.open]
    return {
        "id": state.id,
        "subnet": state.subnet,
        "name": state.name,
        "foundedAt": when(state.founded_us),
        "charter": state.charter.plain(),
        "members": len(state.members),
        "openProposals": len(open_ones),
        "templates": len(state.templates),
        "validators": state.validators.plain(),
        "quadratic": {"allowed": quadratic_allowed(state), "why": _why_not(state)},
        "log": {"entries": state.sequence + 1, "head": state.head},
    }


def _why_not(state: Dao) -> str:
    return "" if quadratic_allowed(state) else why_not_quadratic(state)


def member(state: Dao, one: Member) -> Json:
    """A member, and whom it lets vote."""
    given = [each for (giver, _), each in state.delegations.items() if giver == one.identity]
    return {
        **one.plain(),
        "proof": bool(one.proof),
        "delegations": [
            {"to": each.taker, "topic": each.topic, "until": when(each.until_us)} for each in given
        ],
    }


def members(state: Dao) -> list[Json]:
    """All members."""
    return [member(state, one) for one in state.members.values()]


def invitations(state: Dao) -> list[Json]:
    """Who was invited."""
    return [{**one.plain(), "until": when(until)} for one, until in state.invitations.values()]


def proposal_line(state: Dao, one: Proposal) -> Json:
    """A proposal in a list."""
    return {
        "id": one.id,
        "cid": one.cid,
        "kind": str(one.kind),
        "title": one.content["title"],
        "author": one.author,
        "risk": str(one.risk),
        "stage": str(one.stage),
        "why": one.why,
        "until": when(one.until_us),
        "createdAt": when(one.created_us),
        "ballots": len(one.ballots),
    }


def proposals(state: Dao, stage: str = "", kind: str = "") -> list[Json]:
    """Proposals, newest first; ``stage`` may be ``open``."""
    found = [
        one
        for one in reversed(state.proposals.values())
        if stage in ("", str(one.stage), "open" if one.stage.open else "") and kind in ("", str(one.kind))
    ]
    return [proposal_line(state, one) for one in found]


def proposal(state: Dao, one: Proposal, viewer: str = "") -> Json:
    """Everything about a proposal; ``viewer`` is the identity that looks."""
    return {
        **proposal_line(state, one),
        "text": one.content["text"],
        "method": _method(one),
        "options": list(one.options),
        "content": dict(one.content),
        "revisions": list(one.revisions),
        "rule": _rule(one.rule),
        "checks": [
            {"name": name, "passed": check.passed, "report": dict(check.report)}
            for name, check in one.checks.items()
        ],
        "reports": [
            {
                "reporter": each.reporter,
                "key": each.key,
                "reports": {name: dict(check) for name, check in each.reports.items()},
                "signature": text_of(each.signature),
            }
            for each in one.reported
        ],
        "reviews": [
            {"reviewer": each.reviewer, "approved": each.approved, "text": each.text}
            for each in one.reviews.values()
        ],
        "comments": [
            {
                "id": each.comment,
                "author": each.author,
                "text": each.text,
                "place": dict(each.place),
                "at": when(at_us),
            }
            for at_us, each in one.comments
        ],
        "templates": [shown_template(state, cid, each) for cid, each in one.content["templates"].items()],
        "replaces": one.content["target"],
        "capabilityDiff": _diff(state, one),
        "history": [{"at": when(at_us), "what": what} for at_us, what in one.history],
        "vote": vote(state, one, viewer),
        "conflictOfInterest": bool(viewer) and viewer == one.author,
    }


def _method(one: Proposal) -> str:
    if one.kind is Kind.CHOOSE or one.rule is None:
        return str(one.method)
    return str(one.rule.method)


def _rule(rule: Rule | None) -> Json | None:
    return None if rule is None else rule.model_dump(mode="json", by_alias=True)


def _diff(state: Dao, one: Proposal) -> Json:
    before = state.templates.get(one.content["target"])
    after = [each for template in one.content["templates"].values() for each in template["capabilities"]]
    return capability_diff(before.object["capabilities"] if before else [], after)


def vote(state: Dao, one: Proposal, viewer: str = "") -> Json | None:
    """How the vote stands; secret votes tell only who voted."""
    if one.electorate is None or one.rule is None:
        return None
    counted, verdict, took_part = _counts(state, one)
    hidden = one.secret and one.stage is Stage.VOTING
    return {
        "opened": when(one.opened_us),
        "closes": when(one.closes_us),
        "extended": one.extended,
        "secret": one.secret,
        "electorate": {
            "cid": one.electorate.cid,
            "members": len(one.electorate.weights),
            "weight": one.electorate.total,
        },
        "tookPart": took_part,
        "authorVoted": one.author in one.ballots,
        "quorum": {"percent": one.rule.quorum, "needed": -(-one.rule.quorum * one.electorate.total // 100)},
        "totals": {} if hidden else dict(counted.totals),
        "rounds": [] if hidden else [dict(each) for each in counted.rounds],
        "standing": {} if hidden else {"outcome": verdict.outcome, "why": verdict.why},
        "result": None if one.counted is None else {"outcome": one.counted.outcome, "why": one.counted.why},
        "mine": _mine(one, viewer),
    }


_COUNTED_MAX = 1_000
_counted: dict[tuple[str, str], tuple[str, Counts]] = {}


def _counts(state: Dao, one: Proposal) -> Counts:
    """The count, what follows from it, and how many votes took part. It is the same for everybody who looks,
    and kept until the log goes on."""
    held = _counted.get((state.id, one.id))
    if held is not None and held[0] == state.head != "":
        return held[1]
    assert one.electorate is not None, "its vote was opened"
    found = (*tally(one), sum(one.electorate.powers(one.ballots).values()))
    if len(_counted) >= _COUNTED_MAX:
        _counted.clear()
    _counted[state.id, one.id] = state.head, found
    return found


def _mine(one: Proposal, viewer: str) -> Json | None:
    """What the viewer may do and did, and who votes for it meanwhile."""
    assert one.electorate is not None, "its vote was opened"
    if viewer not in one.electorate.weights:
        return None
    ballot = one.ballots.get(viewer)
    return {
        "weight": one.electorate.weights[viewer],
        "choice": None if ballot is None else [list(pair) for pair in ballot.ballot.choice],
        "castAt": when(one.cast_us.get(viewer)),
        "delegate": one.electorate.takers.get(viewer),
    }


def ballots(one: Proposal) -> list[Json]:
    """The signed ballots, for whoever counts them again."""
    found = []
    for voter, signed in one.ballots.items():
        plain = {**signed.plain(), "signature": text_of(signed.signature)}
        found.append({**plain, "castAt": when(one.cast_us[voter])})
    return found


def template_line(state: Dao, one: Template) -> Json:
    """A template in the catalogue."""
    return {
        "cid": one.cid,
        "name": one.object["name"],
        "release": one.object["release"],
        "type": one.object["type"],
        "language": one.object["language"],
        "summary": one.object["manifest"]["summary"],
        "status": one.status,
        "stoppedUntil": when(one.stopped_until_us),
        "approvedAt": when(one.since_us),
        "proposal": one.proposal,
        "replacedBy": one.replaced_by,
        "reach": reach_of(one.object),
        "advisories": sum(1 for _, each in state.advisories if each.template == one.cid),
    }


def templates(state: Dao, search: str = "", status: str = "") -> list[Json]:
    """The catalogue, newest first; ``search`` looks into names and summaries."""
    wanted = search.casefold()
    return [
        template_line(state, one)
        for one in sorted(state.templates.values(), key=lambda each: -each.since_us)
        if status in ("", one.status) and wanted in _words(one.object)
    ]


def _words(template: Mapping[str, Any]) -> str:
    manifest = template["manifest"]
    return f"{template['name']} {manifest['summary']} {manifest['readme']}".casefold()


def template(state: Dao, one: Template) -> Json:
    """Everything about an approved template: the object, its versions, its vote, its advisories."""
    approving = state.proposals[one.proposal]
    versions = [each for each in state.templates.values() if each.object["name"] == one.object["name"]]
    return {
        **template_line(state, one),
        "object": dict(one.object),
        "versions": [template_line(state, each) for each in versions],
        "approval": {"proposal": one.proposal, "title": approving.content["title"], **_result(approving)},
        "advisoryNotes": [
            advisory(at_us, each) for at_us, each in state.advisories if each.template == one.cid
        ],
    }


def _result(one: Proposal) -> Json:
    if one.counted is None or one.rule is None:
        return {"outcome": "", "why": "", "count": {}}
    return {"outcome": one.counted.outcome, "why": one.counted.why, "count": dict(one.counted.count)}


def shown_template(state: Dao, cid: str, value: Mapping[str, Any]) -> Json:
    """A template that is proposed."""
    known = state.templates.get(cid)
    return {
        "cid": cid,
        "object": dict(value),
        "reach": reach_of(value),
        "status": known.status if known else "proposed",
    }


def advisory(at_us: int, one: Advised) -> Json:
    """An advisory."""
    return {
        "id": one.advisory,
        "template": one.template,
        "severity": one.severity,
        "text": one.text,
        "author": one.author,
        "fixedBy": one.fixed_by,
        "at": when(at_us),
    }


def advisories(state: Dao) -> list[Json]:
    """All of them, newest first."""
    return [advisory(at_us, one) for at_us, one in reversed(state.advisories)]


def policy_history(state: Dao) -> list[Json]:
    """The versions of the signed policy, newest first."""
    in_force = next((one.version for one in reversed(state.versions) if one.cid), 0)
    return [
        {
            "version": one.version,
            "cid": one.cid,
            "inForce": one.version == in_force,
            "preparedAt": when(one.prepared_us),
            "signatures": {key: text_of(signature) for key, signature in one.signatures.items()},
        }
        for one in reversed(state.versions)
    ]
