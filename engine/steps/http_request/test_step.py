"""http.request sends what its parameters say and gives what the server answers."""

from __future__ import annotations

import httpx
import pytest

from engine.base.errors import CircuitOpen, InvalidInput, NetworkFailure, StepFailure
from engine.base.limits import Limits
from engine.execution.breaker import BreakerRegistry, BreakerRules
from engine.ports.step_catalogue import Effect, Signal, WaitTime
from engine.steps.http_request.building import _with_query
from engine.steps.http_request.step import HttpRequest
from engine.testing.step_bench import NOW_US, items_of, json_of
from tests.servers.http_server import HttpServer, Reply
from tests.support_http import HttpBench


def test_one_request_without_items_gives_status_headers_and_body(http: HttpBench, server: HttpServer) -> None:
    (item,) = http.items({"url": server.at("/echo?a=1")})
    assert "pairedItem" not in item
    assert item["json"]["status"] == 200
    assert item["json"]["headers"]["content-type"] == "application/json"
    assert item["json"]["body"]["method"] == "GET"
    assert item["json"]["body"]["query"] == {"a": ["1"]}


def test_each_item_sends_a_request_and_results_are_paired(http: HttpBench, server: HttpServer) -> None:
    given = items_of({"n": 1}, {"n": 2}, {"n": 3})
    found = http.items(
        lambda item, index: {"url": server.at("/echo"), "query": {"n": item["json"]["n"]}}, *given
    )
    assert [item["json"]["body"]["query"]["n"] for item in found] == [["1"], ["2"], ["3"]]
    assert [item["pairedItem"] for item in found] == [{"item": 0}, {"item": 1}, {"item": 2}]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "post"])
def test_every_method_is_sent(http: HttpBench, server: HttpServer, method: str) -> None:
    assert http.body({"url": server.at("/echo"), "method": method})["method"] == method.upper()


def test_head_gives_headers_and_an_empty_body(http: HttpBench, server: HttpServer) -> None:
    found = http.json({"url": server.at("/bytes/9"), "method": "HEAD"})
    assert found["headers"]["content-length"] == "9"
    assert found["body"] == ""


@pytest.mark.parametrize("method", ["CONNECT", "trace", "GET /", ""])
def test_methods_that_are_not_for_flows_are_refused(http: HttpBench, server: HttpServer, method: str) -> None:
    with pytest.raises(InvalidInput):
        http.items({"url": server.at("/echo"), "method": method})


def test_query_and_headers_keep_order_repetition_and_types(http: HttpBench, server: HttpServer) -> None:
    found = http.body(
        {
            "url": server.at("/echo?first=%2F&x=0"),
            "query": {"list": [1, 2], "on": True, "text": "ä b&c", "none": None, "map": {"a": 1}},
            "headers": {
                "X-Number": 7,
                "X-On": False,
                "X-Left-Out": None,
                "X-Twice": ["a", "b"],
                "X-Word": "ü",
            },
        }
    )
    assert server.seen[0].target == (
        "/echo?first=%2F&x=0&list=1&list=2&on=true&text=%C3%A4+b%26c&map=%7B%22a%22%3A1%7D"
    )
    assert (found["headers"]["x-number"], found["headers"]["x-on"]) == ("7", "false")
    assert "x-left-out" not in found["headers"]
    assert server.seen[0].headers.get_all("X-Twice") == ["a", "b"]


def test_the_engine_keeps_headers_of_the_connection_to_itself(http: HttpBench, server: HttpServer) -> None:
    headers = {"Content-Length": "999", "Transfer-Encoding": "chunked", "Connection": "close", "TE": "x"}
    found = http.body({"url": server.at("/echo"), "method": "POST", "text": "abc", "headers": headers})
    assert found["body"] == "abc"
    assert found["headers"]["content-length"] == "3"
    assert "transfer-encoding" not in found["headers"]


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
def test_a_header_cannot_smuggle_another_and_is_not_shown(
    http: HttpBench, server: HttpServer, value: str
) -> None:
    with pytest.raises(InvalidInput, match=r"headers\.X-A") as caught:
        http.items({"url": server.at("/echo"), "headers": {"X-A": value}})
    assert value not in str(caught.value)
    assert not server.seen


@pytest.mark.parametrize(
    "url", ["", "/path", "ftp://host/", "file:///etc/passwd", "http://", "http://h:99999/", 5]
)
def test_an_address_that_is_none_is_explained(http: HttpBench, url: object) -> None:
    with pytest.raises(InvalidInput):
        http.items({"url": url})


def test_unknown_parameters_are_refused_with_the_nearest_name(http: HttpBench) -> None:
    with pytest.raises(InvalidInput, match="did you mean 'timeoutMs'"):
        http.items({"url": "http://127.0.0.1/", "timeoutMS": 5})


