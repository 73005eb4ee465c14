"""Decisions about proposals before their vote: drafts, checks, reviews, comments, taking them back."""

from __future__ import annotations

from collections.abc import Sequence

from engine.api import InvalidInput, PermissionDenied, ResourceExhausted, StaleRevision, WrongState
from governance.domain import commands as c
from governance.domain.asking import member, own_proposal, proposal, proposal_in, with_role
from governance.domain.charter import Rule
from governance.domain.content import cid_of_content, content_of
from governance.domain.deciding_votes import open_vote
from governance.domain.facts import Checked, Commented, Drafted, Fact, Moved, Reported, Reviewed, Submitted
from governance.domain.limits import COMMENTS_MAX, REASON_CHARACTERS_MAX, REVISIONS_MAX, TEXT_CHARACTERS_MAX
from governance.domain.reproduction import checked_form, differing
from governance.domain.state import Dao, Proposal
from governance.domain.words import OPEN, Kind, Role, Stage

DAY_US = 24 * 3600 * 1_000_000
_SECOND_US = 1_000_000


def draft(dao: Dao, command: c.Draft, now_us: int) -> list[Fact]:
    """A new proposal, or a new version of one's own before its vote; reviews of the old one fall away."""
    member(dao, command.actor)
    known = dao.proposals.get(command.proposal)
    if known is None:
        _check_spam(dao, command.actor, now_us)
    else:
        own_proposal(dao, command.proposal, command.actor)
        proposal_in(dao, command.proposal, Stage.DRAFT, Stage.CHECKS, Stage.REVIEW)
        if len(known.revisions) >= REVISIONS_MAX:
            raise ResourceExhausted(f"a proposal has at most {REVISIONS_MAX} versions; begin a new one")
    content = content_of(dao, command.proposal, command.actor, command.wish)
    cid = cid_of_content(content)
    if known is not None and known.cid == cid:
        raise WrongState("nothing was changed")
    return [Drafted(command.proposal, cid, content)]


def _check_spam(dao: Dao, author: str, now_us: int) -> None:
    charter = dao.charter
    opened = [one for one in dao.open_proposals() if one.author == author and one.kind is not Kind.RATIFY]
    if len(opened) >= charter.open_per_member:
        raise ResourceExhausted(
            f"you have {len(opened)} open proposals, and {charter.open_per_member} are allowed;"
            " wait for one to end, or cancel one"
        )
    made = [one for one in dao.proposals.values() if one.author == author and one.kind is not Kind.RATIFY]
    if sum(now_us - one.created_us < DAY_US for one in made) >= charter.per_member_and_day:
        raise ResourceExhausted(f"a member makes at most {charter.per_member_and_day} proposals a day")
    if sum(1 for _ in dao.open_proposals()) >= charter.open_most:
        raise ResourceExhausted(f"there are {charter.open_most} open proposals; wait for one to end")


def _check_subject(dao: Dao, id: str, subject: str) -> None:
    """One proposal per template at a time; drafts do not count, so that nobody keeps a name with one."""
    for one in dao.open_proposals() if subject else ():
        if one.id != id and one.subject == subject and one.stage is not Stage.DRAFT:
            raise WrongState(
                f"proposal {one.id} about {subject.partition(':')[2]} is open; wait for it, or comment there",
                proposal=one.id,
            )


def submit(dao: Dao, command: c.Submit, now_us: int) -> list[Fact]:
    """The rule of the risk class is taken as it is now; whoever changes it later changes other proposals."""
    found = own_proposal(dao, command.proposal, command.actor)
    member(dao, command.actor)
    proposal_in(dao, command.proposal, Stage.DRAFT)
    _check_subject(dao, found.id, found.subject)
    refused_us = dao.refused.get(found.subject) if found.subject else None
    cooldown_us = dao.charter.cooldown_seconds * _SECOND_US
    if refused_us is not None and now_us - refused_us < cooldown_us:
        left_s = (refused_us + cooldown_us - now_us) // _SECOND_US
        raise WrongState(f"this was turned down lately; submit it again in {left_s} seconds", seconds=left_s)
    rule = dao.charter.rules.of(found.risk)
    facts: list[Fact] = [
        Submitted(found.id, rule.model_dump(mode="json", by_alias=True), list(command.checks)),
        Moved(found.id, Stage.CHECKS, until_us=now_us + DAY_US),
    ]
    return facts if command.checks else facts + _enter_review(dao, found, rule, now_us)


def _enter_review(dao: Dao, found: Proposal, rule: Rule, now_us: int) -> list[Fact]:
    """The stage after the checks: review, or the vote at once where the rule asks for no reviewers."""
    if rule.reviewers:
        return [Moved(found.id, Stage.REVIEW, until_us=now_us + rule.review_seconds * _SECOND_US)]
    return open_vote(dao, found, rule, now_us)


def check(dao: Dao, command: c.Check, now_us: int) -> list[Fact]:
    """A failed check sends the draft back to its author; the last one that passes opens the review."""
    found = proposal_in(dao, command.proposal, Stage.CHECKS)
    _check_cid(found, command.cid)
    if command.check not in found.wanted:
        raise InvalidInput(f"proposal {found.id} waits for no check {command.check!r}")
    if command.check in found.checks:
        raise WrongState(f"the check {command.check} was made already")
    facts: list[Fact] = [Checked(found.id, found.cid, command.check, command.passed, dict(command.report))]
    if not command.passed:
        return [*facts, Moved(found.id, Stage.DRAFT, f"the check {command.check} failed")]
    if set(found.wanted) == {*found.checks, command.check} and not repeated(found):
        assert found.rule is not None, "it was submitted"
        facts += _enter_review(dao, found, found.rule, now_us)
    return facts


