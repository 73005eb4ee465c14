"""executeCommand, ssh and ftp: commands and files of machines."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import code, inner
from n8n_import.names import chosen
from n8n_import.servers import login
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

SHELL = "/bin/sh"


def translate_command(node: Node, context: Context) -> Draft:
    """n8n hands the command to a shell."""
    context.differs(
        f"it runs only where the policy names {SHELL}, with an empty environment and in an empty folder",
        "commands",
    )
    command = context.param("command", "")
    once = node.param("executeOnce", True) is not False
    return Draft("command.execute", {"path": SHELL, "arguments": ["-c", command], "once": once})


def translate_ssh(node: Node, context: Context) -> Draft:
    """By resource: a command, or a file."""
    context.note("the key of the machine has to be filled in (hostKey)", "commands")
    kind = "sshPrivateKey" if chosen(node, "authentication", "password") == "privateKey" else "sshPassword"
    server = login(context, kind)
    if chosen(node, "resource", "command") == "command":
        folder = context.param("cwd", "/") or "/"
        return Draft(
            "ssh.command", {"server": server, "command": context.param("command", ""), "folder": folder}
        )
    operation = chosen(node, "operation", "upload")
    if operation not in ("upload", "download"):
        raise Unsupported(f"there is no operation {operation!r} for files")
    parameters: Json = {
        "server": server,
        "operation": operation,
        "property": context.param("binaryPropertyName") or "data",
        "path": _inside(node) if operation == "upload" else context.param("path", ""),
    }
    if operation == "download":
        context.ignores("options.fileName")
    return Draft("server.files", parameters)


def _inside(node: Node) -> Any:
    """Where an upload goes: n8n names the folder, the file keeps its name."""
    folder, name = inner(node.param("path", "")), inner(node.param("options.fileName", ""))
    file = inner(f"={{{{ $binary[{inner(node.param('binaryPropertyName', 'data'))}].fileName }}}}")
    return code(f'String({folder}).replace(/\\/?$/, "/") + ({name} || {file})')


def translate_ftp(node: Node, context: Context) -> Draft:
    """By operation; the protocol is FTP by default."""
    protocol = chosen(node, "protocol", "ftp")
    if protocol == "sftp":
        context.note("the key of the machine has to be filled in (hostKey)", "commands")
    operation = chosen(node, "operation", "download")
    parameters: Json = {
        "protocol": protocol,
        "server": login(context, protocol),
        "operation": operation,
        "path": context.param("oldPath" if operation == "rename" else "path", ""),
    }
    if operation == "list":
        context.differs("owner, group and rights are told as far as the server tells them", "commands")
        return Draft("server.files", {**parameters, "recursive": context.param("recursive", False)})
    if operation == "delete":
        names = ("folder", "recursive")
        return Draft("server.files", {**parameters, **{name: _option(context, name) for name in names}})
    if operation == "rename":
        more = {"to": context.param("newPath", ""), "makeFolders": _option(context, "createDirectories")}
        return Draft("server.files", {**parameters, **more})
    if operation not in ("upload", "download"):
        raise Unsupported(f"there is no operation {operation!r} for files")
    if operation == "upload" and node.param("binaryData", True) is False:
        return Draft("server.files", {**parameters, "text": context.param("fileContent", "")})
    return Draft("server.files", {**parameters, "property": context.param("binaryPropertyName") or "data"})


def _option(context: Context, name: str) -> Any:
    return context.param(f"options.{name}", False)


NODES = (
    NodeType("n8n-nodes-base.executeCommand", (1,), translate_command, "command.execute"),
    NodeType("n8n-nodes-base.ssh", (1,), translate_ssh, "ssh.command"),
    NodeType("n8n-nodes-base.ftp", (1,), translate_ftp, "server.files"),
)
