"""What server.files is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import CredentialRef, Parameters
from engine.steps.servers import server_credential
from engine.steps.ssh_login import SshServer


class FileServer(SshServer):
    """A machine with files; keys are for SFTP, certificates for FTP with TLS."""

    credential: CredentialRef | None = server_credential("sftp", "sshPassword", "sshPrivateKey", "ftp")
    port: int = Field(0, ge=0, le=65535, description="Its port; 0: 22 for SFTP, else 21.")
    verify: bool = Field(True, description="Verify the server's certificate; turn off only for tests.")
    caCertificate: str = Field("", description="Certificates (PEM) to trust instead of the public ones.")


class ServerFilesParameters(Parameters):
    """Parameters of server.files."""

    protocol: Literal["sftp", "ftps", "ftp"] = Field(
        "sftp", description="SFTP, FTP with TLS (AUTH TLS), or FTP, which sends password and files in clear."
    )
    server: FileServer = Field(description="The machine.")
    operation: Literal["list", "download", "upload", "delete", "rename"] = Field(
        "download", description="What is done."
    )
    path: str = Field(max_length=4_096, description="The file or folder on that machine.")
    to: str = Field("", max_length=4_096, description="For rename: the new path.")
    property: str = Field("data", min_length=1, description="Name of the item's file that is sent or comes.")
    text: str | None = Field(None, description="For upload: text that is sent instead of a file.")
    recursive: bool = Field(False, description="For list and delete: with all that is below a folder.")
    folder: bool = Field(False, description="For delete: whether the path is a folder.")
    makeFolders: bool = Field(False, description="For upload and rename: whether missing folders are made.")


MANIFEST = Manifest(
    type="server.files",
    label="Files on a server",
    summary="Lists, fetches, sends, deletes and renames files on another machine (SFTP, FTP).",
    group="network",
    effect=Effect.WRITE,
    parameters=ServerFilesParameters,
    icon="folder",
)
