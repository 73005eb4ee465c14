"""What proposals bring about when they come into force; a guardian's stop; the signed policy; advisories."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.api import InvalidInput, ResourceExhausted, WrongState
from governance.domain import commands as c
from governance.domain import facts as f
from governance.domain.asking import member, template, with_role
from governance.domain.content import FORM, cid_of_content
from governance.domain.deciding_votes import open_vote
from governance.domain.limits import ADVISORIES_MAX, MEMBERS_MAX, REASON_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from governance.domain.members import check_proof, member_of
from governance.domain.policy import numbers_after
from governance.domain.state import Dao, Proposal
from governance.domain.words import ANSWERS, Kind, Method, Risk, Role, Stage

SEVERITIES = ("low", "medium", "high", "critical")
_SECOND_US = 1_000_000


def effects(dao: Dao, found: Proposal) -> list[f.Fact]:
    """What a proposal brings about when its timelock ends; where that is not possible any more, it ends."""
    try:
        brought = _EFFECTS[found.kind](dao, found)
    except (InvalidInput, WrongState) as error:
        return [f.Moved(found.id, Stage.CANCELLED, f"not possible any more: {error.message}")]
    return [f.Moved(found.id, Stage.ACTIVE), *brought]


def _approve(dao: Dao, found: Proposal) -> list[f.Fact]:
    return [f.TemplateApproved(cid, found.id) for cid in found.content["templates"]]


def _update(dao: Dao, found: Proposal) -> list[f.Fact]:
    target = found.content["target"]
    return [f.TemplateApproved(cid, found.id, target) for cid in found.content["templates"]]


def _choose(dao: Dao, found: Proposal) -> list[f.Fact]:
    assert found.counted is not None, "its votes were counted"
    winner = found.counted.count["winner"]
    chosen = [cid for cid, one in found.content["templates"].items() if one["name"] == winner]
    return [f.TemplateApproved(cid, found.id) for cid in chosen]


def _deprecate(dao: Dao, found: Proposal) -> list[f.Fact]:
    known = dao.templates[found.content["target"]]
    return [f.TemplateDeprecated(known.cid, found.id)] if known.status == "active" else []


def _revoke(dao: Dao, found: Proposal) -> list[f.Fact]:
    return [f.TemplateRevoked(found.content["target"], found.id)]


def _policy(dao: Dao, found: Proposal) -> list[f.Fact]:
    return [f.PolicyChanged({**dao.policy, **found.content["change"]}, found.id)]


def _numbers(dao: Dao, found: Proposal) -> list[f.Fact]:
    part = str(found.kind)
    numbers = numbers_after(dao, part, found.content["change"])
    return [f.PolicyChanged({**dao.policy, part: numbers}, found.id)]


def _validators(dao: Dao, found: Proposal) -> list[f.Fact]:
    return [f.ValidatorsChanged(found.content["change"], found.id)]


def _rules(dao: Dao, found: Proposal) -> list[f.Fact]:
    return [f.RulesChanged(found.content["change"], found.id)]


def _membership(dao: Dao, found: Proposal) -> list[f.Fact]:
    change = found.content["change"]
    if "remove" in change:
        if change["remove"] not in dao.members or len(dao.members) == 1:
            raise WrongState("this is no member any more, or the last one")
        return [f.Left(change["remove"])]
    new = member_of(change["add"])
    check_proof(list(dao.members.values()), new)
    if new.identity not in dao.members and len(dao.members) >= MEMBERS_MAX:
        raise WrongState(f"a DAO has at most {MEMBERS_MAX} members")
    return [f.Joined(new.plain())]


_EFFECTS: Mapping[Kind, Callable[[Dao, Proposal], list[f.Fact]]] = {
    Kind.APPROVE: _approve,
    Kind.UPDATE: _update,
    Kind.CHOOSE: _choose,
    Kind.DEPRECATE: _deprecate,
    Kind.REVOKE: _revoke,
    Kind.RATIFY: _revoke,
    Kind.POLICY: _policy,
    Kind.LIMITS: _numbers,
    Kind.BUDGET: _numbers,
    Kind.VALIDATORS: _validators,
    Kind.RULES: _rules,
    Kind.MEMBERSHIP: _membership,
}


# --- a guardian's stop ------------------------------------------------------------------------------


def stop(dao: Dao, command: c.Stop, now_us: int) -> list[f.Fact]:
    """A guardian stops a template at once, and the members vote at once whether that shall be for good."""
    guardian = with_role(dao, command.actor, Role.GUARDIAN)
    known = template(dao, command.template)
    if known.status in ("stopped", "revoked"):
        raise WrongState(f"template {known.cid} is {known.status} already")
    if not 0 < len(command.reason.strip()) <= REASON_CHARACTERS_MAX:
        raise InvalidInput(f"give the reason, in at most {REASON_CHARACTERS_MAX} characters")
    if command.proposal in dao.proposals:
        raise WrongState(f"there is a proposal {command.proposal} already")
    until_us = now_us + dao.charter.ratify_seconds * _SECOND_US
    stopped = f.Stopped(known.cid, guardian.identity, command.reason, until_us, command.proposal)
    return [stopped, *_ratification(dao, command, now_us)]


def _ratification(dao: Dao, command: c.Stop, now_us: int) -> list[f.Fact]:
    """The proposal to revoke what was stopped, whose vote ends before the stop does."""
    name = dao.templates[command.template].object["name"]
    content = {
        "form": FORM,
        "dao": dao.id,
        "id": command.proposal,
        "kind": str(Kind.RATIFY),
        "title": f"Revoke {name} for good"[:100],
        "text": command.reason,
        "author": command.actor,
        "risk": str(Risk.MEDIUM),
        "subject": f"stop:{command.template}",
        "method": str(Method.SINGLE),
        "options": list(ANSWERS),
        "templates": {},
        "target": command.template,
        "change": {},
    }
    usual = dao.charter.rules.of(Risk.MEDIUM)
    most_s = max(1, dao.charter.ratify_seconds * 9 // 10)
    rule = usual.model_copy(
        update={
            "mode": "vote",
            "secret": False,
            "reviewers": 0,
            "timelock_seconds": 0,
            "extension_seconds": 0,
            "voting_seconds": min(usual.voting_seconds, most_s),
        }
    )
    cid = cid_of_content(content)
    draft = Proposal(command.proposal, cid, content, now_us, now_us)
    return [
        f.Drafted(command.proposal, cid, content),
        f.Submitted(command.proposal, rule.model_dump(mode="json", by_alias=True), []),
        *open_vote(dao, draft, rule, now_us),
    ]


# --- the signed policy ------------------------------------------------------------------------------


def prepare_policy(dao: Dao, command: c.PreparePolicy, now_us: int) -> list[f.Fact]:
    """A version that waits for signatures takes the place of one that waits already."""
    adopted = sum(1 for one in dao.versions if one.cid)
    if command.version != adopted + 1:
        raise WrongState(f"the next version of the policy is {adopted + 1}, not {command.version}")
    return [f.PolicyPrepared(command.version, command.body)]


def sign_policy(dao: Dao, command: c.SignPolicy, now_us: int) -> list[f.Fact]:
    """A signature that was checked; each key's counts once."""
    waiting = dao.versions[-1] if dao.versions else None
    if waiting is None or waiting.cid or waiting.version != command.version:
        raise WrongState(f"version {command.version} of the policy waits for no signatures")
    if command.key in waiting.signatures:
        raise WrongState("this key has signed already")
    return [f.PolicySigned(command.version, command.key, command.signature)]


