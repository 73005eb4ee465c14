"""Mail as it is sent (RFC 5322, MIME)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, getaddresses

from engine.base.errors import InvalidInput, PayloadTooLarge
from engine.base.limits import MAIL_BYTES_MAX, MAIL_RECIPIENTS_MAX
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.connecting import listed
from engine.steps.files import file_bytes, file_entry
from engine.steps.mail_send.manifest import MailSendParameters

_CID = re.compile(r"[\w.-]{1,64}\Z", re.A)
"""Names of files that HTML can show by ``cid:NAME`` (RFC 2392)."""


class Letter:
    """A mail, who sends it, and everybody who gets it, hidden ones included."""

    def __init__(self, context: StepContext, given: MailSendParameters, item: Item, index: int) -> None:
        self.message = EmailMessage(policy=SMTP)
        (self.sender,) = self._addressed("From", given.sender, 1)
        self.recipients = list(
            dict.fromkeys(
                [
                    *self._addressed("To", given.to),
                    *self._addressed("Cc", given.cc),
                    *_addresses("bcc", given.bcc),
                ]
            )
        )
        if not 0 < len(self.recipients) <= MAIL_RECIPIENTS_MAX:
            raise InvalidInput(f"a mail goes to between 1 and {MAIL_RECIPIENTS_MAX} addresses")
        self._addressed("Reply-To", given.replyTo)
        self._head(context, given, index)
        self._text(given)
        self._files(context, given, item)

    def _addressed(self, header: str, written: str | list[str], most: int = MAIL_RECIPIENTS_MAX) -> list[str]:
        found = _pairs(header, written)
        if header == "From" and len(found) != most:
            raise InvalidInput("sender must be one address")
        if found:
            self.message[header] = ", ".join(formataddr(pair) for pair in found)
        return [address for _, address in found]

    def _head(self, context: StepContext, given: MailSendParameters, index: int) -> None:
        """The id is that of the run, so that a mail sent twice is known for one."""
        if any(ord(letter) < 32 for letter in given.subject):
            raise InvalidInput("subject holds a line break or another control character")
        self.message["Subject"] = given.subject
        self.message["Date"] = format_datetime(datetime.fromtimestamp(context.now_us // 1_000_000, UTC))
        domain = self.sender.rpartition("@")[2]
        self.id = f"<{context.idempotency_key}.{index}@{domain}>"
        self.message["Message-ID"] = self.id

    def _text(self, given: MailSendParameters) -> None:
        if given.text or not given.html:
            self.message.set_content(given.text)
            if given.html:
                self.message.add_alternative(given.html, subtype="html")
        else:
            self.message.set_content(given.html, subtype="html")

    def _files(self, context: StepContext, given: MailSendParameters, item: Item) -> None:
        left = MAIL_BYTES_MAX
        for name in given.attachments:
            entry = file_entry(item, name)
            data = file_bytes(context, entry, left)
            left -= len(data)
            kind, _, part = str(entry.get("mimeType") or "application/octet-stream").partition("/")
            if kind in ("message", "multipart") or not part:
                kind, part = "application", "octet-stream"
            called = "".join(letter for letter in str(entry.get("fileName") or name) if ord(letter) >= 32)
            cid = f"<{name}>" if _CID.match(name) else None
            self.message.add_attachment(data, maintype=kind, subtype=part, filename=called, cid=cid)

    def bytes(self) -> bytes:
        """The whole of it; raises :class:`PayloadTooLarge`."""
        data = self.message.as_bytes()
        if len(data) > MAIL_BYTES_MAX * 2:
            raise PayloadTooLarge(f"the mail has more than {MAIL_BYTES_MAX * 2} bytes")
        return data


def _addresses(name: str, written: str | list[str]) -> list[str]:
    return [address for _, address in _pairs(name, written)]


def _pairs(name: str, written: str | list[str]) -> list[tuple[str, str]]:
    """Names and addresses; raises :class:`InvalidInput` for what is none."""
    text = written if isinstance(written, str) else ", ".join(written)
    if any(ord(letter) < 32 for letter in text):
        raise InvalidInput(f"{name}: an address holds a line break or another control character")
    found = getaddresses([text]) if listed(text) else []
    for _, address in found:
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or not address.isascii() or any(one in address for one in " <>,;\\"):
            raise InvalidInput(f"{name}: {address[:80]!r} is no address such as ann@example.com")
    return found
