"""The webhook door: a bare ASGI application, since a call must cost little more than its flow.

``/webhook/PATH`` starts published flows, ``/webhook-test/PATH`` the newest drafts,
``/webhook-waiting/EXECUTION/TASK/TOKEN`` resumes a step that waits for a call, and
``/api/v1/webhooks/FLOW`` starts a published flow by its id. Forms stand beside them
(:mod:`engine.web.forms`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.base.canonical import RAW
from engine.base.errors import ResourceExhausted
from engine.base.limits import TEST_CALLERS_PER_MINUTE_MAX, TEST_CALLS_PER_MINUTE_MAX
from engine.execution.watches import Until
from engine.ports.access_store import Principal
from engine.ports.flow_store import FORM_MARK, ActiveTrigger
from engine.ports.step_catalogue import Item
from engine.settings import current
from engine.usecases.admit_call import OutsideCall, admitted, without_proof
from engine.usecases.answer_wait import answer_wait, check_resume_token
from engine.usecases.event_schemas import check_event_data
from engine.usecases.quotas import exceeded
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.world import World
from engine.validation.addresses import client_address
from engine.validation.risk import Circumstances, depth_of
from engine.web.access import rate_limit
from engine.web.answers import WebhookOptions, accepted, answer_for, timed_out
from engine.web.deps import get_world
from engine.web.forms import FORM, FORM_DOORS, FORM_TEST, FORM_WAITING, next_page, open_form
from engine.web.jsontext import write_json
from engine.web.messages import (
    ClientGone,
    Receive,
    Reply,
    Scope,
    Send,
    header,
    problem_reply,
    raw_headers,
    raw_path,
    read_body,
    send_reply,
)
from engine.web.outcomes import outcome_of_start
from engine.web.payload import Call, build_item, headers_of, rename_files
from engine.web.pool import pool
from engine.web.problems import problem_of, refuse
from engine.web.rate import RateLimit
from engine.web.route_cache import DraftRoutes, PublishedRoutes
from engine.web.routes import METHODS, Match, RouteTable, methods_of, segments_of

PRODUCTION, TEST, WAITING = "webhook", "webhook-test", "webhook-waiting"
BY_FLOW = "api/v1/webhooks"
DOORS = (PRODUCTION, TEST, WAITING, BY_FLOW, *FORM_DOORS)
_BEGINNINGS = tuple((door, door.encode(), len(door)) for door in DOORS)


_ALLOW_ORIGIN = b"access-control-allow-origin"
_UNTIL: dict[str, Until] = {"lastStep": "rest", "respondStep": "answer"}


@dataclass(slots=True)
class _Parts:
    """What the door keeps for a world."""

    world: World
    published: PublishedRoutes
    drafts: DraftRoutes
    rate: RateLimit
    test_rate: RateLimit


@dataclass(frozen=True, slots=True)
class _Request:
    """A request below a door."""

    door: str
    method: str
    path: str  # as in the URL, for people
    segments: tuple[str, ...]  # below the door
    scope: Scope


class WebhookDoor:
    """The ASGI application; see the module's docstring."""

    def __init__(self) -> None:
        self._parts: _Parts | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every error becomes a problem document."""
        try:
            reply = await self._answer(scope, receive)
        except ClientGone:
            return
        except Exception as error:
            reply = problem_reply(problem_of(error), str(scope["path"]))
        get_world().metrics.count("webhook_requests", status=f"{reply.status // 100}xx")
        if header(scope, b"origin") and not any(name == _ALLOW_ORIGIN for name, _ in reply.headers):
            reply.headers.append((_ALLOW_ORIGIN, b"*"))
        await send_reply(send, reply, without_body=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        parts = self._ready()
        request = _request(scope)
        if request.door == WAITING:
            return await self._resume(parts, request, receive)
        if request.door == FORM_WAITING:
            return await self._next_page(parts, request, receive)
        found = await self._find(parts, request)
        if isinstance(found, Reply):
            return found
        address = _address(request.scope)
        _count(parts, found.trigger, address)
        call = await _call(parts.world, request, receive)
        if request.door in FORM_DOORS:
            test = request.door == FORM_TEST
            return await pool().run(open_form, parts.world, found.trigger, call, address, test=test)
        reply = await _run(parts.world, found, call, address, test=request.door == TEST)
        return _for_origin(found.trigger, request.scope, reply)

    def _ready(self) -> _Parts:
        world = get_world()
        if self._parts is None or self._parts.world is not world:
            rate = RateLimit(world.limits.webhooks_per_minute_max)
            test_rate = RateLimit(TEST_CALLS_PER_MINUTE_MAX)
            self._parts = _Parts(world, PublishedRoutes(world), DraftRoutes(world), rate, test_rate)
        return self._parts

    # --- which flow ---------------------------------------------------------------------------------

    async def _find(self, parts: _Parts, request: _Request) -> Match | Reply:
        if request.door == BY_FLOW:
            return await _find_by_flow(parts, request)
        if request.door in (TEST, FORM_TEST):
            found = await _find_draft(parts, request)
        else:
            found = (await parts.published.table()).find(request.method, request.segments)
            if not isinstance(found, Match):
                table = await parts.published.table(look_again=True)
                found = table.find(request.method, request.segments)
        return found if isinstance(found, Match) else _not_served(request, found)

    # --- a step that waits --------------------------------------------------------------------------

    async def _resume(self, parts: _Parts, request: _Request, receive: Receive) -> Reply:
        if request.method not in ("GET", "HEAD", "POST"):
            return _not_served(request, frozenset({"GET", "HEAD", "POST"}))
        if len(request.segments) != 3:
            raise refuse(404, "not_found", "a resume URL has three parts: execution, task and token")
        parts.rate.take(request.segments[0], parts.world.clock.monotonic_us())
        call = await _call(parts.world, request, receive)
        return await pool().run(_resume, parts.world, request.segments, call)

    async def _next_page(self, parts: _Parts, request: _Request, receive: Receive) -> Reply:
        if request.method not in ("GET", "HEAD", "POST"):
            return _not_served(request, frozenset({"GET", "HEAD", "POST"}))
        if len(request.segments) != 2:
            raise refuse(404, "not_found", "the address of a form that goes on has an execution and a token")
        parts.rate.take(request.segments[0], parts.world.clock.monotonic_us())
        call = await _call(parts.world, request, receive)
        return await pool().run(next_page, parts.world, *request.segments, call)


def _for_origin(trigger: ActiveTrigger, scope: Scope, reply: Reply) -> Reply:
    """Where only some origins may read the answer, it names the one that asked (it was admitted)."""
    origins = trigger.registration.spec.get("allowOrigins")
    origin = header(scope, b"origin")
    if origin and origins and "*" not in origins:
        reply.headers[:] = [pair for pair in reply.headers if pair[0] != _ALLOW_ORIGIN]
        reply.headers.extend([(_ALLOW_ORIGIN, origin), (b"vary", b"Origin")])
    return reply


async def _find_draft(parts: _Parts, request: _Request) -> Match | frozenset[str]:
    """The draft that a test call reaches. An address that asks too often, and calls beyond what a subnet may
    have, are refused; nobody's calls count for another subnet."""
    now_us = parts.world.clock.monotonic_us()
    rate_limit(TEST_CALLERS_PER_MINUTE_MAX).take(f"test {_address(request.scope)}", now_us)
    table = await parts.drafts.table()
    _must_be_of_one_subnet(table, request)
    found = table.find(request.method, request.segments)
    if isinstance(found, Match):
        parts.test_rate.take(found.trigger.subnet, now_us)
    return found


