"""How server.files runs: one session for each item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import Any

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.connecting import line
from engine.steps.files import file_entry, with_file
from engine.steps.item_errors import each_item
from engine.steps.server_files.entries import Bounded, Session, make_folders, remove_all, walk
from engine.steps.server_files.ftp import ftp_session
from engine.steps.server_files.manifest import MANIFEST, ServerFilesParameters
from engine.steps.server_files.sftp import sftp_session
from engine.steps.servers import filled

_IN_MEMORY = 4 * 1024 * 1024


class ServerFilesStep(StepType):
    """Gives an item for each entry of a list, else one for each that comes in."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Listing and downloading read."""
        return (
            Effect.READ if parameters.get("operation", "download") in ("list", "download") else Effect.WRITE
        )

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`EgressDenied`, :class:`NetworkFailure`, and :class:`StepFailure` for a refusal."""

        def work(item: Item, index: int) -> list[Item]:
            given: ServerFilesParameters = context.parameters(index)
            with _session(context, given) as session:
                return _ACTS[given.operation](context, session, given, item)

        return StepResult({MAIN: each_item(context, work)})


@contextmanager
def _session(context: StepContext, given: ServerFilesParameters) -> Iterator[Session]:
    kinds = ("sftp", "sshPassword", "sshPrivateKey") if given.protocol == "sftp" else ("ftp",)
    server = filled(context, given.server, kinds)
    with line(context, server.host) as wire:
        if given.protocol == "sftp":
            with sftp_session(wire, server) as session:
                yield session
        else:
            with ftp_session(wire, server, tls=given.protocol == "ftps") as session:
                yield session


def _list(_: StepContext, session: Session, given: ServerFilesParameters, __: Item) -> list[Item]:
    return [{"json": dict(entry)} for entry in walk(session, given.path, deep=given.recursive)]


def _download(context: StepContext, session: Session, given: ServerFilesParameters, item: Item) -> list[Item]:
    with SpooledTemporaryFile(_IN_MEMORY) as held:
        session.fetch(given.path, Bounded(held, context.limits.binary_bytes_max))  # type: ignore[arg-type]
        held.seek(0)
        entry = context.binaries.put(held, file_name=PurePosixPath(given.path).name)  # type: ignore[arg-type]
    kept = {key: value for key, value in item.items() if key != "pairedItem"}
    return [with_file(kept, given.property, entry)]


def _upload(context: StepContext, session: Session, given: ServerFilesParameters, item: Item) -> list[Item]:
    if given.makeFolders:
        make_folders(session, given.path)
    if given.text is not None:
        session.send(given.path, BytesIO(given.text.encode("utf-8", "replace")))
    else:
        with context.binaries.open(file_entry(item, given.property)) as data:
            session.send(given.path, data)
    return _done(item)


def _delete(_: StepContext, session: Session, given: ServerFilesParameters, item: Item) -> list[Item]:
    if not given.folder:
        session.remove(given.path)
    elif given.recursive:
        remove_all(session, given.path)
    else:
        session.remove_folder(given.path)
    return _done(item)


def _rename(_: StepContext, session: Session, given: ServerFilesParameters, item: Item) -> list[Item]:
    if not given.to:
        raise InvalidInput("to: the new path is missing")
    if given.makeFolders:
        make_folders(session, given.to)
    session.rename(given.path, given.to)
    return _done(item)


def _done(item: Item) -> list[Item]:
    found: Item = {"json": {"success": True}}
    return [{**found, "binary": item["binary"]} if item.get("binary") else found]


_ACTS: dict[str, Callable[[StepContext, Session, ServerFilesParameters, Item], list[Item]]] = {
    "list": _list,
    "download": _download,
    "upload": _upload,
    "delete": _delete,
    "rename": _rename,
}
