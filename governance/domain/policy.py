"""The policy document of a DAO's subnet, as it follows from the DAO's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.domain.state import Dao, Template

_RUNNING = ("active", "deprecated", "superseded")


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
            if template.status in _RUNNING:
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
    document["capabilities"] = _ceilings(dao)
    return document


def _ceilings(dao: Dao) -> list[Mapping[str, Any]]:
    """What the document names, and what the approved templates were approved to reach."""
    found = list(dao.policy.get("capabilities") or ())
    for template in _running(dao):
        found += [one for one in template.object["capabilities"] if one not in found]
    return found


def _running(dao: Dao) -> list[Template]:
    return [one for one in dao.templates.values() if one.status in _RUNNING]
