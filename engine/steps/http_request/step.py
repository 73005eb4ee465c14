"""How http.request runs: one request per item, page by page, in batches."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from engine.base.canonical import DAG_CBOR
from engine.base.errors import (
    DatabaseUnavailable,
    InvalidInput,
    NetworkFailure,
    PayloadTooLarge,
    Problem,
    TimedOut,
)
from engine.base.ordered import pack, unpack
from engine.flow.model import MAIN
from engine.ports.step_catalogue import (
    Effect,
    Item,
    Signal,
    StepContext,
    StepResult,
    StepType,
    WaitTime,
)
from engine.steps.http_request.addresses import Target, port_of, read_url, shown
from engine.steps.http_request.building import Built, Page, build
from engine.steps.http_request.coded_pages import CodedPager, code_of
from engine.steps.http_request.connections import Connections, Proxy, Route, TlsOptions
from engine.steps.http_request.credentials import (
    Credential,
    Fetch,
    HeaderCredential,
    TokenCache,
    credential_of,
)
from engine.steps.http_request.exchange import Exchange
from engine.steps.http_request.held import held_certificates, held_credential
from engine.steps.http_request.lifelike import error_told, is_answer, items_of
from engine.steps.http_request.manifest import MANIFEST, METHODS_READING, HttpRequestParameters
from engine.steps.http_request.pages import Pager
from engine.steps.http_request.parameters import CodedPages, CredentialAuth
from engine.steps.http_request.redaction import secrets_of
from engine.steps.http_request.results import Result, error_of_status, result_of
from engine.steps.http_request.sending import Fetched, Options, Sender
from engine.steps.http_request.written import read_written
from engine.steps.item_errors import failed_item, goes_on
from engine.validation.credential_scope import check_destination

PAUSE_IN_PLACE_MS_MAX = 250
"""A pause between batches that is longer parks the step, so that it holds no worker."""

LOG_LINES_MAX = 100

CONNECTIONS = Connections()
TOKENS = TokenCache()

atexit.register(CONNECTIONS.close)


class HttpRequest(StepType):
    """Sends HTTP requests; holds nothing but the shared connections and tokens."""

    manifest = MANIFEST

    def __init__(self, connections: Connections = CONNECTIONS, tokens: TokenCache = TOKENS) -> None:
        self.connections, self.tokens = connections, tokens

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """GET, HEAD and OPTIONS read; anything else, and a method still to be resolved, writes."""
        method = parameters.get("method", "GET")
        reads = isinstance(method, str) and method.upper() in METHODS_READING
        return Effect.READ if reads else Effect.WRITE

    def code_in(self, parameters: Mapping[str, Any]) -> str:
        """The code that tells pages."""
        return code_of(parameters.get("pagination"))

    def run(self, context: StepContext) -> StepResult:
        """Send the requests of all items, or those of the first batches and then a wait."""
        return _Run(context, self.connections, self.tokens).go()

    def resume(self, context: StepContext, signal: Signal) -> StepResult:
        """Go on with the next batch after a pause."""
        return self.run(context)


class _Run:
    """One run of the step."""

    def __init__(self, context: StepContext, connections: Connections, tokens: TokenCache) -> None:
        self._context, self._tokens = context, tokens
        self._exchange = Exchange()
        self._sender = Sender(context, connections, self._exchange)
        self._credentials: dict[str, Credential] = {}
        self._logs: list[str] = []
        self._bytes = 0
        self._stopped = threading.Event()

    def go(self) -> StepResult:
        """All items from where the last batch ended."""
        self._context.cancellation.on_cancel(self._break_off)
        self._context.cancellation.check()
        with self._exchange.on_this_thread():
            return self._all_items()

    def _break_off(self) -> None:
        self._stopped.set()
        self._exchange.break_off()

    def _all_items(self) -> StepResult:
        items: list[Item | None] = list(self._context.items) or [None]
        done, blocks = self._progress()
        batching = self._context.parameters(done).batching if len(items) > 1 else None
        size = batching.size if batching else len(items)
        outputs: list[Item] = []
        while True:
            until = min(done + size, len(items))
            for index in range(done, until):
                outputs += self._one_item(items[index], index)
            done = until
            if done >= len(items):
                return self._finished(blocks, outputs)
            assert batching is not None
            if batching.intervalMs > PAUSE_IN_PLACE_MS_MAX:
                return self._parked(done, [*blocks, self._store(outputs)], batching.intervalMs)
            self._stopped.wait(batching.intervalMs / 1000)
            self._context.cancellation.check()

    def _progress(self) -> tuple[int, list[str]]:
        """Where this very run stands: items done, and the blocks that hold their outputs."""
        memory = self._context.memory
        if memory.get("run") != self._context.idempotency_key:
            return 0, []
        return int(memory["done"]), list(memory["blocks"])

    def _store(self, outputs: list[Item]) -> str:
        return self._context.blocks.put(pack(outputs), DAG_CBOR)

    def _parked(self, done: int, blocks: list[str], pause_ms: int) -> StepResult:
        memory = {"run": self._context.idempotency_key, "done": done, "blocks": blocks}
        wait = WaitTime(self._context.now_us + pause_ms * 1000)
        return StepResult(wait=wait, memory=memory, logs=self._logs)

    def _finished(self, blocks: list[str], outputs: list[Item]) -> StepResult:
        earlier = [item for cid in blocks for item in unpack(self._context.blocks.get(cid))]
        memory: dict[str, Any] | None = {} if blocks else None
        return StepResult({MAIN: [*earlier, *outputs]}, memory=memory, logs=self._logs)

    def _one_item(self, item: Item | None, index: int) -> list[Item]:
        try:
            return self._answered(item, index)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if not goes_on(self._context, error):
                raise
            return [self._failed(error, index)]

    def _failed(self, error: Exception, index: int) -> Item:
        failed = failed_item(self._context, error, index)
        if not isinstance(error, NetworkFailure | TimedOut) and not is_answer(error):
            return failed
        response = self._context.parameters(index).response
        if response.style == "plain":
            return failed
        return {**failed, "json": {"error": error_told(error, response)}}

    def _answered(self, item: Item | None, index: int) -> list[Item]:
        given = read_written(self._context.parameters(index))
        paired: Mapping[str, Any] = {} if item is None else {"pairedItem": {"item": index}}
        if given.response.style != "plain":
            return [{**one, **paired} for one in self._lifelike(given, item, index)]
        found: list[Item] = []
        for result in self._results(given, item, index):
            found += result.items(given.response, given.bodyOnly, paired)
        return found

    def _lifelike(self, given: HttpRequestParameters, item: Item | None, index: int) -> Iterator[Item]:
        """The items of all pages, as imported flows expect them."""
        if given.pagination is not None and not isinstance(given.pagination, CodedPages):
            raise InvalidInput("response.style goes together with pagination of the kind code only")
        whole, forgiving = not given.bodyOnly, given.neverError
        for fetched in self._fetched(given, item, index):
            self._count_bytes(fetched, in_blocks=False)
            yield from items_of(
                fetched, given.response, self._context.blocks, item, whole=whole, forgiving=forgiving
            )

    def _fetched(self, given: HttpRequestParameters, item: Item | None, index: int) -> Iterator[Fetched]:
        """The answers of all pages; one that code goes on after must be no error, others need not be."""
        coded = given.pagination
        pager = CodedPager(coded, given, self._context, item) if isinstance(coded, CodedPages) else None
        page: Page | None = pager.first() if pager else Page()
        while page is not None:
            fetched = self._fetch(given, item, index, page)
            page = pager.after(fetched) if pager else None
            failed = fetched.status >= 400 and not given.neverError and pager is None
            if failed or (page is not None and not 200 <= fetched.status < 300):
                raise error_of_status(fetched, secrets_of(given), self._context.now_us)
            yield fetched
            if page is not None and isinstance(coded, CodedPages) and coded.pauseMs:
                self._stopped.wait(coded.pauseMs / 1000)
                self._context.cancellation.check()

    def _results(self, given: HttpRequestParameters, item: Item | None, index: int) -> Iterator[Result]:
        """The result of each page; one where the parameters name no pages."""
        if isinstance(given.pagination, CodedPages):
            for fetched in self._fetched(given, item, index):
                result = result_of(fetched, given.response, self._context.blocks)
                self._count_bytes(fetched, in_blocks=bool(result.binary))
                yield result
            return
        pager = self._pager(given)
        page: Page | None = pager.first() if pager else Page()
        while page is not None:
            fetched = self._fetch(given, item, index, page)
            if pager and page.number and pager.is_past_the_end(fetched.status):
                return
            if fetched.status >= 400 and not given.neverError:
                raise error_of_status(fetched, secrets_of(given), self._context.now_us)
            result = result_of(fetched, given.response, self._context.blocks)
            self._count_bytes(fetched, in_blocks=bool(result.binary))
            page = pager.after(page, result, fetched.url) if pager else None
            yield self._spread(pager, result) if pager and given.bodyOnly else result

    @staticmethod
    def _spread(pager: Pager, result: Result) -> Result:
        items = pager.items_of(result)
        return result if items is None else Result(result.status, result.headers, items, result.binary)

    def _pager(self, given: HttpRequestParameters) -> Pager | None:
        if given.pagination is None:
            return None
        assert not isinstance(given.pagination, CodedPages)
        limit = self._context.limits.http_pages_max
        if given.pagination.maxPages > limit:
            problem = Problem(
                "pagination.maxPages", f"at most {limit} pages are allowed here", "too_many_pages"
            )
            raise InvalidInput(f"pagination.maxPages is above the limit of {limit}", [problem])
        return Pager(given.pagination)

    def _count_bytes(self, fetched: Fetched, *, in_blocks: bool) -> None:
        self._bytes += 0 if in_blocks else len(fetched.body)
        limit = self._context.limits.step_output_bytes_max
        if self._bytes > limit:
            raise PayloadTooLarge(
                f"the responses are more than {limit} bytes in all; fetch fewer pages or items"
            )

    def _fetch(self, given: HttpRequestParameters, item: Item | None, index: int, page: Page) -> Fetched:
        built = build(given, self._context, item, index, page)
        route, options = self._route(given, built.request.url), self._options(given)
        fetched = self._sender.send(built.request, self._credential(built, route, options), route, options)
        if len(self._logs) < LOG_LINES_MAX:
            self._logs.append(
                f"{fetched.method} {shown(fetched.url)}: {fetched.status}, {len(fetched.body)} bytes"
            )
        return fetched

    def _credential(self, built: Built, route: Route, options: Options) -> Credential:
        """One credential for all requests that authenticate alike, so that a challenge is met once."""
        key = built.auth.model_dump_json()
        if key not in self._credentials:

            def fetch(request: httpx.Request) -> tuple[int, bytes]:
                plain = Options(False, 0, options.timeout, options.connect_timeout)
                fetched = self._sender.follow(request, HeaderCredential(), route, plain)
                return fetched.status, fetched.body

            self._credentials[key] = self._made(built, fetch)
        elif isinstance(built.auth, CredentialAuth):
            self._check_scope(built)
        return self._credentials[key]

    def _made(self, built: Built, fetch: Fetch) -> Credential:
        auth = built.auth
        if isinstance(auth, CredentialAuth):
            held = self._context.credential(auth.credential.type, auth.credential.name)
            return held_credential(held, built.request.url, fetch, self._context.now_us / 1e6)
        return credential_of(auth, self._context.subnet, self._tokens, fetch)

    def _check_scope(self, built: Built) -> None:
        """A credential that one request may carry need not go where the next one does."""
        named, url = built.auth.credential, built.request.url
        held = self._context.credential(named.type, named.name)
        check_destination(held, url.scheme, url.host, port_of(url))

    def _route(self, given: HttpRequestParameters, url: httpx.URL) -> Route:
        tls = given.tls
        certificates = (tls.caCertificate, tls.clientCertificate, tls.clientKey)
        if tls.credential is not None:
            held = self._context.credential(tls.credential.type, tls.credential.name)
            certificates = held_certificates(held, url)
        options = TlsOptions(tls.verify, *certificates, tls.minVersion)
        return Route(self._context.subnet, self._context.policy.egress, options, _proxy(given.proxy))

    def _options(self, given: HttpRequestParameters) -> Options:
        limit_ms = given.time_limit_ms or self._context.timeout_ms
        hops = min(given.redirects.max, self._context.limits.http_redirects_max)
        return Options(given.redirects.follow, hops, limit_ms / 1000, given.connectTimeoutMs / 1000)


def _proxy(text: str | None) -> Proxy | None:
    if not text:
        return None
    target: Target = read_url(text, "proxy")
    if target.url.scheme != "http":
        raise InvalidInput("proxy must be an HTTP proxy: write it as http://host:port")
    return Proxy(target.url.host, target.url.port or 80, target.credentials)
