"""Tell which steps name credentials that are not ready, before a flow runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import Problem
from engine.flow.credentials import credentials_in
from engine.ports.access_store import Principal
from engine.ports.credentials import CredentialKey
from engine.usecases.manage_credentials import CredentialView, list_credentials
from engine.usecases.world import World

HINT = "open the step to do it, or the page Credentials"


def credential_problems(world: World, actor: Principal, steps: Sequence[Any]) -> list[Problem]:
    """A warning for each credential that a step names and that cannot be used yet; ``steps`` are those of a
    definition, which may be wrong in any way. An execution with such a step fails at it."""
    named = [(place, CredentialKey(*key)) for place, step in enumerate(steps) for key in _named(step)]
    if not named:
        return []
    known = {view.record.key: view for view in list_credentials(world, actor, usage=False)}
    return [
        Problem(f"steps[{place}]", told, "credential_not_ready", hint=HINT, severity="warning")
        for place, key in named
        if (told := _told(key, known.get(key)))
    ]


def _named(step: Any) -> list[tuple[str, str]]:
    return credentials_in(step.get("params")) if isinstance(step, Mapping) else []


def _told(key: CredentialKey, view: CredentialView | None) -> str:
    if view is None or not view.record.filled:
        return f"the credential {key} is not filled in yet"
    return f"the credential {key} is not connected yet" if view.consent == "needed" else ""
