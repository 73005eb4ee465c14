"""What mail.send is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from engine.base.limits import MAIL_FILES_MAX, MAIL_TEXT_CHARACTERS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import CredentialRef, Parameters
from engine.steps.servers import Server, server_credential


class SmtpServer(Server):
    """A server that sends mail."""

    credential: CredentialRef | None = server_credential("smtp")
    port: int = Field(465, ge=1, le=65535, description="Its port.")
    security: Literal["tls", "startTls", "offered", "none"] = Field(
        "tls",
        description="TLS from the first byte (tls), after a word in clear (startTls), so where the server"
        " offers it (offered), or not at all (none).",
    )
    verify: bool = Field(True, description="Verify the server's certificate; turn off only for tests.")
    caCertificate: str = Field("", description="Certificates (PEM) to trust instead of the public ones.")
    greeting: str = Field(
        "localhost", pattern=r"^[A-Za-z0-9.\[\]:-]{1,255}$", description="The name by which it is greeted."
    )


class MailSendParameters(Parameters):
    """Parameters of mail.send."""

    server: SmtpServer = Field(description="The server that sends the mail.")
    sender: str = Field(description="Who sends it: ann@example.com or Ann <ann@example.com>.")
    to: list[str] | str = Field(description="Who gets it: addresses in a list, or in a text with commas.")
    cc: list[str] | str = Field("", description="Who gets a copy.")
    bcc: list[str] | str = Field("", description="Who gets a copy that the others do not see.")
    replyTo: list[str] | str = Field("", description="Where answers go.")
    subject: str = Field("", description="The subject.")
    text: str = Field("", max_length=MAIL_TEXT_CHARACTERS_MAX, description="The text, plain.")
    html: str = Field(
        "", max_length=MAIL_TEXT_CHARACTERS_MAX, description="The text as HTML; beside text, or alone."
    )
    attachments: list[str] = Field(
        default_factory=list,
        max_length=MAIL_FILES_MAX,
        description="Names of the item's files that go along, also in a text with commas; HTML may show one "
        "as cid:NAME.",
    )

    @field_validator("attachments", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        """Names in a text, without spaces around them."""
        return (
            [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value
        )


MANIFEST = Manifest(
    type="mail.send",
    label="Send mail",
    summary="Sends a mail for each item.",
    group="network",
    effect=Effect.WRITE,
    parameters=MailSendParameters,
    icon="mail",
)
