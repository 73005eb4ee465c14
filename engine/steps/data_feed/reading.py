"""Feeds to entries: RSS 2.0, RSS 1.0 (RDF) and Atom (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

from engine.base.errors import StepFailure
from engine.steps.data_xml.manifest import XmlParameters
from engine.steps.data_xml.reading import read_xml

Json = dict[str, Any]

_XML = XmlParameters.model_validate({"attributes": "group", "trim": True})
_TAG = re.compile(r"<[^<>]*>")
_RSS = ("title", "link", "pubDate", "comments", "dc:creator", "content:encoded")


def entries_of(text: Any) -> Iterator[Json]:
    """The entries in the feed's order; raises :class:`StepFailure` for what is no feed."""
    root = read_xml(text, _XML)
    if isinstance(root.get("rss"), dict):
        yield from map(_rss, _objects(_first(root["rss"].get("channel")), "item"))
    elif isinstance(root.get("rdf:RDF"), dict):
        yield from map(_rss, _objects(root["rdf:RDF"], "item"))
    elif isinstance(root.get("feed"), dict):
        yield from map(_atom, _objects(root["feed"], "entry"))
    elif "feed" not in root and "rss" not in root:
        raise StepFailure(f"the XML is no feed: it begins with {next(iter(root), '')[:80]!r}")


def _rss(entry: Json) -> Json:
    found: Json = {name: _text(entry[name]) for name in _RSS if _text(entry.get(name))}
    if "dc:creator" in found:
        found["creator"] = found["dc:creator"]
    if "content:encoded" in found:
        found["content:encodedSnippet"] = _plain(found["content:encoded"])
    description = _text(entry.get("description"))
    if description:
        found |= {"content": description, "contentSnippet": _plain(description)}
    if guid := _text(entry.get("guid")):
        found["guid"] = guid
    if categories := [text for text in map(_text, _listed(entry.get("category"))) if text]:
        found["categories"] = categories
    return found | _date(found.get("pubDate") or _text(entry.get("dc:date")))


def _atom(entry: Json) -> Json:
    written = _text(entry.get("published")) or _text(entry.get("updated"))
    content, summary = _text(entry.get("content")), _text(entry.get("summary"))
    author = _first(entry.get("author"))
    found = {
        "title": _text(entry.get("title")),
        "link": _link(entry),
        "pubDate": written,
        "author": _text(author.get("name")) if isinstance(author, dict) else "",
        "content": content,
        "contentSnippet": _plain(content),
        "summary": summary,
        "id": _text(entry.get("id")),
    }
    return {name: value for name, value in found.items() if value} | _date(written)


def _link(entry: Json) -> str:
    """The address of the entry itself: the link that is an ``alternate`` or says nothing of what it is."""
    links = [link.get("$", {}) for link in _listed(entry.get("link")) if isinstance(link, dict)]
    own = [link for link in links if link.get("rel", "alternate") == "alternate"]
    return str((own or links or [{}])[0].get("href", ""))


def _objects(parent: Any, name: str) -> list[Json]:
    found = _listed(parent.get(name)) if isinstance(parent, dict) else []
    return [one for one in found if isinstance(one, dict)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else ([] if value is None else [value])


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    value = _first(value)
    if isinstance(value, dict):
        value = value.get("_", "")
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """HTML without its tags."""
    return unescape(_TAG.sub("", text)).strip()


def _date(text: str) -> Json:
    """``isoDate`` in UTC, where the date can be read."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            written = aware.astimezone(UTC).isoformat(timespec="milliseconds")
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return {"isoDate": written.replace("+00:00", "Z")}
    return {}
