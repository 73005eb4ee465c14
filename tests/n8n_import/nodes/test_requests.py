"""n8n's HTTP Request nodes, run against a real server."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from tests.n8n_import.support import first_output, node, run_to_end, workflow
from tests.servers.http_server import HttpServer

POLICY = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))


@pytest.fixture(scope="module")
def served():
    with HttpServer() as running:
        yield running


@pytest.fixture
def server(served):
    served.seen.clear()
    return served


def ask(version, items=({},), **parameters):
    """Status, the items of each port and the error of a request for each item."""
    more = {name: parameters.pop(name) for name in ("onError",) if name in parameters}
    nodes = [
        node("Start", "manualTrigger"),
        node("Data", "n8n-nodes-testing.testData", 1, {"data": json.dumps(list(items))}),
        node("Ask", "httpRequest", version, parameters, **more),
    ]
    status, steps, error = run_to_end(workflow(nodes), policy=POLICY)
    return status, steps, error


def asked(version, items=({},), **parameters):
    """The JSON of the items that a request gives."""
    status, steps, error = ask(version, items, **parameters)
    assert status == "completed", error
    return first_output(steps, "Ask")


def response(**options):
    return {"response": {"response": options}}


def test_a_whole_answer_has_the_names_and_the_order_of_the_node(server):
    (found,) = asked(4.2, url=server.at("/json?body=[1,2]"), options=response(fullResponse=True))
    assert list(found) == ["body", "headers", "statusCode", "statusMessage"]
    assert (found["body"], found["statusCode"], found["statusMessage"]) == ([1, 2], 200, "OK")
    options = response(fullResponse=True, responseFormat="text", outputPropertyName="t")
    (found,) = asked(4.2, url=server.at("/json?body=[1,%202]"), options=options)
    assert (next(iter(found)), found["t"]) == ("t", "[1,2]")


@pytest.mark.parametrize(
    ("version", "target", "parameters", "expected"),
    [
        (4.2, "/json?body=", {}, [{}]),
        (4.2, "/bytes/0?type=text/plain", {}, [{}]),
        (4.2, "/json?body=[null,{%22a%22:1}]", {}, [{}, {"a": 1}]),
        (4.2, "/bytes/2?type=application/vnd.api%2Bjson", {}, [{"data": "\0\x01"}]),
        (4.2, "/json?body={", {"options": response(neverError=True)}, [{}]),
        (
            4.2,
            "/json?body={%22a%22:%201}",
            {"options": response(responseFormat="text")},
            [{"data": '{"a":1}'}],
        ),
        (2, "/json?body={%22a%22:1}", {"responseFormat": "string"}, [{"data": {"a": 1}}]),
        (1, "/json?body=", {}, [{}]),
    ],
)
def test_bodies_are_read_as_the_version_reads_them(server, version, target, parameters, expected):
    assert asked(version, url=server.at(target), **parameters) == expected


def test_a_file_is_added_to_the_item_that_came_in(server):
    _, steps, _ = ask(4.2, [{"n": 1}], url=server.at("/bytes/3?type=image/png&name="))
    (item,) = steps["Ask"][0][0]
    assert item["json"] == {"n": 1}
    assert item["binary"]["data"]["mimeType"] == "image/png"


def test_what_is_no_json_is_an_error_in_the_nodes_words(server):
    _, _, error = ask(4.2, url=server.at("/text"), options=response(responseFormat="json"))
    assert error["message"].endswith('Response body is not valid JSON. Change "Response Format" to "Text"')
    _, _, error = ask(1, url=server.at("/text"))
    assert error["message"].endswith('Response body is not valid JSON. Change "Response Format" to "String"')


def test_error_items_tell_of_the_answer(server):
    url = server.at("/status/404?body={}")
    (found,) = asked(4.2, url=url, onError="continueRegularOutput")
    told = {"message": '404 - "{}"', "name": "AxiosError", "code": "ERR_BAD_REQUEST", "status": 404}
    assert found == {"error": told}
    _, steps, _ = ask(4.2, [{"n": 1}], url=url, onError="continueErrorOutput")
    assert steps["Ask"][0][1][0]["json"] == {"n": 1, "error": told}


def test_error_items_tell_of_servers_that_give_no_answer_and_of_addresses_that_are_none(server):
    (found,) = asked(4.2, url=server.at("/hang-up"), onError="continueRegularOutput")
    assert found["error"].keys() == {"message", "name", "code"}
    (found,) = asked(4.2, url="= ftp://x ", onError="continueRegularOutput")
    assert found == {"error": "url: 'ftp://x' does not begin with http:// or https://"}


def test_written_json_that_is_none_is_refused_before_anything_is_sent(server):
    sent = {"method": "POST", "sendBody": True, "specifyBody": "json"}
    for body in ({"jsonBody": '{"a": 1,}'}, {}):
        (found,) = asked(4.2, url=server.at("/echo"), onError="continueRegularOutput", **sent, **body)
        assert found["error"].startswith("body: not JSON: ")
    assert server.seen == []


def pairs(*entries):
    return {"parameters": [{"name": name, "value": value} for name, value in entries]}


def test_paths_in_the_names_of_a_json_body_lead_into_objects_and_lists(server):
    body = pairs(("a.b", "1"), ("a.list[1].c", "={{ $json.n }}"), ("plain", "x"))
    sent = {"method": "POST", "url": server.at("/echo"), "sendBody": True, "bodyParameters": body}
    asked(4.2, [{"n": 7}], **sent)
    asked(3, [{"n": 7}], **sent)
    new, old = [json.loads(one.body) for one in server.seen]
    assert new == {"a": {"b": "1", "list": [None, {"c": 7}]}, "plain": "x"}
    assert old == {"a.b": "1", "a.list[1].c": 7, "plain": "x"}


def test_names_that_come_again_make_lists_where_the_version_does(server):
    sent = {"url": server.at("/echo"), "sendQuery": True, "queryParameters": pairs(("a", "1"), ("a", "2"))}
    asked(4.3, **sent)
    asked(4.2, **sent)
    asked(2, url=server.at("/echo"), queryParametersUi={"parameter": sent["queryParameters"]["parameters"]})
    assert [urlsplit(one.target).query for one in server.seen] == [
        "a%5B%5D=1&a%5B%5D=2",
        "a=2",
        "a%5B%5D=1&a%5B%5D=2",
    ]


def test_objects_in_the_query_are_written_with_brackets(server):
    sent = {"sendQuery": True, "specifyQuery": "json", "jsonQuery": '{"a": {"b": 1}, "c": [1, 2]}'}
    asked(4.2, url=server.at("/echo"), **sent)
    query = parse_qs(urlsplit(server.seen[0].target).query)
    assert query == {"a[b]": ["1"], "c[]": ["1", "2"]}


def test_what_is_accepted_follows_the_format_unless_a_header_says_it(server):
    headers = {"sendHeaders": True, "specifyHeaders": "json", "jsonHeaders": '{"Accept": "text/csv"}'}
    asked(4.2, url=server.at("/echo"))
    asked(4.2, url=server.at("/echo"), options=response(responseFormat="json"))
    asked(4.2, url=server.at("/echo"), **headers)
    asked(4.2, url=server.at("/echo"), sendHeaders=True, headerParameters=pairs(("ACCEPT", "text/xml")))
    accepted = [one.headers["accept"] for one in server.seen]
    assert accepted[0].endswith("image/*;q=0.8, */*;q=0.7")
    assert accepted[1:] == ["application/json,text/*;q=0.99", "text/csv", "text/xml"]


def paged(server, url, version=4.2, **given):
    settings = {"pagination": {"pagination": given}}
    return ask(version, [{"size": 2}], url=server.at(url), options=settings)


def numbered(*entries, **more):
    values = [{"type": kind, "name": name, "value": value} for kind, name, value in entries]
    return {"parameters": {"parameters": values}, **more}


def test_pages_are_asked_for_until_an_answer_is_empty(server):
    values = numbered(("qs", "page", "={{ $pageCount + 1 }}"), ("headers", "X-Size", "=s{{ $json.size }}"))
    status, steps, error = paged(server, "/pages?size=2", **values)
    assert status == "completed", error
    assert first_output(steps, "Ask") == [{"n": n} for n in range(server.total)]
    assert server.seen[1].query("page") == "2"
    assert server.seen[1].headers["x-size"] == "s2"


def test_pages_end_where_an_expression_says_so(server):
    values = numbered(("qs", "page", "={{ $pageCount + 1 }}"))
    ending = {"paginationCompleteWhen": "other", "completeExpression": "={{ $response.body[0].n >= 2 }}"}
    status, _, error = paged(server, "/pages?size=2", **values, **ending)
    assert status == "completed", error
    assert len(server.seen) == 2


def test_the_next_address_is_taken_from_an_answer_and_pages_are_limited(server):
    following = f"={server.at('/json')}?body={{{{ $pageCount + 1 }}}}"
    given = {"paginationMode": "responseContainsNextURL", "nextURL": following, "limitPagesFetched": True}
    status, steps, error = paged(server, "/json?body=9", **given, maxRequests=3)
    assert status == "completed", error
    assert first_output(steps, "Ask") == [{"data": 1}, {"data": 2}, {"data": 3}]


def test_the_answer_with_the_status_that_ends_the_pages_is_given_too(server):
    ending = {"paginationCompleteWhen": "receiveSpecificStatusCodes", "statusCodesWhenComplete": "404, 410"}
    values = numbered(("qs", "body", "={{ $pageCount }}"))
    status, steps, error = paged(server, "/status/404", **values, **ending)
    assert status == "completed", error
    assert first_output(steps, "Ask") == [{"data": "0"}]


def test_pages_without_an_end_are_stopped(server):
    values = numbered(("headers", "x-page", "={{ $pageCount }}"))
    status, _, error = paged(server, "/json?body={}", **values)
    assert status == "failed"
    assert "5 answers in a row were the same" in error["message"]


def test_earlier_nodes_can_be_named_in_pages(server):
    values = numbered(("qs", "page", "={{ $('Data').item.json.size + $pageCount }}"))
    status, _, error = paged(server, "/json?body=1", **values, limitPagesFetched=True, maxRequests=2)
    assert status == "completed", error
    assert [one.query("page") for one in server.seen] == ["2", "3"]


def test_lists_and_objects_in_a_form_are_written_with_brackets(server):
    form = {"method": "POST", "url": server.at("/echo"), "sendBody": True, "contentType": "form-urlencoded"}
    entries = pairs(("a", "={{ $json.list }}"), ("b", "={{ $json.object }}"), ("c", "1"), ("c", "2"))
    asked(4.3, [{"list": [1, 2], "object": {"x": {"y": "z"}}}], **form, bodyParameters=entries)
    sent = parse_qs(server.seen[0].body.decode())
    assert sent == {"a[0]": ["1"], "a[1]": ["2"], "b[x][y]": ["z"], "c[0]": ["1"], "c[1]": ["2"]}
