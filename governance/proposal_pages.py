"""Proposals: the list, making one, and the page of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from designer.access import answer, local_redirect, page
from designer.requests import part as part_of
from designer.requests import sent
from engine.api import InvalidInput, Principal, Problem, QflowError, UnknownObject, world
from engine.api.governing import RAW, cid_of_bytes, why_not_run
from governance import desk, shown, wording
from governance.change_pages import form_of
from governance.change_words import change_in_words
from governance.comparing import code_lines, flow_changes
from governance.domain.asking import proposal as proposal_of
from governance.domain.asking import template as template_of
from governance.domain.reproduction import results_of
from governance.domain.state import Dao, Proposal
from governance.domain.words import Kind, Role, Stage
from governance.drafting import template_from
from governance.instantiating import fields_of, schema_from
from governance.wording import plain_value

_KEYS = ("bytes", "cbor", "confirm", "ed25519", "log", "node", "signing", "store")
MODULES = ("js/live.js", "js/governance/ballot.js", *(f"js/keys/{name}.js" for name in _KEYS))
"""What the page's scripts import, named in it so that all of it comes at once."""

_ABOUT_TEMPLATES = (str(Kind.REVOKE), str(Kind.DEPRECATE))
_EXAMPLES = (
    ("policy", '{"egress": {"allow": [], "deny": ["*.example.com"], "onlyAllowed": false}}'),
    ("limits", '{"step_timeout_ms": 5000}'),
    ("budget", '{"executions": 1000, "cpuSeconds": 3600}'),
    ("membership", '{"add": {"identity": "ID", "name": "Dia", "roles": ["reviewer"]}} or {"remove": "ID"}'),
    ("validators", '{"keys": {"KEY": "ID"}, "threshold": 1}'),
    ("rules", 'the whole charter, such as {"text": "...", "rules": {"low": {"quorum": 10}}}'),
)
_EXAMPLE_OF = {kind: (kind, example) for kind, example in _EXAMPLES}
_CHANGES = tuple(_EXAMPLE_OF)


