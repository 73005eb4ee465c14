"""The Python door to what flows sign in with: credentials, and the consent that some of them need."""

from __future__ import annotations

from engine.ports.credentials import CredentialKey, CredentialRecord, CredentialType
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

__all__ = [
    "CredentialDraft",
    "CredentialKey",
    "CredentialRecord",
    "CredentialScope",
    "CredentialType",
    "CredentialUsage",
    "CredentialView",
    "Question",
    "ask_consent",
    "delete_credential",
    "draft_credential",
    "list_credential_types",
    "list_credentials",
    "save_credential",
    "show_credential",
    "take_consent",
    "try_credential",
]
