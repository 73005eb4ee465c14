"""What people sent with a form, read and checked field by field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.ports.step_catalogue import Item

Json = Mapping[str, Any]

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\Z")


def read_answers(form: Json, sent: Item) -> tuple[Item, dict[str, str]]:
    """The answers as an item, and by field what is wrong. ``sent`` is an item of
    :func:`engine.web.payload.build_item`; what the form does not ask for is left out."""
    body = sent["json"]["body"] if isinstance(sent["json"]["body"], dict) else {}
    files = sent.get("binary") or {}
    json: dict[str, Any] = {}
    binary: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in form["fields"]:
        if field["kind"] == "note":
            continue
        name = field["name"]
        try:
            if field["kind"] == "file":
                json[name] = _files(field, files, binary)
            else:
                json[name] = _value(field, body.get(name))
        except ValueError as error:
            wrong[name] = str(error)
    return ({"json": json, "binary": binary} if binary else {"json": json}), wrong


def _value(field: Json, given: Any) -> Any:
    """The answer; raises ValueError that says what to mend."""
    if field["kind"] in ("select", "checkbox", "radio"):
        return _choice(field, given)
    text = given if isinstance(given, str) else ""
    if not text.strip():
        if field["required"]:
            raise ValueError("This is needed.")
        return None if field["kind"] in ("number", "date") else text
    if field["kind"] == "number":
        return _number(text)
    if field["kind"] == "email" and not _MAIL.match(text.strip()):
        raise ValueError("This is no e-mail address.")
    if field["kind"] == "date":
        try:
            return date.fromisoformat(text.strip()).isoformat()
        except ValueError:
            raise ValueError("This is no date, such as 2030-01-31.") from None
    return text


def _number(text: str) -> float:
    try:
        value = float(text.strip())
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("This is no number.")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _choice(field: Json, given: Any) -> Any:
    listed = given if isinstance(given, list) else [given] if isinstance(given, str) and given else []
    if any(one not in field["options"] for one in listed):
        raise ValueError("This is none of the choices.")
    if field["required"] and not listed:
        raise ValueError("This is needed.")
    several = field["many"] or field["kind"] == "checkbox"
    if not several and len(listed) > 1:
        raise ValueError("Only one can be chosen.")
    return listed if several else (listed[0] if listed else "")


def _files(field: Json, sent: Json, binary: dict[str, Any]) -> Any:
    """What the files are; the files themselves go into ``binary`` under a plain name."""
    found = [entry for name, entry in sent.items() if _belongs(name, field["name"]) and not _is_empty(entry)]
    if field["required"] and not found:
        raise ValueError("A file is needed.")
    if len(found) > 1 and not field["many"]:
        raise ValueError("Only one file can be given.")
    if any(not _fits(field["accept"], entry) for entry in found):
        raise ValueError(f"Only files of these types fit: {field['accept']}")
    plain = re.sub(r"\W", "_", field["name"])
    for index, entry in enumerate(found):
        binary[f"{plain}_{index}" if field["many"] else plain] = entry
    told = [_told(entry) for entry in found]
    return told if field["many"] else (told[0] if told else None)


def _belongs(name: str, field: str) -> bool:
    return name == field or (name.startswith(field) and name[len(field) :].isdigit())


def _is_empty(entry: Json) -> bool:
    """A browser sends a file without name and bytes where none was chosen."""
    return not entry.get("fileName") and not entry.get("bytes")


def _fits(accept: str, entry: Json) -> bool:
    wanted = [word.strip().lower() for word in accept.split(",") if word.strip()]
    name, kind = str(entry.get("fileName", "")).lower(), str(entry.get("mimeType", "")).lower()
    return not wanted or any(_is_of(word, name, kind) for word in wanted)


def _is_of(word: str, name: str, kind: str) -> bool:
    if word.startswith("."):
        return name.endswith(word)
    return kind == word or (word.endswith("/*") and kind.startswith(word[:-1]))


def _told(entry: Json) -> dict[str, Any]:
    return {
        "filename": entry.get("fileName", ""),
        "mimetype": entry.get("mimeType", ""),
        "size": entry.get("bytes", 0),
    }