@pytest.mark.parametrize(
    ("parameters", "effect"),
    [
        ({}, Effect.READ),
        ({"method": "get"}, Effect.READ),
        ({"method": "HEAD"}, Effect.READ),
        ({"method": "OPTIONS"}, Effect.READ),
        ({"method": "POST"}, Effect.WRITE),
        ({"method": "DELETE"}, Effect.WRITE),
        ({"method": "$json.method"}, Effect.WRITE),
        ({"method": {"$ref": "x"}}, Effect.WRITE),
    ],
)
def test_only_reading_methods_read(parameters: dict[str, object], effect: Effect) -> None:
    assert HttpRequest().effect(parameters) is effect


def test_writing_requests_carry_an_idempotency_key_per_item(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/count"), "method": "POST"})
    for _ in range(2):  # the second one as after a crash: the same run again
        bench.runs = 0
        bench.run(items_of({}, {}))
    key = bench.context().idempotency_key
    assert server.counted == {f"{key}-0": 2, f"{key}-1": 2}


def test_reading_requests_carry_none_and_the_flow_may_give_its_own(
    http: HttpBench, server: HttpServer
) -> None:
    http.items({"url": server.at("/count")})
    http.items({"url": server.at("/count"), "method": "PUT", "headers": {"idempotency-key": "mine"}})
    assert server.counted == {"": 1, "mine": 1}


@pytest.mark.parametrize(
    ("status", "retryable"), [(400, False), (404, False), (429, True), (500, True), (503, True)]
)
def test_an_error_status_fails_the_step(
    http: HttpBench, server: HttpServer, status: int, retryable: bool
) -> None:
    with pytest.raises(StepFailure, match=rf"GET {server.url}/status/{status} answered {status}") as caught:
        http.items({"url": server.at(f"/status/{status}?body=why")})
    assert caught.value.retryable is retryable
    assert caught.value.details["status"] == status
    assert caught.value.details["body"] == "why"


@pytest.mark.parametrize(
    ("header", "wait_ms"),
    [("7", 7000), ("Tue, 14 Nov 2023 22:13:30 GMT", 10_000), ("Mon, 13 Nov 2023 00:00:00 GMT", 0)],
)
def test_retry_after_is_passed_on(http: HttpBench, server: HttpServer, header: str, wait_ms: int) -> None:
    server.extra["/busy"] = lambda seen: Reply(429, [("Retry-After", header)])
    with pytest.raises(StepFailure) as caught:
        http.items({"url": server.at("/busy")})
    assert caught.value.details["retry_after_ms"] == wait_ms


def test_never_error_makes_error_statuses_results(http: HttpBench, server: HttpServer) -> None:
    assert http.json({"url": server.at("/status/404?body=gone"), "neverError": True})["status"] == 404


def test_a_server_that_hangs_up_is_a_network_failure_that_may_be_retried(
    http: HttpBench, server: HttpServer
) -> None:
    with pytest.raises(NetworkFailure, match="broke the connection") as caught:
        http.items({"url": server.at("/hang-up")})
    assert caught.value.retryable


def test_a_refused_connection_names_the_target(http: HttpBench, server: HttpServer) -> None:
    server.stop()
    with pytest.raises(NetworkFailure, match=f"{server.url} cannot be reached"):
        http.items({"url": server.at("/echo")})


def test_connections_are_kept_and_reused(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/echo")})
    for _ in range(5):
        bench.run(items_of({}, {}))
    assert len(server.seen) == 10
    assert server.accepted == 1


def test_a_kept_connection_that_the_server_gave_up_is_replaced(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/echo")})
    bench.run()
    server.drop_connections()
    bench.run()
    assert server.accepted == 2


def test_circuit_breakers_are_told_per_target(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/status/404"), "neverError": True})
    bench.run()
    bad = http.bench({"url": server.at("/status/500"), "neverError": True}, breakers=bench.breakers)
    bad.run()
    server.stop()
    with pytest.raises(NetworkFailure):
        bench.run()
    assert bench.breakers.reports == [(server.url, True), (server.url, False), (server.url, False)]  # type: ignore[attr-defined]


def test_an_open_circuit_keeps_requests_from_being_sent(http: HttpBench, server: HttpServer) -> None:
    registry = BreakerRegistry(lambda: 0, BreakerRules(failures_max=2))
    bench = http.bench({"url": server.at("/status/500")}, breakers=registry.of("personal"))
    for _ in range(2):
        with pytest.raises(StepFailure):
            bench.run()
    with pytest.raises(CircuitOpen):
        bench.run()
    assert len(server.seen) == 2


def test_a_pause_between_batches_parks_the_step(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench(
        lambda item, index: {
            "url": server.at(f"/echo?n={index}"),
            "batching": {"size": 2, "intervalMs": 1000},
        }
    )
    items = items_of({}, {}, {}, {}, {})
    first = bench.run(items)
    assert first.wait == WaitTime(NOW_US + 1_000_000)
    assert len(server.seen) == 2
    assert bench.resume(Signal("time"), items).wait is not None
    last = bench.resume(Signal("time"), items)
    assert [item["json"]["body"]["query"]["n"] for item in last.outputs["main"]] == [
        [str(n)] for n in range(5)
    ]
    assert [item["pairedItem"]["item"] for item in last.outputs["main"]] == [0, 1, 2, 3, 4]
    assert len(server.seen) == 5


def test_a_further_run_starts_its_batches_anew(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/echo"), "batching": {"size": 2, "intervalMs": 1000}})
    bench.run(items_of({}, {}, {}))
    assert bench.run(items_of({}, {}, {})).wait is not None
    assert len(server.seen) == 4


def test_short_pauses_are_taken_in_place(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/echo"), "batching": {"size": 1, "intervalMs": 1}})
    assert len(bench.run(items_of({}, {}, {})).outputs["main"]) == 3


def test_body_only_spreads_lists_and_wraps_what_is_no_object(http: HttpBench, server: HttpServer) -> None:
    def given(body: str, **more: object) -> dict[str, object]:
        return {"url": server.at("/json"), "query": {"body": body}, "bodyOnly": True, **more}

    one = items_of({})
    assert json_of(http.items(given('{"a": 1}'), *one)) == [{"a": 1}]
    found = http.items(given('[{"a": 1}, 2, [3]]'), *one)
    assert json_of(found) == [{"a": 1}, {"body": 2}, {"body": [3]}]
    assert {str(item["pairedItem"]) for item in found} == {"{'item': 0}"}
    assert http.items(given("[]"), *one) == []
    assert json_of(http.items(given("5", response={"property": "data"}), *one)) == [{"data": 5}]


def test_the_parameters_of_jsonflow_are_understood(http: HttpBench, server: HttpServer) -> None:
    found = http.body(
        {
            "method": "POST",
            "url": server.at("/echo"),
            "headers": {"Content-Type": "application/json"},
            "body": {"data": {"a": 1}},
            "options": {"timeout": 10_000, "retry": {"attempts": 3, "backoff": "exponential"}},
        }
    )
    assert found["body"] == '{"data":{"a":1}}'


@pytest.mark.parametrize(
    ("arrays", "wanted"),
    [("repeat", "a=1&a=2"), ("brackets", "a%5B%5D=1&a%5B%5D=2"), ("indices", "a%5B0%5D=1&a%5B1%5D=2")],
)
def test_a_list_in_the_query_is_written_as_the_server_wants_it(arrays: str, wanted: str) -> None:
    url = _with_query(httpx.URL("https://a.example/"), {"a": [1, 2]}, arrays)
    assert url.query.decode() == wanted


def test_what_was_sent_is_logged_without_query_and_user(http: HttpBench, server: HttpServer) -> None:
    url = server.at("/echo?api_key=hidden").replace("//", "//user:hidden@")
    result = http.bench({"url": url}).run()
    assert len(result.logs) == 1
    assert result.logs[0].startswith(f"GET {server.url}/echo: 200")


def test_limits_of_the_subnet_hold(http: HttpBench, server: HttpServer) -> None:
    limits = Limits(http_redirects_max=2)
    with pytest.raises(StepFailure, match="more than 2 redirects"):
        http.items({"url": server.at("/redirects/3")}, limits=limits)
    assert http.json({"url": server.at("/redirects/2")}, limits=limits)["status"] == 200


def test_editors_offer_names_and_values_for_query_and_headers() -> None:
    schema = HttpRequest.manifest.parameters.model_json_schema()["properties"]
    assert {schema[name]["type"] for name in ("query", "headers")} == {"object"}


def test_query_and_headers_may_be_written_as_json(http: HttpBench, server: HttpServer) -> None:
    found = http.body({"url": server.at("/echo"), "query": '{"a": 1}', "headers": '{"X-A": "b"}'})
    assert (found["query"], found["headers"]["x-a"]) == ({"a": ["1"]}, "b")
    with pytest.raises(StepFailure, match=r"query: not JSON: .*line 1"):
        http.items({"url": server.at("/echo"), "query": "{"})
    with pytest.raises(StepFailure, match="headers: the JSON must be an object, and is list"):
        http.items({"url": server.at("/echo"), "headers": "[]"})
