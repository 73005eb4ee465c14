"""The content of a proposal: everything that is voted on, under one CID.

A wish is ``{"kind", "title", "text", "risk", ...}`` with, by kind:

- approve: ``template`` (the object); update: the same, and ``replaces`` (a CID)
- choose: ``templates`` (two or more objects) and ``method`` (approval, ranked or quadratic)
- deprecate, revoke: ``target`` (a template's CID)
- policy: ``change`` (parts of the policy document)
- limits: ``change`` (limits by name; null: what the node gives)
- budget: ``change`` (``{"executions", "steps", "cpuSeconds", "egressBytes"}`` a day; null: no bound any more)
- validators: ``change`` (``{"keys", "threshold"}``)
- membership: ``change`` (``{"add": MEMBER}`` or ``{"remove": IDENTITY}``; adding a member anew changes it)
- rules: ``change`` (a whole charter)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.api import InvalidInput, cid_of
from governance.domain.charter import charter_of
from governance.domain.limits import NAME_CHARACTERS_MAX, OPTIONS_MAX, TEXT_CHARACTERS_MAX
from governance.domain.members import Member, check_proof, check_reviewers, member_of, validators_of
from governance.domain.state import Dao
from governance.domain.template import cid_of_template, risk_of, template_of
from governance.domain.words import ANSWERS, NONE, Kind, Method, Risk

FORM = "qflow/proposal/1"
DERIVED = frozenset({"approved", "revoked", "stopped", "ceilings"})
"""What of the policy document follows from the votes on templates."""

_FIELDS = frozenset(
    {"kind", "title", "text", "risk", "template", "templates", "replaces", "target", "method", "change"}
)
_RISKS = {
    Kind.DEPRECATE: Risk.LOW,
    Kind.REVOKE: Risk.MEDIUM,
    Kind.RATIFY: Risk.MEDIUM,
    Kind.POLICY: Risk.HIGH,
    Kind.LIMITS: Risk.HIGH,
    Kind.BUDGET: Risk.HIGH,
    Kind.MEMBERSHIP: Risk.MEDIUM,
    Kind.VALIDATORS: Risk.CRITICAL,
    Kind.RULES: Risk.CRITICAL,
}
"""The least class by kind; a template's is that of what it may reach."""


_CHANGING = (Kind.POLICY, Kind.LIMITS, Kind.BUDGET, Kind.VALIDATORS, Kind.MEMBERSHIP, Kind.RULES)


