"""The policy document of a DAO's subnet, as it follows from the DAO's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.domain.state import Dao, Template

RUNNING = ("active", "deprecated", "superseded")
"""What a template is while its code may run."""


def document_of(dao: Dao) -> dict[str, Any]:
    """The document: what was voted on beside templates, and what follows from the votes on those.

    Code runs where a template with it is approved. What was revoked may not run, unless a later vote
    approved a template with the same code; what a guardian stopped may not run until then, whatever holds it.
    """
    approved: dict[str, int] = {}
    revoked: dict[str, int] = {}
    stopped: dict[str, int] = {}
    for template in dao.templates.values():
        for cid in template.object["codes"]:
            if template.status in RUNNING:
                approved[cid] = max(approved.get(cid, 0), template.since_us)
            elif template.status == "stopped":
                stopped[cid] = max(stopped.get(cid, 0), template.stopped_until_us or 0)
            else:
                revoked[cid] = max(revoked.get(cid, 0), template.revoked_us or 0)
    gone = {cid for cid, at in revoked.items() if approved.get(cid, -1) <= at}
    document = {"code": "approved-only", **dao.policy}
    document["approved"] = sorted((set(approved) | set(stopped)) - gone)
    document["revoked"] = sorted(gone)
    document["stopped"] = stopped
    document["ceilings"] = _ceilings(dao)
    return document


def numbers_after(dao: Dao, part: str, change: Mapping[str, Any]) -> dict[str, Any]:
    """The limits or the budget of the policy after a change of some of them; None takes one away."""
    numbers = {**dao.policy.get(part, {}), **change}
    return {name: value for name, value in numbers.items() if value is not None}


def _ceilings(dao: Dao) -> dict[str, list[Mapping[str, Any]]]:
    """What each piece of code was approved to reach; code that was approved as part of a flow alone reaches
    nothing by itself. A version that another one with the same code replaced counts no more."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for template in _held(dao):
        for cid in template.object["codes"]:
            ceilings = found.setdefault(cid, [])
            if cid == template.main and not _replaced(dao, template):
                ceilings += [one for one in template.object["capabilities"] if one not in ceilings]
    return found


def _held(dao: Dao) -> list[Template]:
    """What runs, and what will where a stop ends by itself."""
    return [one for one in dao.templates.values() if one.status in (*RUNNING, "stopped")]


def _replaced(dao: Dao, template: Template) -> bool:
    """Whether a later version that holds the same code has the say about it."""
    later = dao.templates.get(template.replaced_by)
    while later is not None and later.status != "revoked":
        if later.main == template.main:
            return True
        later = dao.templates.get(later.replaced_by)
    return False
