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


def pagination(**given):
    parameters = {"url": "https://a.example/", "options": {"pagination": {"pagination": given}}}
    found = imported(workflow([node("Ask", "httpRequest", 4.2, parameters)]))
    return found.flow.steps[0].parameters.get("pagination"), found.issues


def counting(value, **more):
    return pagination(parameters={"parameters": [{"name": "page", "value": value}]}, **more)[0]


def test_pages_are_counted_followed_or_asked_for_by_cursor():
    assert counting("={{ $pageCount + 1 }}", limitPagesFetched=True, maxRequests=3) == {
        "kind": "parameter",
        "name": "page",
        "place": "query",
        "start": 1,
        "step": 1,
        "maxPages": 3,
    }
    assert counting("={{ $pageCount * 50 }}")["step"] == 50
    cursor = counting(
        "={{ $response.body.meta.next }}", paginationCompleteWhen="other", completeExpression="x"
    )
    assert (cursor["kind"], cursor["path"]) == ("cursor", "meta.next")
    following, _ = pagination(paginationMode="responseContainsNextURL", nextURL="={{ $response.body.next }}")
    assert following == {"kind": "nextUrl", "path": "next", "maxPages": 1000}


def test_pages_end_as_the_node_says():
    by_status = {
        "paginationCompleteWhen": "receiveSpecificStatusCodes",
        "statusCodesWhenComplete": "404, 410",
    }
    assert counting("={{ $pageCount }}", **by_status)["stopOnStatus"] == [404, 410]
    by_field = {
        "paginationCompleteWhen": "other",
        "completeExpression": "={{ $response.body.more === false }}",
    }
    assert counting("={{ $pageCount }}", **by_field)["stopWhen"] == {"path": "more", "equals": False}


@pytest.mark.parametrize(
    "given",
    [
        {"parameters": {"parameters": [{"name": "a", "value": "={{ $now }}"}]}},
        {"parameters": {"parameters": []}},
        {"parameters": 5},
        {"paginationMode": "responseContainsNextURL", "nextURL": "={{ $response.headers.link }}"},
    ],
)
def test_what_cannot_be_said_is_reported(given):
    found, issues = pagination(**given)
    assert found is None
    assert any("page" in str(issue) or "unsupported" in str(issue) for issue in issues)


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
