"""Pages whose requests, and whose end, code works out; the code runs in the sandbox, once for each page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import InvalidInput, StepFailure
from engine.ports.sandbox import Determinism, ExpressionBatch
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.guest import guest_limits
from engine.steps.http_request.building import Page
from engine.steps.http_request.lifelike import ABSENT, body_of
from engine.steps.http_request.manifest import HttpRequestParameters
from engine.steps.http_request.parameters import CodedPages
from engine.steps.http_request.results import headers_of
from engine.steps.http_request.sending import Fetched

ALIKE_MAX = 5
"""So many equal answers in a row mean that the pages have no end."""


def code_of(pagination: Any) -> str:
    """All code of unresolved parameters for pages; what it names must be at hand when it runs."""
    if not isinstance(pagination, Mapping) or pagination.get("kind") != "code":
        return ""
    values = pagination.get("values")
    listed = (
        [one.get("code") for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
    )
    return "\n".join(str(one) for one in (pagination.get("url"), pagination.get("goOn"), *listed) if one)


class CodedPager:
    """The pages of one item. Ask :meth:`after` with each answer for the next page."""

    def __init__(
        self, given: CodedPages, parameters: HttpRequestParameters, context: StepContext, item: Item | None
    ) -> None:
        self._given, self._parameters, self._context, self._item = given, parameters, context, item
        self._limit = context.limits.http_pages_max
        self._alike, self._last = 0, ""
        self._count = 0

    def first(self) -> Page:
        """The first page; there is no answer yet that its code could speak of."""
        return self._page(self._values({}))

    def after(self, fetched: Fetched) -> Page | None:
        """The next page, or None after the last one."""
        self._count += 1
        self._notice(fetched.body)
        if self._given.maxPages is not None and self._count >= self._given.maxPages:
            return None
        body = body_of(fetched, self._parameters.response, forgiving=True)
        response = {
            "body": None if body is ABSENT else body,
            "headers": headers_of(fetched),
            "statusCode": fetched.status,
        }
        goes_on, *values = self._values(response)
        if not goes_on:
            return None
        if self._count >= self._limit:
            raise StepFailure(f"there are more than {self._limit} pages; limit the pages to fetch")
        return self._page([goes_on, *values])

    def _notice(self, body: bytes) -> None:
        mark = cid_of_bytes(body, RAW)
        self._alike = self._alike + 1 if mark == self._last else 1
        self._last = mark
        if self._alike >= ALIKE_MAX:
            raise StepFailure(
                f"{ALIKE_MAX} answers in a row were the same, so no more were asked for: "
                "the code that ends the pages does not end them"
            )

    def _values(self, response: Mapping[str, Any]) -> list[Any]:
        """Whether it goes on, the address, and the value of each parameter."""
        given = self._given
        codes = [given.goOn, given.url or "undefined", *(value.code for value in given.values)]
        extra = {"$response": response, "$pageCount": self._count, "$request": self._request()}
        context = self._context
        moment = Determinism(context.now_us, context.seed, context.timezone)
        batch = ExpressionBatch(
            [f"{{{{ {code} }}}}" for code in codes],
            [self._item or {"json": {}}],
            moment,
            {**context.about, "extra": extra},
        )
        answer = context.sandbox.evaluate(batch, guest_limits(context))
        if answer.faults and self._count:
            raise StepFailure(f"pagination: {answer.faults[0].message}")
        return list(answer.values[0])

    def _request(self) -> dict[str, Any]:
        """What code may know of the request; its headers may hold secrets."""
        given = self._parameters
        return {"method": given.method, "url": given.url, "uri": given.url, "qs": given.query}

    def _page(self, values: list[Any]) -> Page:
        _, url, *rest = values
        placed: dict[str, dict[str, Any]] = {"query": {}, "body": {}, "headers": {}}
        for value, found in zip(self._given.values, rest, strict=True):
            if found is not None:
                placed[value.place][value.name] = found
        if url is not None and not isinstance(url, str):
            raise InvalidInput("the address of the next page is no text")
        return Page(self._count, url or None, **placed, whole=True)
