"""Nodes that take their subnets' signed policies from elsewhere, as the file of ``QFLOW_DAO_SOURCES`` says::

    {"sources": {"acme": {"url": "https://node.example", "token": "...", "everySeconds": 15}}}

What is fetched goes on from what is in force here, or is refused: the other node need not be trusted, and can
keep nothing from this one for longer than until its policy expires. The first policy of a subnet is taken in
by an administrator, who thereby says which DAO it is.
"""

from __future__ import annotations

import logging
import threading
from base64 import b64decode
from pathlib import Path
from typing import Annotated

from django.db import connections
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from engine.api import InvalidInput, Principal, QflowError, World
from engine.api.governing import SignedPolicy, policy_in_force, problems_of, take_chain
from engine.settings import current
from governance.domain.limits import SOURCES_BYTES_MAX
from governance.elsewhere import Elsewhere, segment
from governance.house import NODE

log = logging.getLogger("qflow.governance")

_FORM = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True, hide_input_in_errors=True)


class Source(BaseModel):
    """Where the policies of a subnet come from."""

    model_config = _FORM
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    token: SecretStr
    every_seconds: Annotated[int, Field(ge=1, le=86_400)] = 15


class Sources(BaseModel):
    """The file."""

    model_config = _FORM
    sources: dict[str, Source]


def sources(path: Path | None) -> dict[str, Source]:
    """The sources by subnet; none without a file. Raises :class:`InvalidInput` without any token in it."""
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            text = file.read(SOURCES_BYTES_MAX + 1)
        if len(text) > SOURCES_BYTES_MAX:
            raise InvalidInput(f"the file of QFLOW_DAO_SOURCES has more than {SOURCES_BYTES_MAX} bytes")
        return Sources.model_validate_json(text).sources
    except OSError as error:
        raise InvalidInput(f"the file of QFLOW_DAO_SOURCES cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise InvalidInput(
            "the file of QFLOW_DAO_SOURCES is not valid", problems_of(error, Sources, "sources")
        ) from None


def fetch_policies(world: World, actor: Principal, node: Elsewhere, cid: str = "") -> list[SignedPolicy]:
    """Take in what another node has of the policies of the actor's subnet beyond what is here; gives what was
    adopted. Raises what :func:`take_chain` raises."""
    before = policy_in_force(world, actor.subnet)
    path = f"/dao/{segment(actor.subnet)}/policy/chain"
    answer = node.get(path, after=before.version - 1 if before else 0)
    try:
        chain = [b64decode(one, validate=True) for one in answer["policies"]]
    except (TypeError, KeyError, ValueError) as error:
        raise InvalidInput(f"{node.url} does not give signed policies in base64") from error
    return take_chain(world, actor, chain, cid)


class Following:
    """Pulls in a thread of its own, so that a slow node elsewhere keeps no sweep waiting."""

    def __init__(self) -> None:
        self._due_us: dict[str, int] = {}
        self._busy = threading.Lock()

    def sweep(self, world: World) -> None:
        """What the keeper does: begin what is due, unless something is under way."""
        due = self._due(world)
        if due and self._busy.acquire(blocking=False):
            threading.Thread(target=self._pull, args=(world, due), name="qflow-pull", daemon=True).start()

    def _due(self, world: World) -> dict[str, Source]:
        try:
            known = sources(current().dao_sources)
        except InvalidInput as error:
            log.error("%s", error)
            return {}
        now_us = world.clock.monotonic_us()
        due = {name: one for name, one in known.items() if now_us >= self._due_us.get(name, 0)}
        for name, one in due.items():
            self._due_us[name] = now_us + self.every_s(one) * 1_000_000
        return due

    def _pull(self, world: World, due: dict[str, Source]) -> None:
        try:
            for subnet, source in due.items():
                self.visit(world, subnet, source)
        finally:
            connections.close_all()  # those of this thread
            self._busy.release()

    def every_s(self, source: Source) -> int:
        """Seconds between two visits."""
        return source.every_seconds

    def visit(self, world: World, subnet: str, source: Source) -> None:
        """What is done at a node; raises nothing."""
        pull(world, subnet, source)


def pull(world: World, subnet: str, source: Source) -> list[SignedPolicy]:
    """Fetch what is new of one subnet; what goes wrong is told in the node's log, and tried again later."""
    try:
        if policy_in_force(world, subnet) is None:
            log.warning("subnet %s has no policy yet; take the first one: qflow dao policy fetch", subnet)
            return []
        actor = Principal(NODE, "node", subnet, frozenset({"admin"}))
        return fetch_policies(world, actor, Elsewhere(source.url, source.token.get_secret_value()))
    except QflowError as error:
        log.error("the policy of subnet %s was not taken from %s: %s", subnet, source.url, error)
        return []
    except Exception:
        log.exception("the policy of subnet %s was not taken from %s", subnet, source.url)
        return []


FOLLOWING = Following()
