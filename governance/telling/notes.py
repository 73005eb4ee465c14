"""Which facts of a DAO concern whom, in words. Pure: the log in, notes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from governance.domain import facts as f
from governance.domain.log import Entry
from governance.domain.state import Dao, Proposal
from governance.domain.words import Role, Stage

_DAY_US = 24 * 3600 * 1_000_000
_TEXT_CHARACTERS_MAX = 300
_MENTION = re.compile(r"(?:^|[\s(])@([^\s@,;:!?()]{1,100})")


class About(StrEnum):
    """What a note is about; each person chooses by which ways to be told of each."""

    OPENS = "opens"
    SOON = "soon"
    DECIDED = "decided"
    REVOKED = "revoked"
    SAID = "said"
    ASKED = "asked"
    WEAK = "weak"


MEANING: Mapping[About, str] = {
    About.OPENS: "A vote opens in which you can vote",
    About.SOON: "A vote ends soon, and you have not voted",
    About.DECIDED: "A vote is over: passed or turned down",
    About.REVOKED: "A template was revoked or stopped",
    About.SAID: "Somebody names you (@name), answers you or reviews your proposal",
    About.ASKED: "Something waits for you: a review, a signature, an invitation",
    About.WEAK: "A weakness of a template became known",
}


@dataclass(frozen=True, slots=True)
class Note:
    """What some identities should know. ``key`` is the same whenever the same thing is told; ``link`` is a
    path below the pages of governance."""

    key: str
    about: About
    title: str
    text: str
    link: str
    to: frozenset[str]
    at_us: int


def notes_of(dao: Dao, entry: Entry) -> Iterator[Note]:
    """What an entry of the log gives to tell, seen from the state that the DAO is in now."""
    for place, fact in enumerate(entry.facts):
        told = _TELL.get(type(fact))
        found = told(dao, fact, entry) if told else None
        if found is not None and found[4]:
            about, title, text, link, to = found
            key = f"{entry.sequence}.{place}"
            yield Note(key, about, title, text[:_TEXT_CHARACTERS_MAX], link, to, entry.at_us)


def soon_notes(dao: Dao, after_us: int, now_us: int) -> Iterator[Note]:
    """Votes that began to end soon within (``after_us``, ``now_us``]: a day before the end, or a quarter of
    the time where that is less; told to those who have not voted."""
    for one in dao.open_proposals():
        if one.stage is not Stage.VOTING or not one.closes_us or one.electorate is None:
            continue
        soon_us = one.closes_us - min(_DAY_US, (one.closes_us - (one.opened_us or 0)) // 4)
        to = frozenset(one.electorate.weights) - set(one.ballots)
        if after_us < soon_us <= now_us and to:
            key, text = f"soon.{one.id}.{one.closes_us}", "You have not voted on it yet."
            yield Note(key, About.SOON, f"A vote ends soon: {_title(one)}", text, _path(one), to, soon_us)


Told = tuple[About, str, str, str, frozenset[str]] | None
Tell = Callable[[Dao, f.Fact, Entry], Told]


def _opened(dao: Dao, fact: f.Opened, entry: Entry) -> Told:
    one = dao.proposals[fact.proposal]
    if one.stage is not Stage.VOTING or one.electorate is None:
        return None  # it is over already, and its end is told
    to = frozenset(one.electorate.weights)
    return About.OPENS, f"A vote opens: {_title(one)}", str(one.content["text"]), _path(one), to


def _counted(dao: Dao, fact: f.Counted, entry: Entry) -> Told:
    one = dao.proposals[fact.proposal]
    to = frozenset(one.electorate.weights if one.electorate else ()) | {one.author}
    said = "passed" if fact.outcome == "passed" else "was turned down"
    return About.DECIDED, f"{_title(one)} {said}", fact.why, _path(one), to & set(dao.members)


def _revoked(dao: Dao, fact: f.TemplateRevoked, entry: Entry) -> Told:
    return _about_template(dao, fact.template, About.REVOKED, "was revoked", "It does not run any more.")


def _stopped(dao: Dao, fact: f.Stopped, entry: Entry) -> Told:
    return _about_template(dao, fact.template, About.REVOKED, "was stopped by a guardian", fact.reason)


def _advised(dao: Dao, fact: f.Advised, entry: Entry) -> Told:
    told = f"has a weakness ({fact.severity})"
    return _about_template(dao, fact.template, About.WEAK, told, fact.text)


def _about_template(dao: Dao, cid: str, about: About, what: str, text: str) -> Told:
    value = dao.templates[cid].object
    title = f"{value['name']} {value['release']} {what}"
    return about, title, text, f"templates/{cid}", frozenset(dao.members)


def _commented(dao: Dao, fact: f.Commented, entry: Entry) -> Told:
    """To whoever is named, made the proposal, or said something about it before."""
    one = dao.proposals[fact.proposal]
    earlier = {each.author for at_us, each in one.comments if at_us < entry.at_us}
    names = {name.casefold().rstrip(".") for name in _MENTION.findall(fact.text)}
    named = {id for id, who in dao.members.items() if who.name.casefold().replace(" ", "") in names}
    to = frozenset((named | earlier | {one.author}) & set(dao.members)) - {fact.author}
    return About.SAID, f"{_name(dao, fact.author)} on {_title(one)}", fact.text, _path(one), to


def _reviewed(dao: Dao, fact: f.Reviewed, entry: Entry) -> Told:
    one = dao.proposals[fact.proposal]
    verdict = "approves" if fact.approved else "asks for changes of"
    title = f"{_name(dao, fact.reviewer)} {verdict} {_title(one)}"
    return About.SAID, title, fact.text, _path(one), frozenset({one.author}) & set(dao.members)


def _moved(dao: Dao, fact: f.Moved, entry: Entry) -> Told:
    one = dao.proposals[fact.proposal]
    if fact.stage != Stage.REVIEW or one.stage is not Stage.REVIEW:
        return None
    reviewers = {id for id, who in dao.members.items() if Role.REVIEWER in who.roles}
    text = "You are a reviewer: read it, and approve it or ask for changes."
    return About.ASKED, f"A review is asked for: {_title(one)}", text, _path(one), reviewers - {one.author}


def _invited(dao: Dao, fact: f.Invited, entry: Entry) -> Told:
    to = frozenset({str(fact.member["identity"])}) & set(dao.invitations)
    return About.ASKED, f"You are invited to {dao.name}", "Join on the page of the DAO.", "", to


def _prepared(dao: Dao, fact: f.PolicyPrepared, entry: Entry) -> Told:
    newest = dao.versions[-1]
    if newest.version != fact.version or newest.cid:
        return None
    to = {id for key, id in dao.validators.keys.items() if key not in newest.signatures}
    title = f"Version {fact.version} of the policy waits for your signature"
    return About.ASKED, title, "You are a validator of the DAO.", "policy", frozenset(to)


_TELL: Mapping[type[f.Fact], Tell] = {
    f.Opened: _opened,  # type: ignore[dict-item]
    f.Counted: _counted,  # type: ignore[dict-item]
    f.TemplateRevoked: _revoked,  # type: ignore[dict-item]
    f.Stopped: _stopped,  # type: ignore[dict-item]
    f.Advised: _advised,  # type: ignore[dict-item]
    f.Commented: _commented,  # type: ignore[dict-item]
    f.Reviewed: _reviewed,  # type: ignore[dict-item]
    f.Moved: _moved,  # type: ignore[dict-item]
    f.Invited: _invited,  # type: ignore[dict-item]
    f.PolicyPrepared: _prepared,  # type: ignore[dict-item]
}


def _title(one: Proposal) -> str:
    return str(one.content["title"])


def _path(one: Proposal) -> str:
    return f"proposals/{one.id}"


def _name(dao: Dao, identity: str) -> str:
    known = dao.members.get(identity)
    return known.name if known else "Somebody"
