"""What mail.read is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.base.limits import MAILS_READ_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import CredentialRef, Parameters
from engine.steps.servers import Server, server_credential


class ImapServer(Server):
    """A mailbox."""

    credential: CredentialRef | None = server_credential("imap")
    port: int = Field(993, ge=1, le=65535, description="Its port.")
    security: Literal["tls", "startTls", "none"] = Field(
        "tls",
        description="TLS from the first byte (tls), after a word in clear (startTls), or not at all (none).",
    )
    verify: bool = Field(True, description="Verify the server's certificate; turn off only for tests.")
    caCertificate: str = Field("", description="Certificates (PEM) to trust instead of the public ones.")


class MailReadParameters(Parameters):
    """Parameters of mail.read."""

    server: ImapServer = Field(description="The server that holds the mailbox.")
    folder: str = Field("INBOX", min_length=1, max_length=500, description="The folder that is read.")
    search: str = Field(
        "UNSEEN",
        min_length=1,
        max_length=2_000,
        description="Which mails: criteria of RFC 3501, such as UNSEEN FROM ann SINCE 1-May-2026.",
    )
    max: int = Field(
        50, ge=1, le=MAILS_READ_MAX, description="No more mails than this at once; the oldest first."
    )
    markSeen: bool = Field(True, description="Whether they are marked as seen afterwards.")
    format: Literal["parsed", "simple", "raw"] = Field(
        "parsed",
        description="parsed: addresses, texts and headers apart; simple: texts and headers as they are; raw:"
        " the mail itself as a file.",
    )
    files: bool = Field(False, description="Whether attached files come along.")
    prefix: str = Field("attachment_", description="What the files' names begin with, followed by 0, 1, ...")


MANIFEST = Manifest(
    type="mail.read",
    label="Read mail",
    summary="Reads mails from a mailbox, and marks them as seen.",
    group="network",
    effect=Effect.WRITE,
    parameters=MailReadParameters,
    icon="inbox",
)
