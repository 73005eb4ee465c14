"""The REST application: its routers, how it reads and writes JSON, and what becomes of errors."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from engine.base.errors import Problem, Unauthenticated
from engine.web.jsontext import read_json, write_json
from engine.web.problems import CONTENT_TYPE, Refused, problem_of, refuse
from engine.web.rest import (
    administration,
    audit,
    capabilities,
    cases,
    compliance,
    credentials,
    executions,
    flows,
    identities,
    imports,
    models,
    permissions,
    protection,
    sandbox,
    search,
    starts,
    subnets,
    variables,
)
from engine.web.rest.calls import BearerAuth


class JsonParser(Parser):
    """Strict JSON of bounded depth."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's JSON value."""
        return read_json(request.body)


class JsonRenderer(BaseRenderer):
    """JSON that never fails to be written."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """JSON text."""
        return write_json(data)


def build_api() -> NinjaAPI:
    """The API with all its paths."""
    api = NinjaAPI(
        title="Qflow",
        version="1.0.0",
        description="Flows, executions and the node. Errors are RFC 9457 problem documents.",
        openapi_url=None,
        docs_url=None,
        auth=BearerAuth(),
        parser=JsonParser(),
        renderer=JsonRenderer(),
        urls_namespace="qflow-api",
    )
    for place in getattr(settings, "API_ROUTERS", ()):
        api.add_router("", import_string(place))
    access = (administration, audit, compliance, capabilities, credentials, identities, permissions)
    rest = (protection, sandbox, subnets, search, variables)
    for part in (flows, cases, imports, starts, executions, *access, *rest):
        api.add_router("", part.router)
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, answer_error)
    return api


def answer_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Any error as a problem document."""
    document = problem_of(_translated(error))
    response = HttpResponse(document.body(request.path), status=document.status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in document.headers.items():
        response[name] = value
    return response


def _translated(error: Exception) -> Exception:
    """The framework's errors in the engine's words."""
    if isinstance(error, AuthenticationError):
        return Unauthenticated()
    if isinstance(error, HttpError):
        cause = error.__cause__
        if isinstance(cause, Refused):
            return cause
        return refuse(error.status_code, "refused", error.message)
    if isinstance(error, ValidationError):
        problems = [_problem(finding) for finding in error.errors]
        return refuse(400, "invalid_input", "the request is not valid", problems=problems)
    return error


def _problem(finding: dict[str, Any]) -> Problem:
    where = ".".join(str(part) for part in finding["loc"])
    return Problem(where, str(finding["msg"]), str(finding["type"]))


# --- OpenAPI ----------------------------------------------------------------------------------------


_WEBHOOK: dict[str, Any] = {
    "operationId": "rest_webhooks_call",
    "summary": "Webhook",
    "description": "Start a published flow with a webhook trigger by its id; answers as that trigger says. "
    "It needs no token, like the flow's own path below /webhook/.",
    "tags": ["events"],
    "parameters": [
        {"in": "path", "name": "flow_id", "required": True, "schema": {"type": "string", "minLength": 1}}
    ],
    "requestBody": {"required": False, "content": {"application/json": {"schema": {}}}},
    "responses": {"2XX": {"description": "What the flow answers", "content": {"*/*": {"schema": {}}}}},
}


@cache
def openapi_document() -> bytes:
    """The OpenAPI 3.1 document, as JSON."""
    document: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    document["paths"]["/api/v1/webhooks/{flow_id}"] = {"post": _WEBHOOK}
    schemas = document["components"]["schemas"]
    schemas |= models.Problem.model_json_schema(ref_template="#/components/schemas/{model}").pop("$defs")
    schemas["Problem"] = models.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas["Problem"].pop("$defs", None)
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    failed = {"description": "A problem", "content": {CONTENT_TYPE: reference}}
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] |= {"4XX": failed, "5XX": failed}
            operation["operationId"] = operation["operationId"].rpartition("rest_")[2]
    return write_json(_with_text_keys(document))


def _with_text_keys(value: Any) -> Any:
    """Statuses are numbers for the framework; JSON has texts for keys."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list | tuple) else value


api = build_api()

__all__ = ["api", "openapi_document"]