def _must_be_of_one_subnet(table: RouteTable, request: _Request) -> None:
    """Drafts claim no paths, so a test call that two subnets would take goes to neither."""
    if len(table.subnets(request.method, request.segments)) > 1:
        detail = f"drafts of several subnets serve {request.path}; choose a path that is your own"
        raise refuse(409, "ambiguous_flow", detail)


def _count(parts: _Parts, trigger: ActiveTrigger, address: str) -> None:
    """Raise :class:`ResourceExhausted` where the flow, or the caller, calls too often."""
    now_us, flow = parts.world.clock.monotonic_us(), f"{trigger.subnet}/{trigger.flow}"
    parts.rate.take(flow, now_us)
    most = trigger.registration.spec.get("callsPerMinute")
    if most:
        rate_limit(most).take(f"{flow} {address}", now_us)


def _count_for_subnet(world: World, subnet: str) -> None:
    """Raise :class:`QuotaExceeded` where the webhooks of a subnet are called too often, all together."""
    most = world.policy.of(subnet).limits.subnet_webhooks_per_minute_max
    try:
        rate_limit(most).take(f"subnet {subnet}", world.clock.monotonic_us())
    except ResourceExhausted as error:
        seconds = error.details["retry_after_s"]
        what = "calls of webhooks a minute"
        raise exceeded("subnet_webhooks_per_minute_max", most, what, seconds) from error


