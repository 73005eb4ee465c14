"""The Python door to what a subnet gives its flows: credentials, with the consent that some of them need, and
variables."""

from __future__ import annotations

from engine.base.errors import CapabilityDenied, EgressDenied
from engine.base.limits import VARIABLE_CHARACTERS_MAX, VARIABLE_NAME_CHARACTERS_MAX
from engine.ports.credentials import CredentialKey, CredentialRecord, CredentialType
from engine.ports.variables import Variable
from engine.usecases.call_credential import CredentialVerdict, call_credential
from engine.usecases.check_credentials import credential_problems
from engine.usecases.connect_credential import Question, ask_consent, take_consent
from engine.usecases.manage_credentials import (
    CredentialDraft,
    CredentialScope,
    CredentialUsage,
    CredentialView,
    delete_credential,
    draft_credential,
    list_credential_types,
    list_credentials,
    save_credential,
    show_credential,
    try_credential,
)
from engine.usecases.manage_variables import delete_variable, list_variables, set_variable

__all__ = [
    "VARIABLE_CHARACTERS_MAX",
    "VARIABLE_NAME_CHARACTERS_MAX",
    "CapabilityDenied",
    "CredentialDraft",
    "CredentialKey",
    "CredentialRecord",
    "CredentialScope",
    "CredentialType",
    "CredentialUsage",
    "CredentialVerdict",
    "CredentialView",
    "EgressDenied",
    "Question",
    "Variable",
    "ask_consent",
    "call_credential",
    "credential_problems",
    "delete_credential",
    "delete_variable",
    "draft_credential",
    "list_credential_types",
    "list_credentials",
    "list_variables",
    "save_credential",
    "set_variable",
    "show_credential",
    "take_consent",
    "try_credential",
]
