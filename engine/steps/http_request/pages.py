"""Decides which page to fetch next; pure, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from engine.base.errors import StepFailure
from engine.steps.http_request.building import Page
from engine.steps.http_request.parameters import CursorPages, NextUrlPages, OffsetPages, ParameterPages
from engine.steps.http_request.results import Result, look

Pages = NextUrlPages | ParameterPages | OffsetPages | CursorPages

_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL_NEXT = re.compile(r";\s*rel\s*=\s*\"?(?:[^\";]*\s)?next(?:[\s\";]|\Z)", re.I)


class Pager:
    """The pages of one item. Ask :meth:`after` with each page's result for the next page."""

    def __init__(self, given: Pages) -> None:
        self._given = given
        self._count = 0  # items so far
        self._seen: set[str] = set()  # addresses and cursors, to notice a circle

    def first(self) -> Page:
        """The first page."""
        if isinstance(self._given, ParameterPages | OffsetPages):
            return self._with(Page(), self._given.start)
        return Page()

    def is_past_the_end(self, status: int) -> bool:
        """Whether a status means that the page before was the last one."""
        return status in self._given.stopOnStatus

    def items_of(self, result: Result) -> Any:
        """What stands at ``itemsPath`` in a page's body."""
        return look(result.body, self._given.itemsPath)

    def after(self, page: Page, result: Result, url: httpx.URL) -> Page | None:
        """The next page, or None after the last one. ``url`` is where the page came from."""
        given, number = self._given, page.number + 1
        stop = given.stopWhen
        if number >= given.maxPages:
            return None
        if stop is not None and look(result.body, stop.path) == stop.equals:
            return None
        following: Page | None
        match given:
            case NextUrlPages():
                following = self._by_url(result, url)
            case CursorPages():
                following = self._by_cursor(given, result)
            case _:
                following = self._by_number(given, result, number)
        return None if following is None else replace(following, number=number)

    def _by_url(self, result: Result, url: httpx.URL) -> Page | None:
        assert isinstance(self._given, NextUrlPages)
        if self._given.path:
            found = look(result.body, self._given.path)
        else:
            found = next_link(str(result.headers.get("link", "")))
        if found in (None, "", False):
            return None
        if not isinstance(found, str):
            raise StepFailure(f"pagination.path {self._given.path!r} holds no address of a page")
        try:
            address = str(url.join(found))
        except (httpx.InvalidURL, ValueError) as error:
            raise StepFailure("the address of the next page cannot be read") from error
        self._notice(address)
        return Page(url=address)

    def _by_cursor(self, given: CursorPages, result: Result) -> Page | None:
        cursor = look(result.body, given.path)
        if cursor in (None, "", False):
            return None
        self._notice(repr(cursor))
        return self._with(Page(), cursor)

    def _by_number(self, given: ParameterPages | OffsetPages, result: Result, number: int) -> Page | None:
        items = self.items_of(result)
        if not isinstance(items, list):
            told = given.stopWhen is not None or bool(given.stopOnStatus)
            if isinstance(given, OffsetPages) or (not told and items not in (None, "", {})):
                raise StepFailure(
                    f"pagination finds no list of items at itemsPath {given.itemsPath!r}; "
                    "say where it is, so that the last page can be told"
                )
            if not told:
                return None
        elif not items:
            return None
        self._count += len(items) if isinstance(items, list) else 0
        grown = self._count if isinstance(given, OffsetPages) else number * given.step
        return self._with(Page(), given.start + grown)

    def _with(self, page: Page, value: Any) -> Page:
        assert not isinstance(self._given, NextUrlPages)
        field: Mapping[str, Any] = {self._given.name: value}
        if self._given.place == "body":
            return replace(page, body=field)
        return replace(page, query=field)

    def _notice(self, mark: str) -> None:
        if mark in self._seen:
            raise StepFailure("pagination goes in a circle: the server names a page that was fetched before")
        self._seen.add(mark)


def next_link(header: str) -> str | None:
    """The target of ``rel=next`` in a Link header (RFC 8288)."""
    for target, attributes in _LINK.findall(header):
        if _REL_NEXT.search(attributes):
            return str(target)
    return None
