"""Comments on a flow and its steps, and replies: written by who may change it, read by who may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from designer.access import answer, may
from designer.models import Comment
from designer.names import names_of
from designer.requests import part, sent
from engine.api import (
    FLOWS,
    FlowRecord,
    InvalidInput,
    PermissionDenied,
    Principal,
    Problem,
    UnknownObject,
    WrongState,
    bound_to,
    get_flow,
    require,
    world,
)

CHARACTERS_MAX = 10_000
COMMENTS_MAX = 1_000
"""Comments that one flow may have."""

STEP_CHARACTERS_MAX = 128
COMMENTED_EVENT = "q.qflow.flow.commented.v1"


@require_http_methods(["GET", "HEAD", "POST"])
@answer
def comments(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """The comments of a flow, oldest first; POST writes one."""
    record = get_flow(world(), actor, flow).record
    if request.method == "POST":
        require(world(), actor, "flows:write", f"flows/{flow}")
        _write(actor, record, sent(request))
    shown = {"comments": _listed(actor, record), "can_write": may(actor, flow)}
    return JsonResponse(shown, status=201 if request.method == "POST" else 200)


@require_POST
@answer
def resolve(request: HttpRequest, actor: Principal, flow: str, comment: str) -> HttpResponse:
    """Mark a comment and what was replied to it as dealt with, or open it again."""
    record, found = _own(actor, flow, comment)
    if found.answers:
        raise InvalidInput("a reply is not resolved by itself; resolve the comment that it answers")
    done = part(sent(request), "resolved", bool)
    found.resolved_us = world().clock.now_us() if done else None
    found.resolved_by = actor.id if done else ""
    found.save(update_fields=["resolved_us", "resolved_by"])
    return _changed(actor, record, found)


@require_POST
@answer
def delete(request: HttpRequest, actor: Principal, flow: str, comment: str) -> HttpResponse:
    """Take a comment back with what was replied to it: one's own that nobody else answered, or any as an
    administrator."""
    record, found = _own(actor, flow, comment)
    if found.author != actor.id and not actor.may("admin"):
        raise PermissionDenied("only its author or an administrator takes a comment back; you may resolve it")
    replies = _of(record).filter(answers=found.id)
    if not actor.may("admin") and replies.exclude(author=actor.id).exists():
        raise PermissionDenied("others have answered it; resolve it, or ask an administrator to take it back")
    replies.delete()
    found.delete()
    return _changed(actor, record, found)


def forget_comments(subnet: str, flow: str) -> None:
    """Erase all comments of a flow."""
    Comment.objects.filter(subnet=subnet, flow=flow).delete()


def _write(actor: Principal, record: FlowRecord, asked: dict[str, Any]) -> None:
    text, step = part(asked, "text", str).strip(), part(asked, "step", str)
    if not 0 < len(text) <= CHARACTERS_MAX:
        problem = Problem("text", f"from 1 to {CHARACTERS_MAX} characters")
        raise InvalidInput("a comment is too long, or says nothing", [problem])
    if len(step) > STEP_CHARACTERS_MAX:
        raise InvalidInput("there is no such step", [Problem("step", "the id of a step, or empty")])
    if _of(record).count() >= COMMENTS_MAX:
        raise WrongState(f"a flow has {COMMENTS_MAX} comments at most; take old ones back first")
    first = _answered(record, str(asked.get("answers") or ""))
    _tell(_stored(actor, record, text, first.step if first else step, first.id if first else ""))


def _answered(record: FlowRecord, id: str) -> Comment | None:
    """The comment that a reply is to, open again if it was resolved; None for no reply."""
    if not id:
        return None
    found = _found(record, id)
    if found.answers:
        problem = Problem("answers", "must be a comment that is no reply")
        raise InvalidInput("replies are not replied to; answer the first comment", [problem])
    if found.resolved_us is not None:
        found.resolved_us, found.resolved_by = None, ""
        found.save(update_fields=["resolved_us", "resolved_by"])
    return found


def _stored(actor: Principal, record: FlowRecord, text: str, step: str, answers: str) -> Comment:
    id = world().new_id("cmt")
    sealed = world().cipher.seal(record.subnet, FLOWS, text.encode(), _place(record.subnet, id))
    made: Comment = Comment.objects.create(
        id=id,
        subnet=record.subnet,
        flow=record.id,
        step=step,
        answers=answers,
        author=actor.id,
        at_us=world().clock.now_us(),
        text=sealed,
    )
    return made


def _own(actor: Principal, flow: str, comment: str) -> tuple[FlowRecord, Comment]:
    """A comment of a flow that the actor may change."""
    record = get_flow(world(), actor, flow).record
    require(world(), actor, "flows:write", f"flows/{flow}")
    return record, _found(record, comment)


def _found(record: FlowRecord, id: str) -> Comment:
    found: Comment | None = _of(record).filter(id=id).first()
    if found is None:
        raise UnknownObject(f"there is no comment {id[:64]!r}")
    return found


def _of(record: FlowRecord) -> Any:
    """The comments of a flow; what is older than the flow was said of another one of its id."""
    return Comment.objects.filter(subnet=record.subnet, flow=record.id, at_us__gte=record.created_us)


def _changed(actor: Principal, record: FlowRecord, comment: Comment) -> HttpResponse:
    _tell(comment)
    return JsonResponse({"comments": _listed(actor, record), "can_write": True})


def _tell(comment: Comment) -> None:
    """Those who have the flow open look again; what was said is not sent along."""
    data = {"flowId": comment.flow, "comment": comment.id, "step": comment.step}
    world().notifier.event(comment.subnet, COMMENTED_EVENT, data)


def _listed(actor: Principal, record: FlowRecord) -> list[dict[str, Any]]:
    found = list(_of(record).order_by("at_us", "id"))
    names = names_of(actor, {id for one in found for id in (one.author, one.resolved_by) if id})
    return [_shown(actor, one, names) for one in found]


def _shown(actor: Principal, one: Comment, names: dict[str, str]) -> dict[str, Any]:
    opened = world().cipher.open(one.subnet, FLOWS, bytes(one.text), _place(one.subnet, one.id))
    resolved = None
    if one.resolved_us is not None:
        resolved = {"by": names[one.resolved_by], "at": one.resolved_us // 1000}
    return {
        "id": one.id,
        "step": one.step,
        "answers": one.answers,
        "by": names[one.author],
        "at": one.at_us // 1000,
        "text": opened.decode(),
        "resolved": resolved,
        "mine": one.author == actor.id or actor.may("admin"),
    }


def _place(subnet: str, id: str) -> bytes:
    return bound_to("comment", subnet, id)
