"""Slow, endless and exploding answers end within their limits, and cancelling ends all at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.errors import PayloadTooLarge, StepCancelled, StepFailure, TimedOut
from engine.base.limits import Limits
from engine.ports import traffic
from engine.steps.http_request.connections import Connections
from engine.steps.http_request.reading import read_bounded
from engine.steps.http_request.step import HttpRequest
from engine.testing.step_bench import StepBench, items_of
from tests.servers.certificates import Authority, server_context
from tests.servers.http_server import HttpServer
from tests.support_http import HttpBench

SMALL = Limits(response_body_bytes_max=10_000)
AT_ONCE_S = 8  # those that are cancelled would take twenty seconds and more


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not(http: HttpBench, server: HttpServer) -> None:
    http.items({"url": server.at("/bytes/10000")}, limits=SMALL)
    with pytest.raises(PayloadTooLarge, match="more than 10000 bytes"):
        http.items({"url": server.at("/bytes/10001")}, limits=SMALL)


def test_an_endless_body_is_given_up(http: HttpBench, server: HttpServer) -> None:
    with pytest.raises(PayloadTooLarge):
        http.items({"url": server.at("/endless")}, limits=SMALL)


def test_a_decompression_bomb_is_given_up_unexploded(http: HttpBench, server: HttpServer) -> None:
    limits = Limits(response_body_bytes_max=1_000_000)
    with pytest.raises(PayloadTooLarge):
        http.items({"url": server.at("/bomb")}, limits=limits)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "unknown"])
def test_stacked_and_unknown_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(StepFailure, match="encoding"):
        read_bounded([b"x"], None, encoding, 10, "http://h")


def test_broken_compression_is_an_error(http: HttpBench) -> None:
    with pytest.raises(StepFailure, match="cannot be read"):
        read_bounded([b"no gzip at all"], None, "gzip", 10, "http://h")


def test_bodies_of_all_pages_together_are_limited(http: HttpBench, server: HttpServer) -> None:
    limits = Limits(step_output_bytes_max=50)
    with pytest.raises(PayloadTooLarge, match="in all"):
        http.items({"url": server.at("/pages?size=1"), "pagination": {"kind": "parameter"}}, limits=limits)
    with pytest.raises(PayloadTooLarge, match="in all"):
        http.items({"url": server.at("/text")}, *items_of(*[{}] * 20), limits=limits)


@pytest.mark.parametrize("path", ["/slow-head", "/drip"])
def test_the_time_limit_covers_the_whole_answer(http: HttpBench, server: HttpServer, path: str) -> None:
    with pytest.raises(TimedOut, match="timeoutMs") as caught:
        http.items({"url": server.at(path), "timeoutMs": 100})
    assert caught.value.retryable


def test_the_time_limit_of_the_step_holds_too(http: HttpBench, server: HttpServer) -> None:
    with pytest.raises(TimedOut):
        http.items({"url": server.at("/drip")}, timeout_ms=100)


def test_jsonflow_timeouts_hold(http: HttpBench, server: HttpServer) -> None:
    with pytest.raises(TimedOut):
        http.items({"url": server.at("/slow-head"), "options": {"timeout": 100}})


def _cancelled_while(bench: StepBench, under_way: threading.Event) -> float:
    """Run on a thread, cancel when the request is under way; seconds until the run has ended."""
    ended: list[BaseException] = []

    def run() -> None:
        try:
            bench.run()
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert under_way.wait(10)
    started = time.monotonic()
    bench.cancellation.cancel()
    thread.join(AT_ONCE_S)
    assert [type(error) for error in ended] == [StepCancelled]
    return time.monotonic() - started


@pytest.mark.parametrize("path", ["/slow-head", "/drip"])
def test_cancelling_ends_a_request_in_flight_at_once(http: HttpBench, server: HttpServer, path: str) -> None:
    assert _cancelled_while(http.bench({"url": server.at(path)}), server.arrived) < AT_ONCE_S


def test_cancelling_ends_a_look_up_at_once() -> None:
    asked, release = threading.Event(), threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        asked.set()
        release.wait(20)
        return []

    kind = HttpRequest(Connections(resolver=hanging))
    try:
        assert _cancelled_while(StepBench(kind, {"url": "http://slow.example/"}), asked) < AT_ONCE_S
    finally:
        release.set()


def test_cancelling_ends_a_connection_attempt_at_once(http: HttpBench) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        fillers = []
        for _ in range(4):  # the queue of a listener that accepts nobody
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        bench = http.bench({"url": f"http://slow.example:{address[1]}/", "connectTimeoutMs": 20_000})
        asked = threading.Event()
        http.names.answers["slow.example"] = [["127.0.0.1"]]
        answer = http.connections._resolver

        def resolver(host: str, port: int) -> Sequence[str]:
            threading.Timer(0.1, asked.set).start()
            return answer(host, port)

        http.connections._resolver = resolver
        assert _cancelled_while(bench, asked) < AT_ONCE_S
        for filler in fillers:
            filler.close()


def test_cancelling_ends_a_tls_request_at_once(http: HttpBench, tmp_path: Path) -> None:
    with HttpServer(server_context(Authority().server("127.0.0.1"), tmp_path)) as server:
        bench = http.bench({"url": server.at("/slow-head"), "tls": {"verify": False}})
        assert _cancelled_while(bench, server.arrived) < AT_ONCE_S


def test_cancelling_before_the_start_sends_nothing(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/echo")})
    bench.cancellation.cancel()
    with pytest.raises(StepCancelled):
        bench.run()
    assert not server.seen


def test_cancelling_afterwards_spares_the_connections_of_others(http: HttpBench, server: HttpServer) -> None:
    first, second = (http.bench({"url": server.at("/echo")}) for _ in range(2))
    first.run()
    first.cancellation.cancel()
    second.run()
    assert server.accepted == 1


def test_one_cancelled_run_does_not_disturb_another_on_the_same_pool(
    http: HttpBench, server: HttpServer
) -> None:
    doomed = http.bench({"url": server.at("/slow-head")})
    _cancelled_while(doomed, server.arrived)
    assert http.json({"url": server.at("/echo")})["status"] == 200


def _in_threads(count: int, work: Callable[[int], None]) -> list[BaseException]:
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


def test_many_threads_share_the_connections(http: HttpBench, server: HttpServer) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            found = http.body({"url": server.at(f"/echo?n={number}-{turn}")})
            assert found["query"]["n"] == [f"{number}-{turn}"]

    assert _in_threads(6, work) == []
    assert len(server.seen) == 60
    assert server.accepted <= 20


def test_a_running_time_limit_leaves_later_requests_their_own(http: HttpBench, server: HttpServer) -> None:
    bench = http.bench({"url": server.at("/echo"), "timeoutMs": 5_000})
    context = replace(bench.context(items_of({}, {})), timeout_ms=60_000)
    assert len(bench.kind.run(context).outputs["main"]) == 2


def test_what_goes_over_the_wire_is_counted(http: HttpBench, server: HttpServer) -> None:
    before = traffic.total()
    http.items({"url": server.at("/bytes/10000")})
    assert 10_000 < traffic.total() - before < 12_000