def _address(scope: Scope) -> str:
    peer = str((scope.get("client") or ("",))[0])
    trusted = current().trusted_proxies
    if not trusted:
        return peer
    return client_address(peer, header(scope, b"x-forwarded-for").decode("latin-1"), trusted)


def _request(scope: Scope) -> _Request:
    """Split the path into door and segments."""
    below = raw_path(scope).lstrip(b"/")
    door = door_of(below)
    if door is None:
        raise refuse(404, "not_found", f"there is nothing at {scope['path']}")
    segments = segments_of(below[len(door) :])
    if segments[:1] == (FORM_MARK,):
        raise refuse(404, "not_found", f"there is nothing at {scope['path']}")
    if door in (FORM, FORM_TEST):
        segments = (FORM_MARK, *segments)
    return _Request(door, scope["method"].upper(), scope["path"], segments, scope)


def door_of(below: bytes) -> str | None:
    """The webhook door that a raw path (without its leading slash) leads to."""
    for door, beginning, length in _BEGINNINGS:
        if below.startswith(beginning) and below[length : length + 1] in (b"", b"/"):
            return door
    return None


async def _find_by_flow(parts: _Parts, request: _Request) -> Match | Reply:
    """The webhook trigger of a published flow by the flow's id."""
    wanted = request.segments[0] if len(request.segments) == 1 else ""
    serving = (await parts.published.table()).of_flow(wanted)
    if not serving:
        serving = (await parts.published.table(look_again=True)).of_flow(wanted)
    serving = [trigger for trigger in serving if "form" not in trigger.registration.spec]
    if len({trigger.subnet for trigger in serving}) > 1:
        detail = f"several subnets have a flow {wanted!r}; call its own path below /webhook/"
        raise refuse(409, "ambiguous_flow", detail)
    for trigger in serving:
        if request.method in methods_of(trigger):
            return Match(trigger, {})
    allowed = frozenset(method for trigger in serving for method in methods_of(trigger))
    return _not_served(request, allowed)


def _not_served(request: _Request, allowed: frozenset[str]) -> Reply:
    """404 or 405 with what may help; an OPTIONS request for a known path is answered."""
    if not allowed:
        raise refuse(404, "not_found", _hint(request), method=request.method)
    methods = ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set()) | {"OPTIONS"}))
    if request.method == "OPTIONS":
        return Reply(204, _preflight(request.scope, methods))
    detail = f"{request.method} {request.path} is not served here; allowed: {methods}"
    raise refuse(405, "method_not_allowed", detail, headers={"Allow": methods})


def _hint(request: _Request) -> str:
    what = f"No flow serves {request.method} {request.path}."
    if request.door in (TEST, FORM_TEST):
        return f"{what} Is the draft with this {'webhook' if request.door == TEST else 'form'} saved?"
    if request.method not in METHODS:
        return f"{what} Webhooks know {', '.join(METHODS)}."
    return f"{what} Is the flow published?"


def _preflight(scope: Scope, methods: str) -> list[tuple[bytes, bytes]]:
    wanted = header(scope, b"access-control-request-headers").decode("latin-1")
    headers = {"Allow": methods}
    if header(scope, b"origin"):
        headers |= {"Access-Control-Allow-Methods": methods, "Access-Control-Max-Age": "300"}
        headers |= {"Access-Control-Allow-Headers": wanted[:1024]} if wanted else {}
    return raw_headers(headers)


async def _call(world: World, request: _Request, receive: Receive) -> Call:
    limits = world.limits
    multipart = header(request.scope, b"content-type").lower().startswith(b"multipart/")
    extra = limits.upload_file_bytes_max if multipart else 0
    body = await read_body(request.scope, receive, limits.request_body_bytes_max + extra)
    headers = headers_of(request.scope["headers"])
    query = request.scope.get("query_string", b"")
    return Call(request.method, request.path, headers, query, body)


