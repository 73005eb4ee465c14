"""The editor's tests: how they went, running them, making one of an execution, and a test as YAML."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from designer.access import answer
from designer.requests import part, sent
from engine.api import (
    InvalidInput,
    Principal,
    last_results,
    make_case,
    read_document,
    require,
    run_tests,
    to_yaml,
    validate_flow,
    world,
)


@require_http_methods(["GET", "HEAD", "POST"])
@answer
def tests(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """How the tests of the newest draft went when they last ran; POST runs them, or those named, and tells
    what became of them."""
    if request.method != "POST":
        return JsonResponse({"cases": [one.as_json() for one in last_results(world(), actor, flow)]})
    names = [str(name) for name in sent(request).get("cases") or []]
    return JsonResponse(run_tests(world(), actor, flow, names=names).as_json())


@require_POST
@answer
def of_execution(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """A test of what an execution did; ``expect`` names steps to expect the outputs of."""
    steps = [str(step) for step in sent(request).get("expect") or []]
    return JsonResponse({"case": make_case(world(), actor, execution, steps)})


@require_POST
@answer
def as_text(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A test as YAML, or the test that a YAML text stands for; nothing is stored."""
    require(world(), actor, "flows:read")
    asked = sent(request)
    if "case" in asked:
        return JsonResponse({"text": to_yaml(part(asked, "case", dict))})
    value = read_document(part(asked, "text", str), world().policy.of(actor.subnet).limits).value
    flow = {"id": "any", "steps": [{"id": "any", "type": "flow.noop"}], "tests": [value]}
    wrong = validate_flow(world(), actor, flow, draft=True).errors
    if wrong:
        raise InvalidInput("this is no test", wrong)
    return JsonResponse({"case": value})
