"""The peers, and a virtual environment for each that is built once and kept."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

INSTALL_S = 900.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A system that does the job: the module that does it there, and the packages it needs.

    Without packages it runs in the environment of this process: that is Qflow.
    """

    name: str
    module: str
    packages: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


PEERS = {
    peer.name: peer
    for peer in (
        Peer("qflow", "qflow_job", env={"QFLOW_SQLITE_SYNCHRONOUS": "NORMAL"}),
        Peer("qflow-full", "qflow_job", env={"QFLOW_SQLITE_SYNCHRONOUS": "FULL"}),
        Peer("dbos", "dbos_job", ("dbos==3.4.0",)),
        Peer("prefect", "prefect_job", ("prefect==3.8.8", "fastapi<0.140")),
        Peer("celery", "celery_job", ("celery[redis]==5.7.0",)),
    )
}
"""Prefect 3.8.8 does not start with a FastAPI from 0.140 on, though it declares that it does."""


class BuildFailed(RuntimeError):
    """A peer's packages could not be installed; the message holds what pip said."""


def python_of(peer: Peer, folder: Path) -> str:
    """The interpreter of a peer's environment, which is built where it is missing or outdated."""
    if not peer.packages:
        return sys.executable
    home = folder / peer.name
    python, marker = home / "bin" / "python", home / "packages.json"
    if not marker.exists() or json.loads(marker.read_text()) != list(peer.packages):
        print(f"building the environment of {peer.name}: {' '.join(peer.packages)}", file=sys.stderr)
        venv.create(home, clear=True, with_pip=True)
        _install(python, peer.packages)
        marker.write_text(json.dumps(peer.packages))
    return str(python)


def _install(python: Path, packages: tuple[str, ...]) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", *packages]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode:
        raise BuildFailed(f"pip install {' '.join(packages)}\n{done.stderr[-1500:]}")