def repeated(found: Proposal) -> bool:
    """Whether other nodes make the checks of a proposal, too."""
    return found.rule is not None and found.rule.reports > 1 and "build" in found.wanted


def report(dao: Dao, command: c.Report, now_us: int) -> list[Fact]:
    """Enough reports that tell the same open the review; one that tells something else sends the draft back,
    and all of them are kept to look at."""
    found = proposal_in(dao, command.proposal, Stage.CHECKS)
    _check_cid(found, command.cid)
    if not repeated(found) or set(found.wanted) != set(found.checks):
        raise WrongState(f"proposal {found.id} waits for no report of another node")
    if any(one.reporter == command.reporter for one in found.reported):
        raise WrongState(f"{command.reporter} has reported already; another node must")
    if not command.own:
        _check_reporter(dao, command)
    reports = checked_form(command.reports, found.wanted)
    new = Reported(found.id, found.cid, command.reporter, command.key, reports, command.signature)
    every = [*found.reported, new]
    differ = differing(every)
    if differ:
        why = f"nodes found different things in: {', '.join(differ)}"
        return [new, Moved(found.id, Stage.DRAFT, why)]
    assert found.rule is not None, "it was submitted"
    return [new] if len(every) < found.rule.reports else [new, *_enter_review(dao, found, found.rule, now_us)]


def _check_reporter(dao: Dao, command: c.Report) -> None:
    """Whether a validator reports: one whose key the DAO names, or a member with that role."""
    known = dao.members.get(command.reporter)
    member_may = known is not None and Role.VALIDATOR in known.roles
    if dao.validators.keys.get(command.key) != command.reporter and not member_may:
        raise PermissionDenied("only validators of the DAO report what their nodes found")


def review(dao: Dao, command: c.Review, now_us: int) -> list[Fact]:
    """A reviewer who is not the author says something of the version it read; enough of them open the
    vote."""
    reviewer = with_role(dao, command.actor, Role.REVIEWER)
    found = proposal_in(dao, command.proposal, Stage.REVIEW)
    _check_cid(found, command.cid)
    _check_text(command.text)
    if found.author == reviewer.identity:
        raise PermissionDenied("nobody reviews a proposal of their own")
    facts: list[Fact] = [Reviewed(found.id, found.cid, reviewer.identity, command.approved, command.text)]
    if not command.approved:
        return facts
    if found.reviews.get(reviewer.identity) is not None and found.reviews[reviewer.identity].approved:
        raise WrongState("you have approved this version already")
    assert found.rule is not None, "it was submitted"
    if len(_approvals(dao, found, reviewer.identity)) >= found.rule.reviewers:
        facts += open_vote(dao, found, found.rule, now_us)
    return facts


def _approvals(dao: Dao, found: Proposal, also: str) -> set[str]:
    """Who approved the version and is a reviewer still."""
    approved = {name for name, one in found.reviews.items() if one.approved} | {also}
    return {name for name in approved if name in dao.members and Role.REVIEWER in dao.members[name].roles}


def _check_cid(found: Proposal, cid: str) -> None:
    if cid != found.cid:
        message = f"proposal {found.id} was changed meanwhile: it is {found.cid} now"
        raise StaleRevision(message, cid=found.cid)


def _check_text(text: str) -> None:
    if len(text) > TEXT_CHARACTERS_MAX:
        raise InvalidInput(f"a text has at most {TEXT_CHARACTERS_MAX} characters")


def comment(dao: Dao, command: c.Comment, now_us: int) -> list[Fact]:
    """A member says something, about a step and line where it wants."""
    member(dao, command.actor)
    found = proposal(dao, command.proposal)
    _check_text(command.text)
    if not command.text.strip():
        raise InvalidInput("the comment is empty")
    if len(found.comments) >= COMMENTS_MAX:
        raise ResourceExhausted(f"a proposal has at most {COMMENTS_MAX} comments")
    _check_place(command.place)
    place = {"cid": found.cid, **command.place}
    return [Commented(found.id, command.comment, command.actor, command.text, place)]


def _check_place(place: object) -> None:
    known: Sequence[str] = ("step", "line")
    if not isinstance(place, dict) or set(place) - set(known):
        raise InvalidInput('the place of a comment is {"step": STEP, "line": NUMBER}, both optional')
    if not isinstance(place.get("step", ""), str) or type(place.get("line", 0)) is not int:
        raise InvalidInput("the place of a comment has a step's id and a line's number")


def cancel(dao: Dao, command: c.Cancel, now_us: int) -> list[Fact]:
    """The author takes the proposal back, at any time before it is in force."""
    own_proposal(dao, command.proposal, command.actor)
    found = proposal_in(dao, command.proposal, *OPEN)
    if found.kind is Kind.RATIFY:
        raise WrongState("a guardian's stop is judged by the members; this vote cannot be taken back")
    if len(command.why) > REASON_CHARACTERS_MAX:
        raise InvalidInput(f"a reason has at most {REASON_CHARACTERS_MAX} characters")
    return [Moved(found.id, Stage.CANCELLED, command.why)]