@require_safe
@page
def proposals(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All proposals, or those of one stage."""
    stage = request.GET.get("stage", "")

    def view(dao: Dao) -> dict[str, Any]:
        lines = [{**one, "by": wording.name_of(dao, one["author"])} for one in shown.proposals(dao, stage)]
        return {"proposals": lines[:200], "stage": stage, "stages": ["open", *map(str, Stage)], "dao": dao}

    return render(request, "governance/proposals.html", desk.look(world(), actor, view))


@require_http_methods(["GET", "HEAD", "POST"])
@page
def new(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A proposal to be filled in; posted, it is made and submitted."""
    if request.method == "POST" and request.POST.get("as") == "text":
        return render(request, "governance/new.html", _as_text(request.POST))
    if request.method == "POST":
        id = desk.propose(world(), actor, _wish(actor, request.POST), request.POST.get("revises", ""))
        desk.submit(world(), actor, id)
        return local_redirect("governance:proposal", id)
    return render(request, "governance/new.html", _form(actor, request.GET))


def _form(actor: Principal, asked: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the form: a template taken from a flow, a template to be forbidden, or a change."""
    if asked.get("flow"):
        return _template_form(actor, asked["flow"], asked.get("step", ""))
    if asked.get("revises"):
        return _revision(actor, asked["revises"])
    target = asked.get("target", "")
    if target:
        known = desk.look(world(), actor, lambda dao: template_of(dao, target).object)
        kind = asked.get("kind", "revoke")
        verb = "Deprecate" if kind == "deprecate" else "Revoke"
        return {"kind": kind, "target": target, "title": f"{verb} {known['name']}"}
    return {"kinds": list(_CHANGES), "change": "{}", "examples": _EXAMPLES}


def _as_text(form: Mapping[str, str]) -> dict[str, Any]:
    """A change that a form made, as text to go on with."""
    said = {name: form.get(name, "") for name in ("title", "text", "revises")}
    change = json.dumps(_json(form.get("change", "")), indent=2, ensure_ascii=False)
    kind = form.get("kind", "")
    kinds = [kind] if said["revises"] else list(_CHANGES)
    examples = [_EXAMPLE_OF[one] for one in kinds if one in _EXAMPLE_OF]
    return {**said, "kinds": kinds, "chosen": kind, "change": change, "examples": examples}


def _revision(actor: Principal, proposal: str) -> dict[str, Any]:
    """The form of a change that was proposed, to be changed."""
    content = desk.look(world(), actor, lambda dao: proposal_of(dao, proposal).content)
    change = json.dumps(dict(content["change"]), indent=2, ensure_ascii=False)
    said = {"title": content["title"], "text": content["text"], "change": change}
    kinds = [str(content["kind"])]
    return {**said, "revises": proposal, "kinds": kinds, "examples": [_EXAMPLE_OF[kinds[0]]]}


def _template_form(actor: Principal, flow: str, step: str) -> dict[str, Any]:
    template = template_from(world(), actor, flow, step=step)
    before = desk.look(world(), actor, lambda dao: _approved(dao, template["name"]))
    verb = "Update" if before else "Approve"
    return {
        "kind": "update" if before else "approve",
        "flow": flow,
        "step": step,
        "title": f"{verb} {template['name']}",
        "template": template,
        "reach": shown.shown_template(Dao(), "", template)["reach"],
        "lines": code_lines("", template["source"]),
        "findings": template["scan"].get("findings") or [],
        "flow_changes": flow_changes({}, template["flow"]) if template["flow"] else [],
    }


def _approved(dao: Dao, name: str) -> str:
    """The CID of the template of a name that is in force, or an empty text."""
    found = [
        one.cid for one in dao.templates.values() if one.object["name"] == name and one.status == "active"
    ]
    return found[-1] if found else ""


def _wish(actor: Principal, form: Mapping[str, str]) -> dict[str, Any]:
    """The wish that a form says."""
    wish: dict[str, Any] = {"title": form.get("title", ""), "text": form.get("text", "")}
    if form.get("flow"):
        return wish | _template_wish(actor, form["flow"], form.get("step", ""), form)
    kind = form.get("kind", "")
    if kind in _ABOUT_TEMPLATES:
        return wish | {"kind": kind, "target": form.get("target", "")}
    return wish | {"kind": kind, "change": _json(form.get("change", ""))}


def _template_wish(actor: Principal, flow: str, step: str, form: Mapping[str, str]) -> dict[str, Any]:
    template = template_from(world(), actor, flow, step=step)
    if form.get("release"):
        template["release"] = form["release"]
    if form.get("parameters"):
        template["manifest"]["parameters"] = schema_from(form["parameters"])
    before = desk.look(world(), actor, lambda dao: _approved(dao, template["name"]))
    kind = {"kind": "update", "replaces": before} if before else {"kind": "approve"}
    return {**kind, "template": template}


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidInput("the change is not valid", [Problem("change", "a JSON object")])
    return value


@require_safe
@page
def one(request: HttpRequest, actor: Principal, proposal: str) -> HttpResponse:
    """Everything about a proposal, and what the person may do about it."""
    context = {**_shown(actor, proposal), "modules": MODULES}
    return render(request, "governance/proposal.html", context)


@require_safe
@page
def part(request: HttpRequest, actor: Principal, proposal: str) -> HttpResponse:
    """What changes of that page while others act."""
    return render(request, "governance/proposal_part.html", _shown(actor, proposal))


def _shown(actor: Principal, proposal: str) -> dict[str, Any]:
    def view(dao: Dao) -> dict[str, Any]:
        found = proposal_of(dao, proposal)
        return {**_facts(dao, found, actor), **_rights(dao, found, actor)}

    return desk.look(world(), actor, view)


def _facts(dao: Dao, found: Proposal, actor: Principal) -> dict[str, Any]:
    plain = shown.proposal(dao, found, actor.identity)
    for each in plain["comments"]:
        each["by"] = wording.name_of(dao, each["author"])
    for each in plain["checks"]:
        each["lines"] = wording.parts(each["report"])
    for each in plain["reviews"]:
        each["by"] = wording.name_of(dao, each["reviewer"])
    return {
        "one": plain,
        "dao": dao,
        "by": wording.name_of(dao, found.author),
        "asks": wording.asks(found),
        "next": wording.NEXT[str(found.stage)],
        "left": wording.left(found.until_us, world().clock.now_us()),
        "rule": wording.rule(found.rule) if found.rule else "",
        "change": wording.parts(plain["content"]["change"] or {}),
        "differences": _differences(dao, found),
        "node_reports": _node_reports(dao, found),
        "templates": [_template(dao, found, each, plain["comments"]) for each in plain["templates"]],
        "bars": _bars(plain["vote"]),
        "delegate": _delegate(dao, found, plain["vote"]),
    }


def _differences(dao: Dao, found: Proposal) -> list[tuple[str, str]]:
    """What a change makes different from what is decided now; nothing of one that is over, or that says what
    cannot be said."""
    change = found.content["change"]
    try:
        return change_in_words(dao, found.kind, change) if change and found.stage.open else []
    except (QflowError, TypeError, ValueError, AttributeError):
        return []


def _node_reports(dao: Dao, found: Proposal) -> list[dict[str, Any]]:
    """What each node found, beside the first one's findings."""
    results = [results_of(one.reports) for one in found.reported]
    return [
        {
            "by": wording.name_of(dao, one.reporter),
            "checks": [
                {"name": name, "passed": passed, "same": results[0].get(name) == (passed, cid)}
                for name, (passed, cid) in each.items()
            ],
        }
        for one, each in zip(found.reported, results, strict=True)
    ]


def _template(dao: Dao, found: Proposal, each: dict[str, Any], comments: list[Any]) -> dict[str, Any]:
    """A template of the proposal, compared with the one that it replaces."""
    before = dao.templates.get(found.content["target"])
    old = before.object if before else {"source": "", "flow": {}}
    value = each["object"]
    here = [one for one in comments if one["place"].get("cid") == found.cid]
    lines = code_lines(old["source"], value["source"]) if value["type"] == "code" else []
    told = [
        (line, [one for one in here if line.number and one["place"].get("line") == line.number])
        for line in lines
    ]
    changes = flow_changes(old["flow"], value["flow"]) if value["type"] == "flow" else []
    return {**each, "lines": told, "flow_changes": changes, "replaces": before is not None}


def _bars(vote: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Shares for the bars of the page, in percent of all votes."""
    if vote is None:
        return None
    all_votes = max(1, vote["electorate"]["weight"])
    largest = max(all_votes, *vote["totals"].values()) if vote["totals"] else all_votes
    return {
        "quorum": vote["quorum"]["percent"],
        "part": round(100 * vote["tookPart"] / all_votes),
        "totals": [(name, total, round(100 * total / largest)) for name, total in vote["totals"].items()],
    }


def _delegate(dao: Dao, found: Proposal, vote: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Who votes for the viewer, and how that member voted where votes are open."""
    taker = ((vote or {}).get("mine") or {}).get("delegate")
    if not taker:
        return None
    choice = found.choices.get(taker)
    answers = ", ".join(option for option, _ in choice) if choice and not found.secret else ""
    return {"name": wording.name_of(dao, taker), "choice": answers}


def _rights(dao: Dao, found: Proposal, actor: Principal) -> dict[str, Any]:
    me, mine, stage = dao.members.get(actor.identity), found.author == actor.identity, found.stage
    before_vote = stage in (Stage.DRAFT, Stage.CHECKS, Stage.REVIEW)
    reviewer = me is not None and Role.REVIEWER in me.roles and not mine
    provenance = next((each["provenance"] for each in found.content["templates"].values()), {})
    voter = found.electorate is not None and actor.identity in found.electorate.weights
    return {
        "viewer": actor.identity,
        "is_member": me is not None,
        "can_review": reviewer and stage is Stage.REVIEW,
        "can_vote": voter and stage is Stage.VOTING,
        "can_open": actor.identity in found.ballots and stage is Stage.REVEALING,
        "can_cancel": mine and stage.open and stage is not Stage.TIMELOCK,
        "can_submit": mine and stage is Stage.DRAFT,
        "can_revise": mine and before_vote and bool(found.content["change"]),
        "revise_at": f"governance:{form_of(found.kind, found.content['change']) or 'new'}",
        "can_renew": mine and before_vote and bool(provenance.get("flow")),
        "provenance": provenance,
    }


@require_POST
@page
def act(request: HttpRequest, actor: Principal, proposal: str, verb: str) -> HttpResponse:
    """Submit, renew, cancel, review or comment; then show the proposal."""
    if verb not in _VERBS:
        raise UnknownObject(f"nobody can {verb[:50]} a proposal")
    _VERBS[verb](actor, proposal, request.POST)
    return local_redirect("governance:proposal", proposal)


def _submit(actor: Principal, proposal: str, form: Mapping[str, str]) -> None:
    desk.submit(world(), actor, proposal)


def _renew(actor: Principal, proposal: str, form: Mapping[str, str]) -> None:
    """Another version, out of the flow as it is now, submitted at once."""
    content = desk.look(world(), actor, lambda dao: proposal_of(dao, proposal).content)
    origin: Mapping[str, Any] = next((each["provenance"] for each in content["templates"].values()), {})
    wish = _template_wish(actor, origin.get("flow", ""), origin.get("step", ""), _said_before(content))
    desk.propose(world(), actor, {"title": content["title"], "text": content["text"], **wish}, proposal)
    desk.submit(world(), actor, proposal)


def _said_before(content: Mapping[str, Any]) -> dict[str, str]:
    """What the author wrote of the version before, in the words of the form."""
    manifest = next((each["manifest"] for each in content["templates"].values()), {})
    lines = [
        f"{one.name} = {plain_value(one.default)}" for one in fields_of(manifest.get("parameters") or {})
    ]
    return {"parameters": "\n".join(lines)}


def _cancel(actor: Principal, proposal: str, form: Mapping[str, str]) -> None:
    desk.cancel(world(), actor, proposal, form.get("text", ""))


def _say(actor: Principal, proposal: str, form: Mapping[str, str]) -> None:
    """A comment, or a review of the version that the person saw."""
    verdict, text = form.get("verdict", ""), form.get("text", "").strip()
    if verdict:
        desk.review(world(), actor, proposal, form.get("cid", ""), verdict == "approve", text)
    else:
        desk.comment(world(), actor, proposal, text, _place(form))


def _place(form: Mapping[str, str]) -> dict[str, Any]:
    line, step = form.get("line", "").strip(), form.get("step", "").strip()
    if line and not (line.isascii() and line.isdigit() and len(line) < 7):
        raise InvalidInput("the place is not valid", [Problem("line", "the number of a line")])
    return ({"line": int(line)} if line else {}) | ({"step": step} if step else {})


_VERBS = {"submit": _submit, "renew": _renew, "cancel": _cancel, "say": _say}


@require_POST
@answer
def approval(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Whether the subnet runs this code, for the editor: ``{"runs", "why", "member"}``."""
    code = part_of(sent(request), "code", str)
    cid = cid_of_bytes(code.encode("utf-8", "surrogatepass"), RAW)
    why = why_not_run(world(), actor, cid)
    known = desk.list_daos(world(), actor)
    member = bool(known) and desk.look(world(), actor, lambda dao: actor.identity in dao.members)
    return JsonResponse({"runs": not why, "why": why, "member": member})
