"""Feeds to entries: RSS 2.0, RSS 1.0 (RDF) and Atom (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

from engine.base.errors import StepFailure
from engine.steps.data_xml.manifest import XmlParameters
from engine.steps.data_xml.reading import read_xml

Json = dict[str, Any]

_XML = XmlParameters.model_validate({"attributes": "group", "lists": "always"})
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(
    r"([^\n])</?(?:h|br|p|ul|ol|li|blockquote|section|table|tr|div)[^<>]*>([^\n])",
)
"""A tag that begins a new line between two letters."""

_DUBLIN = ("creator", "date", "language", "rights", "source", "title")
_RSS = (
    ("author", "creator"),
    *((f"dc:{name}", name) for name in _DUBLIN),
    *((name, name) for name in ("title", "link", "pubDate", "author", "summary", "content:encoded")),
    *((name, name) for name in ("enclosure", "dc:creator", "dc:date", "comments")),
)
"""Elements of an entry, and the fields that hold their first one; later ones win."""

_ITUNES = ("author", "subtitle", "summary", "explicit", "duration", "episode", "image", "season", "keywords")


def entries_of(text: Any, more: Iterable[str] = ()) -> Iterator[Json]:
    """The entries in the feed's order, with ``more`` elements under their names; raises
    :class:`StepFailure` for what is no feed."""
    root = read_xml(text, _XML)
    more = tuple(more)
    if isinstance(root.get("rss"), dict):
        channel = _first(root["rss"].get("channel"))
        spoken = "xmlns:itunes" in root["rss"].get("$", {})
        yield from (_rss(one, more, spoken=spoken) for one in _objects(channel, "item"))
    elif isinstance(root.get("rdf:RDF"), dict):
        yield from (_rss(one, more) for one in _objects(root["rdf:RDF"], "item"))
    elif isinstance(root.get("feed"), dict):
        yield from (_atom(one, more) for one in _objects(root["feed"], "entry"))
    elif "feed" not in root and "rss" not in root:
        raise StepFailure(f"the XML is no feed: it begins with {next(iter(root), '')[:80]!r}")


def _rss(entry: Json, more: Iterable[str], *, spoken: bool = False) -> Json:
    found = _copied(entry, [*_RSS, *((name, name) for name in more)])
    if isinstance(found.get("content:encoded"), str):
        found["content:encodedSnippet"] = _plain(found["content:encoded"])
    if "enclosure" in entry:
        found["enclosure"] = (_first(entry["enclosure"]) or {}).get("$", {}) if found["enclosure"] else {}
    if "description" in entry:
        found["content"] = _text(entry["description"])
        found["contentSnippet"] = _plain(found["content"])
    found |= _copied(entry, [("guid", "guid")])
    if about := entry.get("$", {}).get("rdf:about"):
        found["rdf:about"] = about
    if "category" in entry:
        found["categories"] = entry["category"]
    found |= _date(found.get("pubDate") or found.get("date"))
    return {**found, "itunes": _itunes(entry)} if spoken else found


def _itunes(entry: Json) -> Json:
    found = _copied(entry, [(f"itunes:{name}", name) for name in (*_ITUNES, "episodeType")])
    image = found.get("image")
    address = image.get("$", {}).get("href") if isinstance(image, dict) else None
    return {**found, "image": address} if address else found


def _copied(entry: Json, fields: Iterable[tuple[str, str]]) -> Json:
    """The first element of each name; one with attributes and text is its text."""
    found: Json = {}
    for name, field in fields:
        if name in entry:
            value = _first(entry[name])
            found[field] = value["_"] if isinstance(value, dict) and "_" in value else value
    return found


def _atom(entry: Json, more: Iterable[str]) -> Json:
    found = _copied(entry, [(name, name) for name in more])
    if title := _text(entry.get("title")):
        found["title"] = title
    if link := _link(entry):
        found["link"] = link
    if written := _text(entry.get("published")) or _text(entry.get("updated")):
        found["pubDate"] = _date(written).get("isoDate", written)
    author = _first(entry.get("author"))
    if isinstance(author, dict) and "name" in author:
        found["author"] = _first(author["name"])
    if "content" in entry:
        found["content"] = _text(entry["content"])
        found["contentSnippet"] = _plain(found["content"])
    if "summary" in entry:
        found["summary"] = _text(entry["summary"])
    if "id" in entry:
        found["id"] = _first(entry["id"])
    return found | _date(found.get("pubDate"))


def _link(entry: Json) -> str:
    """The address of the entry itself: the first ``alternate`` link, or else the first of all."""
    links = [link.get("$", {}) for link in entry.get("link", []) if isinstance(link, dict)]
    own = [link for link in links if link.get("rel") == "alternate"]
    return str((own or links or [{}])[0].get("href", ""))


def _objects(parent: Any, name: str) -> list[Json]:
    """Elements of a name; an empty one is an entry without fields."""
    found = parent.get(name, []) if isinstance(parent, dict) else []
    return [one if isinstance(one, dict) else {} for one in found]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    value = _first(value)
    if isinstance(value, dict):
        value = value.get("_", "")
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """HTML without its tags; what begins a line in HTML begins one here."""
    return unescape(_TAG.sub("", _BREAK.sub(r"\1\n\2", text))).strip()


def _date(written: Any) -> Json:
    """``isoDate`` in UTC, where the date can be read."""
    text = written.strip() if isinstance(written, str) else ""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            told = aware.astimezone(UTC).isoformat(timespec="milliseconds")
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return {"isoDate": told.replace("+00:00", "Z")}
    return {}
