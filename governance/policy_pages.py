"""The signed policy in the browser: what it says, how it became so, and the signatures that it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer, page
from designer.keys import bytes_of
from designer.requests import part, sent
from engine.api import Principal, UnknownObject, world
from engine.api.governing import policy_envelope, read_signed
from governance import desk, evidence, shown, wording
from governance.comparing import document_changes
from governance.domain.asking import proposal as proposal_of
from governance.domain.state import Dao, PolicyVersion
from governance.policies import pending

VERSIONS_SHOWN_MAX = 50


@require_safe
@page
def policy(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What the policy says, its newest versions with what each changed, and who has still to sign."""
    return render(request, "governance/policy.html", desk.look(world(), actor, lambda dao: _all(dao, actor)))


def _all(dao: Dao, actor: Principal) -> dict[str, Any]:
    waiting = pending(world(), dao)
    return {
        "dao": shown.dao(dao),
        "versions": list(_history(dao)),
        "waiting": waiting and _waiting(dao, waiting, actor.identity),
        "document": wording.parts(evidence.wanted(dao)),
    }


def _waiting(dao: Dao, waiting: Mapping[str, Any], viewer: str) -> dict[str, Any]:
    signers = [{**one, "name": wording.name_of(dao, one["identity"])} for one in waiting["validators"]]
    mine = any(one["identity"] == viewer and not one["signed"] for one in signers)
    missing = max(0, waiting["threshold"] - sum(one["signed"] for one in signers))
    return {"version": waiting["version"], "signers": signers, "mine": mine, "missing": missing}


def _history(dao: Dao) -> Iterator[dict[str, Any]]:
    """The newest versions, each with what it changed of the one before."""
    told = shown.policy_history(dao)
    names = _names(dao)
    kept = dao.versions[-VERSIONS_SHOWN_MAX - 1 :]
    for place, one in enumerate(reversed(kept[-VERSIONS_SHOWN_MAX:]), 1):
        before = kept[-place - 1] if place < len(kept) else None
        changes = document_changes(_document(before), _document(one), names)
        yield {**told[place - 1], "changes": changes}


def _document(version: PolicyVersion | None) -> Mapping[str, Any]:
    if version is None:
        return {}
    return read_signed(policy_envelope(version.body, {})).document


def _names(dao: Dao) -> dict[str, str]:
    """What the pieces of code are called."""
    return {
        cid: f"{one.object['name']} {one.object['release']}"
        for one in dao.templates.values()
        for cid in one.object["codes"]
    }


@require_safe
@answer
def waiting(request: HttpRequest, actor: Principal) -> JsonResponse:
    """The version that waits for signatures and the one before it, for the browser to read before it signs;
    base64, the latter empty for the first."""

    newest = desk.look(world(), actor, lambda dao: dao.versions[-2:])
    if not newest or newest[-1].cid:
        raise UnknownObject("no version of the policy waits for signatures")
    before = shown.text_of(newest[0].body) if len(newest) > 1 else ""
    told = {"version": newest[-1].version, "body": shown.text_of(newest[-1].body), "before": before}
    return JsonResponse(told)


@require_POST
@answer
def sign(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Take the signature that a validator's key in the browser made."""
    given = sent(request)
    signature = bytes_of(part(given, "signature", str), "signature")
    desk.sign_policy(world(), actor, part(given, "version", int), part(given, "key", str), signature)
    return JsonResponse({})


# --- proofs -----------------------------------------------------------------------------------------


@require_safe
@page
def log(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The DAO's whole log as a file: what ``qflow dao verify-tally --bundle`` takes."""
    data = evidence.bundle(world(), actor)
    headers = {"Content-Disposition": 'attachment; filename="log.cbor"'}
    return HttpResponse(data, content_type="application/cbor", headers=headers)


@require_safe
@page
def proof(request: HttpRequest, actor: Principal, proposal: str) -> HttpResponse:
    """The whole log checked again and the votes counted anew, now."""
    report = evidence.verify_proposal(world(), actor, proposal)
    found = desk.look(world(), actor, lambda dao: shown.proposal_line(dao, proposal_of(dao, proposal)))
    lines = wording.parts(
        {name: value for name, value in report.items() if name not in ("problems", "valid")}
    )
    return render(request, "governance/proof.html", {"one": found, "report": report, "lines": lines})
