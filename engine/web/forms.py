"""The form door: pages that start flows, and the way from page to page.

``/form/PATH`` and ``/form-test/PATH`` show the form of a trigger and start its flow. After that people are at
``/form-waiting/EXECUTION/TOKEN``, which shows what the execution wants next: a page, patience, or the ending.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from engine.base.canonical import RAW
from engine.base.errors import UnknownObject, WrongState
from engine.journal.state import ExecutionState, Parked, Status
from engine.ports.access_store import Principal
from engine.ports.flow_store import ActiveTrigger
from engine.ports.step_catalogue import Item
from engine.usecases.admit_call import OutsideCall, admitted
from engine.usecases.answer_wait import answer_wait, check_resume_token, resume_token
from engine.usecases.inspect_execution import state_of
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World
from engine.web import form_pages as pages
from engine.web.form_answers import read_answers
from engine.web.messages import Reply, raw_headers
from engine.web.payload import Call, build_item
from engine.web.problems import refuse

FORM, FORM_TEST, FORM_WAITING = "form", "form-test", "form-waiting"
FORM_DOORS = (FORM, FORM_TEST, FORM_WAITING)

_PAGES = -1
"""Stands where the number of a task would in the token for all pages of an execution."""

_ENDED = (Status.COMPLETED, Status.FAILED, Status.ABORTED)


def open_form(world: World, trigger: ActiveTrigger, call: Call, address: str, *, test: bool) -> Reply:
    """Show a trigger's form, or start its flow with what was sent."""
    spec = trigger.registration.spec
    with admitted(world, trigger, OutsideCall(address, call.headers, call.body)):
        if call.method != "POST":
            return pages.page(spec["form"])
        sent = _sent(world, trigger.subnet, call)
        item, wrong = read_answers(spec["form"], sent)
        if wrong:
            return pages.page(spec["form"], wrong, sent["json"]["body"])
        item["json"] |= _about(world, sent, test=test)
        request = StartRequest(
            trigger.flow,
            [item],
            trigger_type="webhook",
            step=trigger.registration.step,
            version=trigger.version,
            mode="test" if test else "production",
            durable=True,
        )
        started = start_execution(world, _caller(trigger.subnet), request)
    return _onwards(world, started.execution)


def next_page(world: World, execution: str, token: str, call: Call) -> Reply:
    """What an execution wants next of whoever filled in its form; answers bring it on."""
    if not token.isascii() or not check_resume_token(world, execution, _PAGES, token):
        raise refuse(404, "not_found", "no form waits behind this address")
    try:
        header = world.journal.header(execution)
    except UnknownObject:  # accepted, and not yet written
        return pages.working()
    state = state_of(world, header)
    parked = _parked(state)
    if parked is None:
        return _ending(state, execution) if state.status in _ENDED else pages.working()
    if call.query_string == _after(parked) and call.method != "POST":
        return pages.working()  # its answer is on its way
    form = parked.wait["prompt"]["form"]
    if call.method != "POST":
        return pages.page(form)
    sent = _sent(world, header.subnet, call)
    item, wrong = read_answers(form, sent)
    if wrong:
        return pages.page(form, wrong, sent["json"]["body"])
    test = state.started.mode != "production"
    sent["json"]["query"] = {}
    payload = {**item["json"], **_about(world, sent, test=test)}
    if item.get("binary"):
        payload["binary"] = item["binary"]
    with suppress(WrongState):  # sent twice: what came first counts
        answer_wait(world, _caller(header.subnet), execution, parked.task.id, payload, kind="webhook")
    return _onwards(world, execution, _after(parked))


def _after(parked: Parked) -> bytes:
    """What the address says of a page that was answered."""
    return f"after={parked.task.id}".encode()


def _parked(state: ExecutionState) -> Parked | None:
    """The page that has waited longest."""
    waiting = [one for one in state.parked.values() if "form" in one.wait.get("prompt", {})]
    return min(waiting, key=lambda one: one.since_us, default=None)


def _ending(state: ExecutionState, execution: str) -> Reply:
    if state.status is not Status.COMPLETED:
        return pages.failed(execution)
    told: Mapping[str, Any] = {"title": "Thank you", "message": "Your answer was recorded."}
    for memory in state.memory.values():
        told = memory.get("ending", told)
    return pages.ending(told)


def _onwards(world: World, execution: str, after: bytes = b"") -> Reply:
    """On to the page that follows; an answer is never sent twice by going back."""
    token = resume_token(world.secret, execution, _PAGES)
    where = f"{world.public_url().rstrip('/')}/{FORM_WAITING}/{execution}/{token}"
    where += f"?{after.decode()}" if after else ""
    return Reply(303, raw_headers({"Location": where, "Cache-Control": "no-store"}))


def _sent(world: World, subnet: str, call: Call) -> Item:
    return build_item(call, {}, world.limits, lambda data: world.blocks.put(subnet, data, RAW))


def _about(world: World, sent: Item, *, test: bool) -> dict[str, Any]:
    moment = datetime.fromtimestamp(world.clock.now_us() / 1e6, UTC)
    query = sent["json"]["query"]
    about = {"submittedAt": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    about["formMode"] = "test" if test else "production"
    return about | ({"formQueryParameters": query} if query else {})


def _caller(subnet: str) -> Principal:
    return Principal("webhook", "webhook", subnet, frozenset({"executions:write"}))
