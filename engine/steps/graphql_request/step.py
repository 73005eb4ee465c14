"""How graphql.request runs: a request over HTTP for each item (GraphQL over HTTP)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.graphql_request.manifest import MANIFEST, GraphqlParameters
from engine.steps.http_request.manifest import HttpRequestParameters
from engine.steps.http_request.step import HttpRequest
from engine.steps.item_errors import each_item

_MESSAGE_LENGTH_MAX = 2_000


class GraphqlStep(StepType):
    """Sends its requests by http.request, and so within the same bounds."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """What is sent in the address reads."""
        return Effect.READ if parameters.get("send") == "address" else Effect.WRITE

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for variables that are none, and for errors in an answer; else what
        http.request raises."""
        logs: list[str] = []

        def work(item: Item, index: int) -> list[Item]:
            given: GraphqlParameters = context.parameters(index)
            result = HttpRequest().run(_for_http(context, item, index, _request(given)))
            logs.extend(result.logs)
            return [{"json": _answer(result.outputs[MAIN])}]

        return StepResult({MAIN: each_item(context, work)}, logs=logs)


def _for_http(context: StepContext, item: Item, index: int, request: dict[str, Any]) -> StepContext:
    """The context for the one request of an item."""
    return replace(
        context,
        step=replace(context.step, on_error="stop"),
        inputs={MAIN: [item]},
        model=HttpRequestParameters,
        fixed=None,
        resolve=lambda _, __: request,
        effect=f"{context.effect}-{index}",
        memory={},
    )


def _request(given: GraphqlParameters) -> dict[str, Any]:
    response = {"format": "text", "property": given.textInto} if given.textInto else {"property": "data"}
    request: dict[str, Any] = {
        "url": given.url,
        "headers": given.headers,
        "auth": given.auth.model_dump(),
        "tls": given.tls.model_dump(),
        "bodyOnly": True,
        "response": response if given.textInto else {"format": "json", **response},
    }
    if given.send == "address":
        return {**request, "query": {"query": given.query}}
    if given.send == "text":
        body = {"kind": "text", "text": given.query, "contentType": "application/graphql"}
        return {**request, "method": "POST", "body": body}
    value: dict[str, Any] = {
        "query": given.query,
        "variables": _variables(given.variables if "variables" in given.model_fields_set else {}),
    }
    if given.operationName:
        value["operationName"] = given.operationName
    return {**request, "method": "POST", "body": {"kind": "json", "value": value}}


def _variables(given: Any) -> Any:
    if given == "":
        return {}
    if isinstance(given, dict):
        return given
    if not isinstance(given, str):
        shown = json.dumps(given)[:200]
        raise StepFailure(
            f"Using variables failed:\n{shown}\n\nGraphQL variables should be either an object or a string."
        )
    try:
        return json.loads(given)
    except ValueError as error:
        told = f"Using variables failed:\n{given}\n\nWith error message:\n{error}"
        raise StepFailure(told[:_MESSAGE_LENGTH_MAX]) from error


def _answer(found: Sequence[Item]) -> dict[str, Any]:
    """The one answer; errors that the server tells (GraphQL, section 7.1.2) are the step's."""
    if len(found) != 1:
        raise StepFailure("the answer is a list, and so comes from no GraphQL server")
    answer: dict[str, Any] = found[0]["json"]
    errors = answer.get("errors")
    if not isinstance(errors, list) or not errors:
        return answer
    told = [str(one.get("message", "")) for one in errors if isinstance(one, dict)]
    raise StepFailure((", ".join(filter(None, told)) or "the server tells of an error")[:_MESSAGE_LENGTH_MAX])
