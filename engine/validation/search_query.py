"""The search box's language: words, "phrases", begun* words, -excluded ones, and ``name:value`` filters.

``kind:flow tag:billing "monthly report" -draft status:failed after:2026-01-31`` finds what meets all
of it. A value with spaces stands in quotes: ``category:"back office"``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.base.errors import InvalidInput
from engine.base.limits import SEARCH_TERMS_MAX, SEARCH_TEXT_MAX
from engine.ports.search_index import KINDS, SearchQuery, Words, custom_mark, words_of

ATTRIBUTES = ("flow", "status", "trigger", "mode", "actor", "owner", "author", "published", "visibility")
"""Filters that stand for attributes of what is found."""

_TERM = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))')
_ARCHIVED = {"yes": True, "no": False, "any": None}


def parse_search(text: str, subnet: str) -> SearchQuery:
    """The query that a text stands for; raises :class:`InvalidInput` naming the term that is wrong."""
    if len(text) > SEARCH_TEXT_MAX:
        raise InvalidInput(f"a search has at most {SEARCH_TEXT_MAX} characters; this one has {len(text)}")
    query = SearchQuery(subnet)
    terms = list(_TERM.finditer(text))
    if len(terms) > SEARCH_TERMS_MAX:
        raise InvalidInput(f"a search has at most {SEARCH_TERMS_MAX} terms; this one has {len(terms)}")
    for term in terms:
        query = _with_term(query, term)
    return query


def _with_term(query: SearchQuery, term: re.Match[str]) -> SearchQuery:
    minus, name, quoted, bare = term.groups()
    value = bare if quoted is None else quoted
    if name in _FILTERS and not minus:
        return _FILTERS[name](query, name, value)
    if name in ATTRIBUTES and not minus:
        return replace(query, attributes={**query.attributes, name: value})
    if minus and (name in _FILTERS or name in ATTRIBUTES):
        raise InvalidInput(f"{term.group()}: only words can be excluded, not filters")
    words = tuple(words_of(f"{name}:{value}" if name else value))
    if not words:
        return query
    begun = quoted is None and value.endswith("*")
    return replace(query, words=(*query.words, Words(words, begun, bool(minus))))


def _kind(query: SearchQuery, name: str, value: str) -> SearchQuery:
    if value not in KINDS:
        raise InvalidInput(f"kind:{value}: there is no such kind; there are: {', '.join(KINDS)}")
    return replace(query, kinds=(*query.kinds, value))


def _tag(query: SearchQuery, name: str, value: str) -> SearchQuery:
    return replace(query, tags=(*query.tags, value))


def _category(query: SearchQuery, name: str, value: str) -> SearchQuery:
    return replace(query, category=value)


def _archived(query: SearchQuery, name: str, value: str) -> SearchQuery:
    if value not in _ARCHIVED:
        raise InvalidInput(f"archived:{value}: write yes, no or any")
    return replace(query, archived=_ARCHIVED[value])


def _custom(query: SearchQuery, name: str, value: str) -> SearchQuery:
    key, given, wanted = value.partition("=")
    if not (key and given):
        raise InvalidInput(f"custom:{value}: write custom:KEY=VALUE, in quotes where it holds spaces")
    return replace(query, attributes={**query.attributes, custom_mark(key): wanted})


def _after(query: SearchQuery, name: str, value: str) -> SearchQuery:
    return replace(query, since_us=_day_us(name, value))


def _before(query: SearchQuery, name: str, value: str) -> SearchQuery:
    return replace(query, until_us=_day_us(name, value))


def _day_us(name: str, value: str) -> int:
    """Microseconds since 1970 of a date or time in ISO 8601; UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidInput(f"{name}:{value}: write a date such as 2026-01-31 (ISO 8601)") from error
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


_FILTERS = {
    "kind": _kind,
    "tag": _tag,
    "category": _category,
    "archived": _archived,
    "after": _after,
    "before": _before,
    "custom": _custom,
}
