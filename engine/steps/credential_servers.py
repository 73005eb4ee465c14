"""Credentials of servers that name the server themselves."""

from __future__ import annotations

from pydantic import Field

from engine.steps.credential_fields import Fields, hidden, shown


class _Server(Fields):
    host: str = Field(min_length=1, max_length=253, description="The server's name or address.")


class Mail(_Server):
    """A mail server."""

    user: str = shown("User name.")
    password: str = hidden("Password.")
    port: int = Field(465, ge=1, le=65535, description="Port.")
    secure: bool = Field(True, description="TLS from the first byte on.")


class Smtp(Mail):
    """A server that sends mail."""

    disableStartTls: bool = Field(False, description="Do not switch to TLS (STARTTLS) either.")
    hostName: str = shown("The name this client greets with, where the server wants a certain one.")


class Imap(Mail):
    """A mailbox."""

    port: int = Field(993, ge=1, le=65535, description="Port.")
    allowUnauthorizedCerts: bool = Field(False, description="Do not verify the server's certificate.")


class Ftp(_Server):
    """A file server (FTP)."""

    port: int = Field(21, ge=1, le=65535, description="Port.")
    username: str = shown("User name.")
    password: str = hidden("Password.")


class SshPassword(_Server):
    """A machine that is reached with a password (SSH)."""

    port: int = Field(22, ge=1, le=65535, description="Port.")
    username: str = shown("User name.")
    password: str = hidden("Password.")


class SshKey(_Server):
    """A machine that is reached with a private key (SSH)."""

    port: int = Field(22, ge=1, le=65535, description="Port.")
    username: str = shown("User name.")
    privateKey: str = hidden("The private key, as OpenSSH or PEM.", lines=True)
    passphrase: str = hidden("Passphrase of the private key, where it has one.")


class Sftp(SshKey):
    """A file server (SFTP): a password, or a private key."""

    password: str = hidden("Password.")
