"""n8n's nodes that ask servers, translated."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import imported, node, run_to_end, translated, workflow

QUERY = "query {\n  a(id: 1) { b }\n}"


def test_a_feed_is_fetched_and_read():
    steps = translated("rssFeedRead", 1.1, {"url": "https://a.example/feed", "options": {}}).flow.steps
    assert [step.type for step in steps] == ["http.request", "data.feed"]
    assert steps[0].parameters["url"] == "https://a.example/feed"


def graphql(version=1, **parameters):
    given = {"endpoint": "https://a.example/graphql", "query": QUERY, **parameters}
    (step,) = translated("graphql", version, given).flow.steps
    assert step.type == "graphql.request"
    return step.parameters


def test_a_query_goes_as_json_as_text_or_in_the_address():
    assert graphql(requestFormat="json")["send"] == "json"
    assert graphql()["send"] == "text"
    assert graphql(1.1)["send"] == "json"
    assert graphql(requestMethod="GET")["send"] == "address"
    assert graphql(responseFormat="string", dataPropertyName="t")["textInto"] == "t"


def test_variables_that_are_none_are_refused_before_anything_is_sent():
    given = {
        "endpoint": "https://a.invalid/",
        "query": QUERY,
        "requestFormat": "json",
        "variables": "={{ 1 }}",
    }
    nodes = [node("Start", "manualTrigger"), node("Ask", "graphql", 1, given)]
    status, _, error = run_to_end(workflow(nodes))
    assert status == "failed"
    assert "GraphQL variables should be either an object or a string." in error["message"]


def test_variables_that_are_null_are_refused_and_none_are_none():
    given = {"endpoint": "https://a.invalid/", "query": QUERY, "requestFormat": "json"}
    nodes = [
        node("Start", "manualTrigger"),
        node("Ask", "graphql", 1, {**given, "variables": "={{ null }}"}),
    ]
    _, _, error = run_to_end(workflow(nodes))
    assert "Using variables failed:\nnull" in error["message"]
    _, _, error = run_to_end(workflow([nodes[0], node("Ask", "graphql", 1, given)]))
    assert "Using variables failed" not in error["message"]


def pagination(**given):
    parameters = {"url": "https://a.example/", "options": {"pagination": {"pagination": given}}}
    found = imported(workflow([node("Ask", "httpRequest", 4.2, parameters)]))
    return found.flow.steps[0].parameters.get("pagination"), found.issues


def counting(value, **more):
    return pagination(parameters={"parameters": [{"name": "page", "value": value}]}, **more)[0]


def test_pages_become_code_that_is_worked_out_page_by_page():
    assert counting("={{ $pageCount + 1 }}", limitPagesFetched=True, maxRequests=3, requestInterval=5) == {
        "kind": "code",
        "values": [{"place": "query", "name": "page", "code": "($pageCount + 1)"}],
        "goOn": "(Array.isArray($response.body) ? $response.body.length : !!$response.body)",
        "maxPages": 3,
        "pauseMs": 5,
    }
    following, _ = pagination(paginationMode="responseContainsNextURL", nextURL="={{ $response.body.next }}")
    assert following["url"] == "($response.body.next)"
    mixed, _ = pagination(paginationMode="responseContainsNextURL", nextURL="=https://a.example/{{ 1 }}")
    assert "{{" not in mixed["url"]


def test_pages_end_as_the_node_says():
    codes = {"paginationCompleteWhen": "receiveSpecificStatusCodes", "statusCodesWhenComplete": "404, 410"}
    assert counting("={{ $pageCount }}", **codes)["goOn"] == "(![404, 410].includes($response.statusCode))"
    ending = {"paginationCompleteWhen": "other", "completeExpression": "={{ !$response.body.more }}"}
    assert counting("={{ $pageCount }}", **ending)["goOn"].startswith("((!(!$response.body.more)) || ")


@pytest.mark.parametrize(
    "given",
    [
        {"parameters": {"parameters": []}},
        {"parameters": {"parameters": [{"name": "page", "value": ""}]}},
        {"parameters": {"parameters": [{"name": "page", "value": "1", "type": "cookie"}]}},
        {"parameters": {"parameters": [{"name": "={{ 1 }}", "value": "1"}]}},
        {"parameters": 5},
        {"parameters": {"parameters": [{"name": "a", "value": "1"}]}, "paginationCompleteWhen": "other"},
    ],
)
def test_pages_that_cannot_be_told_are_refused(given):
    _, issues = pagination(**given)
    assert "unsupported" in {issue["severity"] for issue in issues}


def test_the_oldest_requests_name_fields_and_files_in_pairs():
    files = {"requestMethod": "POST", "sendBinaryData": True, "binaryPropertyName": "photo:data, other"}
    multipart = {**files, "options": {"bodyContentType": "multipart-form-data"}}
    body = translated("httpRequest", 2, multipart).flow.steps[0].parameters["body"]
    assert body["files"] == [{"name": "photo", "property": "data"}, {"name": "other", "property": "other"}]
    body = translated("httpRequest", 1, files).flow.steps[0].parameters["body"]
    assert body == {"kind": "binary", "property": "data"}


def request(version=4.2, **parameters):
    (step,) = translated("httpRequest", version, {"url": "https://a.example/", **parameters}).flow.steps
    return step.parameters


@pytest.mark.parametrize(
    ("version", "parameters", "follow"),
    [
        (4.2, {}, True),
        (3, {}, False),
        (4.2, {"options": {"redirect": {"redirect": {"followRedirects": False}}}}, False),
        (3, {"options": {"redirect": {"redirect": {"followRedirects": True, "maxRedirects": 2}}}}, True),
        (1, {}, True),
        (2, {"requestMethod": "POST"}, False),
        (2, {"requestMethod": "POST", "options": {"followAllRedirects": True}}, True),
        (1, {"options": {"followRedirect": False}}, False),
    ],
)
def test_redirects_are_followed_where_the_version_follows_them(version, parameters, follow):
    found = request(version, **parameters)["redirects"]
    assert found["follow"] is follow
    assert found.get("max", 21) in (2, 21)


def test_lists_in_the_query_proxies_and_pauses_are_taken_over():
    one = {"parameters": [{"name": "a", "value": "={{ $json.list }}"}]}
    assert request(sendQuery=True, queryParameters=one)["queryArrays"] == "brackets"
    repeated = {"queryParameterArrays": "repeat", "proxy": "http://p.example:3128"}
    found = request(sendQuery=True, queryParameters=one, options=repeated)
    assert (found["queryArrays"], found["proxy"]) == ("repeat", "http://p.example:3128")
    assert request(1, options={"batchSize": 5, "batchInterval": 20})["batching"] == {
        "size": 5,
        "intervalMs": 20,
    }
    assert "batching" not in request(1, options={"batchSize": -1})
