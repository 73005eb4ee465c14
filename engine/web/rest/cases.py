"""REST: running the tests of flows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from engine.usecases.get_flow import DRAFT
from engine.usecases.run_tests import FlowTested, run_tests
from engine.web.rest.calls import call_patiently
from engine.web.rest.case_models import CasesBody, CasesShown
from engine.web.rest.models import Name

router = Router(tags=["flows"])


@router.post("/flows/{flow_id}/tests", response=CasesShown)
async def run(request: HttpRequest, flow_id: Name, body: CasesBody | None = None) -> dict[str, Any]:
    """Run the tests of a version, or some of them, and answer when all have ended."""
    wanted = body or CasesBody.model_validate({})
    version = wanted.version or DRAFT
    report: FlowTested = await call_patiently(request, run_tests, flow_id, version, wanted.cases)
    return report.as_json()
