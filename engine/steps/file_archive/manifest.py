"""What file.archive is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class FileArchiveParameters(Parameters):
    """Parameters of file.archive."""

    operation: Literal["pack", "unpack"] = Field("unpack", description="Which way.")
    format: Literal["zip", "gzip"] = Field("zip", description="For pack: one archive, or each file alone.")
    name: Literal["kept", "stem"] = Field(
        "kept", description="For pack to gzip: x.txt becomes x.txt.gz, or x.gzip."
    )
    single: bool = Field(False, description="For pack to gzip: into and fileName name the one archive.")
    properties: list[str] = Field(["data"], min_length=1, description="Names of the item's files.")
    into: str = Field("data", min_length=1, description="For pack to zip: name of the archive in the item.")
    fileName: str = Field("archive.zip", description="For pack to zip: its file name.")
    prefix: str = Field(
        "file_", description="For unpack, and pack to gzip: files are named so, and counted from 0."
    )


MANIFEST = Manifest(
    type="file.archive",
    label="Archive",
    summary="Packs files into zip or gzip, and unpacks them.",
    group="data",
    effect=Effect.PURE,
    parameters=FileArchiveParameters,
    icon="archive",
)