def adopt_policy(dao: Dao, command: c.AdoptPolicy, now_us: int) -> list[f.Fact]:
    """The subnet has taken the version that waits."""
    waiting = dao.versions[-1] if dao.versions else None
    if waiting is None or waiting.cid or waiting.version != command.version:
        raise WrongState(f"version {command.version} of the policy does not wait to be adopted")
    return [f.PolicyAdopted(command.version, command.cid)]


# --- advisories -------------------------------------------------------------------------------------


def advise(dao: Dao, command: c.Advise, now_us: int) -> list[f.Fact]:
    """A reviewer or guardian tells of a weakness."""
    author = member(dao, command.actor)
    if not author.roles & {Role.REVIEWER, Role.GUARDIAN}:
        with_role(dao, command.actor, Role.REVIEWER)
    template(dao, command.template)
    if command.severity not in SEVERITIES:
        raise InvalidInput(f"there is no severity {command.severity!r}; there are: {', '.join(SEVERITIES)}")
    if not 0 < len(command.text.strip()) <= TEXT_CHARACTERS_MAX:
        raise InvalidInput(f"an advisory has a text of at most {TEXT_CHARACTERS_MAX} characters")
    if command.fixed_by:
        template(dao, command.fixed_by)
    if len(dao.advisories) >= ADVISORIES_MAX:
        raise ResourceExhausted(f"a DAO has at most {ADVISORIES_MAX} advisories")
    return [
        f.Advised(
            command.advisory, command.template, command.severity, command.text, command.actor,
            command.fixed_by,
        )
    ]  # fmt: skip