def content_of(dao: Dao, proposal: str, author: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The content that a wish becomes; raises :class:`InvalidInput` with what is wrong with it."""
    kind = _kind(wish)
    title, text = str(wish.get("title", "")).strip(), str(wish.get("text", ""))
    if not 0 < len(title) <= NAME_CHARACTERS_MAX or len(text) > TEXT_CHARACTERS_MAX:
        raise InvalidInput(
            f"a proposal has a title of 1 to {NAME_CHARACTERS_MAX} characters and a text of at most"
            f" {TEXT_CHARACTERS_MAX}"
        )
    templates = _templates(kind, wish)
    target, change = _target(dao, kind, wish), _change(dao, kind, wish)
    return {
        "form": FORM,
        "dao": dao.id,
        "id": proposal,
        "kind": str(kind),
        "title": title,
        "text": text,
        "author": author,
        "risk": str(_risk(kind, templates, wish)),
        "subject": _subject(dao, kind, templates, target),
        "method": str(_method(dao, kind, wish)),
        "options": [*(one["name"] for one in templates), NONE] if kind is Kind.CHOOSE else list(ANSWERS),
        "templates": {cid_of_template(one): one for one in templates},
        "target": target,
        "change": change,
    }


def cid_of_content(content: Mapping[str, Any]) -> str:
    """What ballots name."""
    return cid_of(dict(content))


def _kind(wish: Mapping[str, Any]) -> Kind:
    beyond = sorted(set(wish) - _FIELDS)
    if beyond:
        raise InvalidInput(f"a proposal has no {beyond[0]!r}; it has: {', '.join(sorted(_FIELDS))}")
    try:
        kind = Kind(str(wish.get("kind")))
    except ValueError:
        kind = Kind.RATIFY
    if kind is Kind.RATIFY:
        asked = ", ".join(one for one in Kind if one is not Kind.RATIFY)
        raise InvalidInput(f"nobody proposes {wish.get('kind')!r}; kinds are: {asked}")
    return kind


def _templates(kind: Kind, wish: Mapping[str, Any]) -> list[dict[str, Any]]:
    given: Sequence[Mapping[str, Any]] = ()
    if kind in (Kind.APPROVE, Kind.UPDATE):
        given = [wish.get("template") or {}]
    elif kind is Kind.CHOOSE:
        given = list(wish.get("templates") or ())
        if not 2 <= len(given) <= OPTIONS_MAX:
            raise InvalidInput(f"choose among 2 to {OPTIONS_MAX} templates")
    templates = [template_of(one) for one in given]
    names = {one["name"] for one in templates}
    if len(names) != len(templates) or NONE in names:
        raise InvalidInput(f"templates to choose among have different names, and none is called {NONE!r}")
    return templates


def _target(dao: Dao, kind: Kind, wish: Mapping[str, Any]) -> str:
    """The approved template that the proposal is about, where there is one."""
    name = {Kind.UPDATE: "replaces", Kind.DEPRECATE: "target", Kind.REVOKE: "target"}.get(kind)
    if name is None:
        return ""
    target = str(wish.get(name, ""))
    known = dao.templates.get(target)
    if known is None or known.status == "revoked":
        raise InvalidInput(f"{name} {target[:100]!r} is no approved template of this DAO")
    return target


def _change(dao: Dao, kind: Kind, wish: Mapping[str, Any]) -> dict[str, Any]:
    change = wish.get("change") or {}
    if kind not in _CHANGING:
        if change:
            raise InvalidInput(f"a proposal to {kind} changes nothing else; leave change out")
        return {}
    if not isinstance(change, Mapping) or not change:
        raise InvalidInput("say in change what shall be different")
    if kind is Kind.VALIDATORS:
        return validators_of(change).plain()
    if kind is Kind.RULES:
        charter = charter_of(change)
        check_reviewers(charter, list(dao.members.values()))
        return charter.plain()
    if kind is Kind.MEMBERSHIP:
        return _membership(dao, change)
    reserved = sorted(DERIVED & set(change))
    if reserved:
        raise InvalidInput(f"{reserved[0]!r} follows from the votes on templates; propose one of those")
    return dict(change)


def _membership(dao: Dao, change: Mapping[str, Any]) -> dict[str, Any]:
    if set(change) == {"remove"}:
        if change["remove"] not in dao.members:
            raise InvalidInput(f"{str(change['remove'])[:100]!r} is no member")
        return {"remove": str(change["remove"])}
    if set(change) != {"add"} or not isinstance(change["add"], Mapping):
        raise InvalidInput('a change of members is {"add": MEMBER} or {"remove": IDENTITY}')
    member = member_of(change["add"])
    check_proof(list(dao.members.values()), member)
    return {"add": member.plain()}


def _risk(kind: Kind, templates: Sequence[Mapping[str, Any]], wish: Mapping[str, Any]) -> Risk:
    """The class that the author gave, where it is not below the least one."""
    least = max((risk_of(one) for one in templates), key=list(Risk).index, default=Risk.LOW)
    least = _RISKS.get(kind, least)
    given = wish.get("risk")
    if given is None:
        return least
    if given not in tuple(Risk):
        raise InvalidInput(f"there is no risk class {str(given)[:40]!r}; there are: {', '.join(Risk)}")
    if not Risk(given) >= least:
        raise InvalidInput(f"the risk class is {least} at least, for what this may do; it cannot be {given}")
    return Risk(given)


def _method(dao: Dao, kind: Kind, wish: Mapping[str, Any]) -> Method:
    """How votes are counted; an answer of yes or no is counted as the rule of its class says."""
    given = wish.get("method")
    if kind is not Kind.CHOOSE:
        if given is not None:
            raise InvalidInput("the rules say how votes on yes or no are counted; leave method out")
        return Method.SINGLE
    if given not in (Method.APPROVAL, Method.RANKED, Method.QUADRATIC):
        raise InvalidInput("a choice has a method: approval, ranked or quadratic")
    if given == Method.QUADRATIC and not quadratic_allowed(dao):
        raise InvalidInput(why_not_quadratic(dao))
    return Method(given)


def quadratic_allowed(dao: Dao) -> bool:
    """Whether the members are proven to be distinct persons, each of them."""
    return dao.charter.proven and all(member.proof for member in dao.members.values())


def why_not_quadratic(dao: Dao) -> str:
    """Why there is no quadratic voting, for people."""
    if not dao.charter.proven:
        return (
            "quadratic voting is off: one person with several identities would gain by splitting its credits."
            " The charter must ask for proofs that members are distinct persons (proven)"
        )
    missing = _unproven(list(dao.members.values()))
    return f"quadratic voting is off: {missing} of the members have not proven that they are distinct persons"


def _unproven(members: Sequence[Member]) -> int:
    return sum(1 for member in members if not member.proof)


def _subject(dao: Dao, kind: Kind, templates: Sequence[Mapping[str, Any]], target: str) -> str:
    """What no two open proposals may be about."""
    if target:
        return f"template:{dao.templates[target].object['name']}"
    if kind is Kind.CHOOSE:
        return "choice:" + ",".join(sorted(one["name"] for one in templates))
    return f"template:{templates[0]['name']}" if templates else ""
