"""zip and gzip, bounded by the bytes that really come out."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import RawIOBase
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from engine.base.errors import PayloadTooLarge, StepFailure
from engine.base.limits import ARCHIVE_BYTES_MAX, ARCHIVE_FILES_MAX
from engine.steps.file_paths import name_of

_STAMP = (1980, 1, 1, 0, 0, 0)
_PART = 1024 * 1024


class Budget:
    """The bytes that may still come out of the archives of one run."""

    def __init__(self) -> None:
        self.left = ARCHIVE_BYTES_MAX

    def stream(self, source: IO[bytes]) -> BinaryIO:
        """The source, as far as the budget reaches."""
        return cast(BinaryIO, _Metered(source, self))


class _Metered(RawIOBase):
    def __init__(self, source: IO[bytes], budget: Budget) -> None:
        self._source, self._budget = source, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._source.read(min(len(buffer), _PART))
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError) as error:
            raise StepFailure(f"the archive is damaged: {error}") from error
        self._budget.left -= len(data)
        if self._budget.left < 0:
            raise PayloadTooLarge(f"the archive unpacks to more than {ARCHIVE_BYTES_MAX} bytes")
        buffer[: len(data)] = data
        return len(data)


def unpacked(stream: BinaryIO, name: str, budget: Budget) -> Iterator[tuple[str, BinaryIO]]:
    """Name and stream of each file; raises :class:`StepFailure` for what is no zip or gzip."""
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        plain = _plain_name(name)
        with gzip.GzipFile(fileobj=stream) as source:
            yield plain, budget.stream(cast(IO[bytes], source))
        return
    yield from _unzipped(stream, budget)


def _plain_name(name: str) -> str:
    """A gzip file's name without its ending; where nothing else tells what it is, it is taken for text."""
    stem = name.removesuffix(".gz").removesuffix(".gzip") or "file"
    return stem if "." in stem else f"{stem}.txt"


def _unzipped(stream: BinaryIO, budget: Budget) -> Iterator[tuple[str, BinaryIO]]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise StepFailure("the file is neither zip nor gzip") from error
    with archive:
        parts = [part for part in archive.infolist() if not part.is_dir() and "__MACOSX" not in part.filename]
        if len(parts) > ARCHIVE_FILES_MAX:
            raise StepFailure(f"the archive holds more than {ARCHIVE_FILES_MAX} files")
        for part in parts:
            try:
                source = archive.open(part)
            except (RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
                raise StepFailure(f"{part.filename[:200]!r} cannot be unpacked: {error}") from error
            with source:
                yield name_of(part.filename) or "file", budget.stream(source)


def zipped(files: Sequence[tuple[str, BinaryIO]]) -> BinaryIO:
    """An archive of the files, in a temporary file; the same files give the same bytes."""
    held = cast(BinaryIO, TemporaryFile())  # noqa: SIM115
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, stream in files:
            part = zipfile.ZipInfo(name, _STAMP)
            part.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(part, "w", force_zip64=True) as target:
                while data := stream.read(_PART):
                    target.write(data)
    held.seek(0)
    return held


def gzipped(stream: BinaryIO) -> BinaryIO:
    """The stream packed, in a temporary file."""
    held = cast(BinaryIO, TemporaryFile())  # noqa: SIM115
    with gzip.GzipFile(fileobj=held, mode="wb", mtime=0) as target:
        while data := stream.read(_PART):
            target.write(data)
    held.seek(0)
    return held
