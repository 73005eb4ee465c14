"""Mails (RFC 5322, MIME) as items."""

from __future__ import annotations

from datetime import UTC
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from engine.base.limits import MAIL_FILES_MAX
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.files import known_encoding
from engine.steps.mail_read.manifest import MailReadParameters

_READ = (LookupError, ValueError, TypeError, AttributeError, IndexError, UnicodeError, RecursionError)
"""What the standard library raises over mails that keep no rule."""


def item_of(context: StepContext, given: MailReadParameters, uid: int, flags: list[str], data: bytes) -> Item:
    """The item of one mail; what cannot be read of it is left out."""
    if given.format == "raw":
        entry = context.binaries.put(data, mime_type="message/rfc822", file_name=f"{uid}.eml")
        return {"json": {"uid": uid, "flags": flags}, "binary": {f"{given.prefix}0": entry}}
    mail = message_from_bytes(data, policy=default.clone(raise_on_defect=False))
    texts, files = _parts(mail)
    fields = _simple(mail, texts, uid) if given.format == "simple" else _parsed(mail, texts, uid, flags)
    item: Item = {"json": fields}
    if given.files and files:
        item["binary"] = {
            f"{given.prefix}{number}": context.binaries.put(content, mime_type=kind, file_name=name)
            for number, (content, kind, name) in enumerate(files[:MAIL_FILES_MAX])
        }
    return item


def _parts(mail: Message) -> tuple[dict[str, str], list[tuple[bytes, str, str]]]:
    """The texts by kind, and the files as content, media type and name."""
    texts: dict[str, list[str]] = {"plain": [], "html": []}
    files: list[tuple[bytes, str, str]] = []
    for part in mail.walk():
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        name = _name(part)
        if (
            part.get_content_disposition() != "attachment"
            and not name
            and kind in ("text/plain", "text/html")
        ):
            texts[kind[5:]].append(_text(content, part.get_content_charset("utf-8")))
        else:
            files.append((content, kind, name))
    return {kind: "\n".join(found) for kind, found in texts.items() if found}, files


def _name(part: Message) -> str:
    try:
        return (part.get_filename() or "").replace("/", "_").replace("\\", "_")[:255]
    except _READ:
        return ""


def _text(content: bytes, charset: str) -> str:
    try:
        return content.decode(known_encoding(charset), "replace")
    except Exception:  # an encoding that nobody knows
        return content.decode("utf-8", "replace")


def _headers(mail: Message) -> dict[str, Any]:
    """By their names in small letters; one that stands several times is a list."""
    found: dict[str, Any] = {}
    for name, value in mail.raw_items() if isinstance(mail, EmailMessage) else mail.items():
        text, key = _decoded(str(value)), name.lower()
        before = found.get(key)
        found[key] = text if before is None else [*(before if isinstance(before, list) else [before]), text]
    return found


def _decoded(value: str) -> str:
    """A header's words as they are read (RFC 2047)."""
    plain = " ".join(value.split())
    try:
        return str(make_header(decode_header(plain)))
    except _READ:
        return plain.encode("utf-8", "replace").decode("utf-8")


def _first(headers: dict[str, Any], name: str) -> str:
    value = headers.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def _simple(mail: Message, texts: dict[str, str], uid: int) -> dict[str, Any]:
    headers = _headers(mail)
    usual: dict[str, Any] = {
        name: _first(headers, name) for name in ("from", "to", "cc", "subject", "date") if name in headers
    }
    others = {name: value for name, value in headers.items() if name not in usual}
    found = {"textPlain": texts.get("plain"), "textHtml": texts.get("html")}
    return {
        **{name: text for name, text in found.items() if text is not None},
        **usual,
        "metadata": others,
        "attributes": {"uid": uid},
    }


def _parsed(mail: Message, texts: dict[str, str], uid: int, flags: list[str]) -> dict[str, Any]:
    headers = _headers(mail)
    fields: dict[str, Any] = {"uid": uid, "flags": flags, "subject": _first(headers, "subject")}
    for name, ours in {"from": "from", "to": "to", "cc": "cc", "bcc": "bcc", "reply-to": "replyTo"}.items():
        if name in headers:
            fields[ours] = _people(mail, name, _first(headers, name))
    for kind, ours in {"plain": "text", "html": "html"}.items():
        if kind in texts:
            fields[ours] = texts[kind]
    for name, ours in {
        "message-id": "messageId",
        "in-reply-to": "inReplyTo",
        "references": "references",
    }.items():
        if name in headers:
            fields[ours] = _first(headers, name)
    return {**fields, **_date(_first(headers, "date")), "headers": headers}


def _people(mail: Message, name: str, text: str) -> dict[str, Any]:
    """Addresses apart, and as they stand. They are taken apart before words are decoded, so that no
    word makes an address."""
    try:
        raw = [str(value) for key, value in _raw(mail) if key.lower() == name]
        pairs = getaddresses([" ".join(value.split()) for value in raw])
        value = [{"name": _decoded(given), "address": address} for given, address in pairs if address]
    except _READ:
        value = []
    return {"value": value, "text": text}


def _raw(mail: Message) -> Any:
    return mail.raw_items()


def _date(text: str) -> dict[str, str]:
    try:
        found = parsedate_to_datetime(text)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return {"date": aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    except (*_READ, OverflowError):
        return {}
