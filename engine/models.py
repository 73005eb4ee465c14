"""Where Django looks for the engine's tables."""

from __future__ import annotations

from engine.storage.audit_tables import AuditRecord, LogHead, LogNode, SignedHead
from engine.storage.block_tables import Block, Pack
from engine.storage.capability_tables import CapabilityRevocation, CapabilityUse, FlowValue
from engine.storage.case_tables import CaseRuns
from engine.storage.compliance_tables import AuditHold, ReportRun, ReportSchedule
from engine.storage.credential_tables import Credential
from engine.storage.identity_tables import FlowSignature, HeldKey, Identity, KeyEvent
from engine.storage.ingress_tables import EventSchema, SeenCall
from engine.storage.key_tables import Key
from engine.storage.search_tables import IndexEntry
from engine.storage.tables import (
    ApiToken,
    Counter,
    Execution,
    Flow,
    FlowDefinition,
    FlowVersion,
    JournalEntry,
    Outbox,
    PolicyDocument,
    Signal,
    SignedPolicy,
    Subnet,
    Trigger,
    VersionTag,
    WebhookRoute,
)
from engine.storage.trust_tables import Consent, Grant, Quarantine, Role, Validation
from engine.storage.usage_tables import Usage
from engine.storage.variable_tables import Variable
from engine.storage.violation_tables import SandboxViolation

__all__ = [
    "ApiToken",
    "AuditHold",
    "AuditRecord",
    "Block",
    "CapabilityRevocation",
    "CapabilityUse",
    "CaseRuns",
    "Consent",
    "Counter",
    "Credential",
    "EventSchema",
    "Execution",
    "Flow",
    "FlowDefinition",
    "FlowSignature",
    "FlowValue",
    "FlowVersion",
    "Grant",
    "HeldKey",
    "Identity",
    "IndexEntry",
    "JournalEntry",
    "Key",
    "KeyEvent",
    "LogHead",
    "LogNode",
    "Outbox",
    "Pack",
    "PolicyDocument",
    "Quarantine",
    "ReportRun",
    "ReportSchedule",
    "Role",
    "SandboxViolation",
    "SeenCall",
    "Signal",
    "SignedHead",
    "SignedPolicy",
    "Subnet",
    "Trigger",
    "Usage",
    "Validation",
    "Variable",
    "VersionTag",
    "WebhookRoute",
]
