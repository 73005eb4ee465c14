"""The door a command goes through: the local data directory, or a node elsewhere over REST."""

from __future__ import annotations

import argparse
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from engine.base.errors import InvalidInput

Json = dict[str, Any]


class Door(Protocol):
    """What both doors can do; JSON values have the shapes of REST."""

    def list_flows(self, tag: str | None, text: str | None, archived: bool) -> list[Json]: ...
    def show_flow(self, flow: str, version: str = "draft") -> Json: ...
    def definition(self, flow: str, version: str) -> str:
        """The definition as YAML."""

    def create_flow(self, definition: bytes, name: str, message: str) -> Json: ...
    def update_flow(self, flow: str, definition: bytes, revision: str, message: str) -> Json: ...
    def delete_flow(self, flow: str) -> None: ...
    def publish(self, flow: str, version: str) -> Json: ...
    def unpublish(self, flow: str) -> Json: ...
    def run_tests(self, flow: str, version: str, cases: list[str]) -> Json:
        """Run the tests of a version, or those named, behind a door that is at work."""

    def start(self, flow: str, body: Json) -> Json:
        """``body`` is that of REST's start; gives ``{"executionId", "status", "existing"}``."""

    def at_work(self) -> AbstractContextManager[Door]:
        """A door behind which a node works for the length of the block."""

    def await_rest(self, execution: str, timeout_s: float) -> None:
        """Return once it has ended, or waits for what will not come in time, or the time is over."""

    def list_executions(self, flow: str | None, status: str | None, limit: int) -> list[Json]: ...
    def show_execution(self, execution: str) -> Json: ...
    def logs(self, execution: str, after: int, limit: int) -> list[Json]:
        """Lines of entries whose sequence is above ``after``; no lines where there are no more."""

    def control(self, execution: str, verb: str, reason: str) -> Json: ...

    def search(self, text: str, kind: str | None, limit: int) -> list[Json]:
        """What a search finds, the first page."""

    def capability_uses(
        self, execution: str | None, token: str | None, allowed: bool | None, limit: int
    ) -> list[Json]:
        """What capability tokens were used for, newest first."""

    def capability_ceilings(self) -> Json:
        """What the policy lets steps ask for."""

    def put_capability_ceilings(self, ceilings: list[Json]) -> None:
        """A new revision of the policy with these ceilings."""

    def revoke_capability(self, token: str, reason: str) -> None: ...

    def violations(self, flow: str | None, code: str | None, limit: int) -> list[Json]:
        """The times that guest code crossed a limit of the sandbox, newest first."""

    def quarantine(self) -> list[Json]: ...
    def lift_quarantine(self, subject: str) -> Json: ...
    def health(self) -> Json: ...
    def metrics(self) -> str:
        """All measures in Prometheus' text format."""

    def nodes(self) -> list[Json]: ...
    def subnets(self) -> list[Json]: ...

    def hint(self) -> str:
        """What to tell after work was left to a node; empty where one is at work."""


def open_door(args: argparse.Namespace) -> Door:
    """The remote door where a URL is given (``--url``, ``QFLOW_URL``), else the local one."""
    if url := url_of(args):
        from engine.cli.remote_door import RemoteDoor

        return RemoteDoor(url, token_of(args))
    from engine.cli.boot import local_actor, open_world

    world = open_world(args)
    from engine.cli.local_door import LocalDoor

    return LocalDoor(world, local_actor(args))


def url_of(args: argparse.Namespace) -> str:
    """The node that the command talks to; empty for the data directory."""
    return str(args.url or os.environ.get("QFLOW_URL") or "")


def token_of(args: argparse.Namespace) -> str:
    """The bearer token for that node; empty for none."""
    if args.token or os.environ.get("QFLOW_TOKEN"):
        return str(args.token or os.environ["QFLOW_TOKEN"])
    path = os.environ.get("QFLOW_TOKEN_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidInput(f"QFLOW_TOKEN_FILE: cannot read {path}: {error.strerror}") from error
