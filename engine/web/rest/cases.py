"""REST: running the tests of flows, and how they went when they last ran."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from engine.usecases.get_flow import DRAFT
from engine.usecases.last_results import LastResult, last_results
from engine.usecases.run_tests import FlowTested, run_tests
from engine.web.rest.calls import call, call_patiently
from engine.web.rest.case_models import CasesBody, CasesShown, LastCasesShown
from engine.web.rest.models import Name

router = Router(tags=["flows"])


@router.get("/flows/{flow_id}/tests", response=LastCasesShown)
async def last(request: HttpRequest, flow_id: Name) -> dict[str, Any]:
    """How the tests of the newest draft went when they last ran, and on which version."""
    found: list[LastResult] = await call(request, last_results, flow_id)
    return {"flowId": flow_id, "cases": [one.as_json() for one in found]}


@router.post("/flows/{flow_id}/tests", response=CasesShown)
async def run(request: HttpRequest, flow_id: Name, body: CasesBody | None = None) -> dict[str, Any]:
    """Run the tests of a version, or some of them, and answer when all have ended."""
    wanted = body or CasesBody.model_validate({})
    version = wanted.version or DRAFT
    report: FlowTested = await call_patiently(request, run_tests, flow_id, version, wanted.cases)
    return report.as_json()