async def _run(world: World, match: Match, call: Call, address: str, *, test: bool) -> Reply:
    """Start the flow and answer as its webhook says."""
    options = WebhookOptions.of(match.trigger.registration.spec)
    until = _UNTIL.get(options.mode)
    began = world.clock.monotonic_us()
    starting = pool().begin(_admit, world, match, call, address, options, until, test)
    if until is None:
        return accepted((await asyncio.wrap_future(starting)).execution, options)
    wait_ms = world.limits.webhook_wait_ms
    started, outcome = await outcome_of_start(world, starting, until, wait_ms / 1000)
    world.metrics.observe("webhook_seconds", (world.clock.monotonic_us() - began) / 1e6, mode=options.mode)
    if outcome is None:
        return timed_out(started.execution, wait_ms, call.path)
    return answer_for(outcome, started.execution, options, call.path)


def _admit(
    world: World,
    match: Match,
    call: Call,
    address: str,
    options: WebhookOptions,
    until: Until | None,
    test: bool,
) -> Started:
    """On a pool thread: start the flow if the call is admitted."""
    _count_for_subnet(world, match.trigger.subnet)
    with admitted(world, match.trigger, OutsideCall(address, call.headers, call.body)) as claims:
        return _start(world, match, call, address, options, until, test, claims)


def _start(
    world: World,
    match: Match,
    call: Call,
    address: str,
    options: WebhookOptions,
    until: Until | None,
    test: bool,
    claims: Mapping[str, Any] | None,
) -> Started:
    """Read the body, store files, accept the execution."""
    trigger = match.trigger

    def put(data: bytes) -> str:
        world.quotas.room(trigger.subnet, len(data))
        return world.blocks.put(trigger.subnet, data, RAW)

    spec = trigger.registration.spec
    call = replace(call, headers=without_proof(spec, call.headers))
    item = build_item(call, dict(match.params), world.limits, put, raw_body=options.raw_body)
    if prefix := spec.get("binaryField"):
        rename_files(item, prefix)
    if claims is not None:
        item["json"]["jwtPayload"] = claims
    schema = spec.get("eventSchema")
    if schema:
        check_event_data(world, trigger.subnet, schema, item["json"]["body"])
    request = StartRequest(
        trigger.flow,
        [item],
        trigger_type="webhook",
        step=trigger.registration.step,
        version=trigger.version,
        mode="test" if test else "production",
        wait=until,
        durable=until is None,
        circumstances=_circumstances(world, trigger, call, address, item),
    )
    return start_execution(world, _caller(trigger), request)


def _circumstances(
    world: World, trigger: ActiveTrigger, call: Call, address: str, item: Item
) -> Circumstances:
    """What is known of a call that was admitted, for its risk."""
    signed = True if trigger.registration.spec.get("verify") else None
    given = Circumstances(signed=signed, depth=depth_of(item["json"]))
    return world.trust.watch.arrived(trigger.subnet, f"flows/{trigger.flow}", address, given, len(call.body))


def _caller(trigger: ActiveTrigger) -> Principal:
    """Whoever calls a webhook acts for the flow that published it."""
    return Principal("webhook", "webhook", trigger.subnet, frozenset({"executions:write"}))


def _resume(world: World, segments: tuple[str, ...], call: Call) -> Reply:
    """On a pool thread: check the token, and hand the call to the step."""
    execution, task, token = segments
    valid = task.isascii() and task.isdigit() and len(task) < 10 and token.isascii()
    if not valid or not check_resume_token(world, execution, int(task), token):
        raise refuse(404, "not_found", "nothing waits behind this resume URL")
    subnet = world.journal.header(execution).subnet

    def put(data: bytes) -> str:
        world.quotas.room(subnet, len(data))
        return world.blocks.put(subnet, data, RAW)

    item = build_item(call, {}, world.limits, put)
    payload = {**item["json"], **({"binary": item["binary"]} if "binary" in item else {})}
    actor = Principal("webhook", "webhook", subnet, frozenset({"executions:write"}))
    answer_wait(world, actor, execution, int(task), payload, kind="webhook")
    body = write_json({"message": "The execution goes on", "executionId": execution})
    headers = raw_headers({"Content-Type": "application/json", "X-Qflow-Execution": execution})
    return Reply(200, headers, body)
