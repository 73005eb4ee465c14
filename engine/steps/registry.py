"""The registry: every step type by name, loaded when it is first used."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path

from engine.base.errors import Problem, UnknownObject
from engine.ports.credentials import CredentialType
from engine.ports.step_catalogue import StepType

TYPES: dict[str, str] = {
    "trigger.manual": "engine.steps.trigger_manual.step",
    "trigger.webhook": "engine.steps.trigger_webhook.step",
    "trigger.form": "engine.steps.trigger_form.step",
    "trigger.schedule": "engine.steps.trigger_schedule.step",
    "trigger.event": "engine.steps.trigger_event.step",
    "trigger.subflow": "engine.steps.trigger_subflow.step",
    "trigger.error": "engine.steps.trigger_error.step",
    "logic.condition": "engine.steps.logic_condition.step",
    "logic.switch": "engine.steps.logic_switch.step",
    "logic.filter": "engine.steps.logic_filter.step",
    "logic.merge": "engine.steps.logic_merge.step",
    "logic.parallel": "engine.steps.logic_parallel.step",
    "logic.loop": "engine.steps.logic_loop.step",
    "flow.wait": "engine.steps.flow_wait.step",
    "form.page": "engine.steps.form_page.step",
    "flow.approval": "engine.steps.flow_approval.step",
    "flow.call": "engine.steps.flow_call.step",
    "flow.stop": "engine.steps.flow_stop.step",
    "flow.noop": "engine.steps.flow_noop.step",
    "execution.data": "engine.steps.execution_data.step",
    "flow.unsupported": "engine.steps.flow_unsupported.step",
    "command.execute": "engine.steps.command_execute.step",
    "webhook.respond": "engine.steps.webhook_respond.step",
    "http.request": "engine.steps.http_request.step",
    "graphql.request": "engine.steps.graphql_request.step",
    "mail.send": "engine.steps.mail_send.step",
    "mail.read": "engine.steps.mail_read.step",
    "ssh.command": "engine.steps.ssh_command.step",
    "server.files": "engine.steps.server_files.step",
    "chart.image": "engine.steps.chart_image.step",
    "data.sample": "engine.steps.data_sample.step",
    "data.set": "engine.steps.data_set.step",
    "data.split": "engine.steps.data_split.step",
    "data.aggregate": "engine.steps.data_aggregate.step",
    "data.summarize": "engine.steps.data_summarize.step",
    "data.sort": "engine.steps.data_sort.step",
    "data.limit": "engine.steps.data_limit.step",
    "data.deduplicate": "engine.steps.data_deduplicate.step",
    "data.unseen": "engine.steps.data_unseen.step",
    "data.rename": "engine.steps.data_rename.step",
    "data.compare": "engine.steps.data_compare.step",
    "data.date": "engine.steps.data_date.step",
    "data.html": "engine.steps.data_html.step",
    "data.markdown": "engine.steps.data_markdown.step",
    "data.crypto": "engine.steps.data_crypto.step",
    "data.jwt": "engine.steps.data_jwt.step",
    "data.totp": "engine.steps.data_totp.step",
    "data.random": "engine.steps.data_random.step",
    "data.feed": "engine.steps.data_feed.step",
    "data.xml": "engine.steps.data_xml.step",
    "file.read": "engine.steps.file_read.step",
    "file.write": "engine.steps.file_write.step",
    "file.create": "engine.steps.file_create.step",
    "file.extract": "engine.steps.file_extract.step",
    "file.archive": "engine.steps.file_archive.step",
    "file.calendar": "engine.steps.file_calendar.step",
    "image.edit": "engine.steps.image_edit.step",
    "code.javascript": "engine.steps.code_javascript.step",
    "code.python": "engine.steps.code_python.step",
    "wasm.execute": "engine.steps.wasm_execute.step",
    "wasm.load": "engine.steps.wasm_load.step",
    "wasm.streaming": "engine.steps.wasm_streaming.step",
}
"""Type name to the module that holds it, in the order of the palette."""

ALIASES: dict[str, str] = {
    "condition": "logic.condition",
    "parallel": "logic.parallel",
    "event-trigger": "trigger.event",
    "network_request": "http.request",
    "wait": "flow.wait",
    "wasm_execute": "wasm.execute",
    "wasm_load": "wasm.load",
    "wasm_streaming": "wasm.streaming",
}
"""Names that the formats use for a type. Only what means the same stands here; the manifests
repeat it, so that the table can be read without loading them."""


class Registry:
    """The :class:`StepCatalogue` of this node."""

    def get(self, type_name: str) -> StepType:
        """The step type; raises :class:`UnknownObject` naming the nearest known one."""
        module = TYPES.get(type_name)
        if module is None:
            raise _unknown(type_name)
        return _load(type_name, module)

    def names(self) -> Iterable[str]:
        """All type names, in the order of the palette."""
        return tuple(TYPES)

    def resolve_alias(self, name: str) -> str | None:
        """The type that a format's own name stands for, or None."""
        return ALIASES.get(name)

    def credential_type(self, name: str) -> CredentialType:
        """See :meth:`StepCatalogue.credential_type`."""
        from engine.steps.credential_types import credential_type

        return credential_type(name)

    def credential_types(self) -> Iterable[CredentialType]:
        """See :meth:`StepCatalogue.credential_types`."""
        from engine.steps.credential_types import CREDENTIAL_TYPES

        return tuple(CREDENTIAL_TYPES.values())

    def help(self, type_name: str) -> str:
        """The help page of a type for people, in Markdown; raises :class:`UnknownObject`."""
        self.get(type_name)
        return folder_of(type_name).joinpath("help.md").read_text(encoding="utf-8")


def folder_of(type_name: str) -> Path:
    """The folder of a step type: its name with ``_`` for ``.``."""
    return Path(__file__).parent / type_name.replace(".", "_")


@cache
def _load(type_name: str, module_name: str) -> StepType:
    """The one class of the module whose manifest bears the name, made once."""
    module = import_module(module_name)
    for found in vars(module).values():
        if not isinstance(found, type) or not issubclass(found, StepType):
            continue
        manifest = getattr(found, "manifest", None)
        if found.__module__ == module_name and manifest is not None and manifest.type == type_name:
            return found()
    raise LookupError(f"{module_name} holds no step type {type_name!r}")


def _unknown(type_name: str) -> UnknownObject:
    near = get_close_matches(type_name, [*TYPES, *ALIASES], 1)
    target = ALIASES.get(near[0], near[0]) if near else None
    hint = f"did you mean {target!r}?" if target else f"known types: {', '.join(TYPES)}"
    message = f"there is no step type {type_name!r}; {hint}"
    return UnknownObject(message, [Problem("type", message, "unknown_step_type", hint=hint)])
