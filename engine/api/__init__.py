"""The Python door: use-cases, and the types they take and give. Other applications import only this.

Every use-case is a function of a :class:`World`, a :class:`Principal` and what it is about::

    from engine.api import StartRequest, start_execution, world

    started = start_execution(world(), principal, StartRequest("greeting"))

They block, so asynchronous code calls them on a thread. What they raise stands in
:class:`QflowError`'s tree.
"""

from __future__ import annotations

from engine.audit.forms import Document
from engine.audit.verifier.bundle import Refused
from engine.base.canonical import cid_of
from engine.base.errors import (
    CorruptData,
    ErrorInfo,
    ErrorType,
    InvalidInput,
    NetworkFailure,
    NodeFailure,
    PayloadTooLarge,
    PermissionDenied,
    PolicyViolation,
    Problem,
    QflowError,
    QuotaExceeded,
    ResourceExhausted,
    StaleRevision,
    StepFailure,
    TimedOut,
    Unauthenticated,
    UnknownObject,
    WrongState,
)
from engine.base.ids import derived, ulid
from engine.base.limits import Limits
from engine.base.multikey import multikey
from engine.execution.session import Outcome
from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.diff import FieldChange, FlowDiff, StepChange, diff_flows
from engine.flow.dump import definition_of, dump_flow
from engine.flow.model import FAILURE, MAIN, Edge, Flow, FlowSettings, Metadata, RetryPolicy, Step
from engine.flow.parse import Parsed, parse_flow
from engine.flow.reader import read_document
from engine.flow.schemas import json_schema
from engine.flow.yaml_writer import to_yaml
from engine.journal.cloudevents import to_cloudevent
from engine.journal.state import ExecutionState, Run, Status
from engine.keylog.form import Event as KeyEvent
from engine.keylog.making import signed as signed_event
from engine.ports.access_store import Principal, Subnet, TokenRecord
from engine.ports.audit_trail import AuditEvent, AuditQuery, AuditTrail
from engine.ports.capabilities import CapabilityUse, UseQuery
from engine.ports.cipher import CREDENTIALS, FLOWS, NODE, bound_to
from engine.ports.flow_store import ActiveTrigger, FlowRecord, FlowSignature, Registration, VersionRecord
from engine.ports.holds import Hold
from engine.ports.identities import IdentityRecord
from engine.ports.importer import Ask, Exported, Imported, Importer
from engine.ports.ingress import EventSchema
from engine.ports.journal_store import Entry, ExecutionQuery, Header
from engine.ports.permissions import Consent, Grant, Role
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.ports.quarantine import Quarantine
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.ports.search_index import Indexed, SearchPage
from engine.ports.step_catalogue import Answer, Item, Manifest, StepCatalogue, StepType, TriggerType
from engine.ports.validation_log import ValidationQuery, ValidationRecord
from engine.ports.violations import Violation, ViolationQuery
from engine.usecases.answer_wait import answer_wait
from engine.usecases.archive_flow import archive_flow
from engine.usecases.attest_receipts import attest_receipts
from engine.usecases.browser_keys import (
    PersonKeys,
    Proof,
    add_browser,
    leave_node,
    person_keys,
    person_logs,
    prepare_browser,
    prepare_leaving,
)
from engine.usecases.checkpoints import create_checkpoint, list_checkpoints, restore_checkpoint
from engine.usecases.control_execution import abort_execution, pause_execution, resume_execution
from engine.usecases.create_flow import create_flow
from engine.usecases.data_subjects import erase_subject, export_subject
from engine.usecases.delete_execution import delete_execution
from engine.usecases.delete_flow import delete_flow
from engine.usecases.diff_versions import diff_versions
from engine.usecases.event_schemas import (
    delete_event_schema,
    get_event_schema,
    list_event_schemas,
    put_event_schema,
)
from engine.usecases.execution_history import History, execution_history
from engine.usecases.export_execution import export_execution
from engine.usecases.export_flow import export_flow
from engine.usecases.flow_history import flow_history
from engine.usecases.fork_execution import ForkRequest, fork_execution, replay_execution
from engine.usecases.get_flow import FlowView, get_flow
from engine.usecases.import_any import bundle_of, import_any
from engine.usecases.import_flows import Arrival, import_flows
from engine.usecases.inspect_execution import (
    execution_logs,
    execution_metrics,
    execution_state,
    get_execution,
    items_of,
    list_executions,
)
from engine.usecases.keep_blocks import block_status, collect_blocks, repair_blocks
from engine.usecases.keys import key_status, rotate_key, share_result, shred_execution
from engine.usecases.last_results import LastResult, last_results, last_verdicts
from engine.usecases.lift_quarantine import lift_quarantine, list_quarantine
from engine.usecases.list_capability_uses import list_capability_uses
from engine.usecases.list_flows import list_flows
from engine.usecases.list_validations import list_validations
from engine.usecases.list_violations import list_violations
from engine.usecases.make_case import make_case
from engine.usecases.manage_consents import list_consents, record_consent, renew_consent, withdraw_consent
from engine.usecases.manage_grants import (
    NewGrant,
    add_grant,
    delete_role,
    list_grants,
    list_roles,
    put_role,
    renew_grant,
    revoke_grant,
)
from engine.usecases.manage_holds import NewHold, list_holds, place_hold, release_hold
from engine.usecases.manage_identities import (
    IdentityView,
    create_identity,
    delegate_identity,
    get_identity,
    identity_logs,
    list_identities,
    recover_identity,
    revoke_identity,
    rotate_identity,
    withdraw_delegation,
)
from engine.usecases.manage_tokens import create_token, list_tokens, revoke_token
from engine.usecases.member_roles import BESIDE_ROLES, MEMBER_ROLES, give_role, role_of, scopes_of
from engine.usecases.node_log import log_growth, log_head
from engine.usecases.own_keys import (
    append_event,
    challenge_identity,
    prepare_event,
    prepare_inception,
    prove_identity,
    register_identity,
)
from engine.usecases.permission import require
from engine.usecases.persons import (
    act_as_person,
    change_person,
    list_persons,
    one_person,
    register_person,
    remove_person,
    switch_off_person,
)
from engine.usecases.preview_step import StepInView, preview_values, step_inputs
from engine.usecases.publish_event import publish_event
from engine.usecases.publish_flow import publish_flow, publish_refusals
from engine.usecases.report_audit import report_audit
from engine.usecases.revoke_capability import revoke_capability
from engine.usecases.rollback_flow import rollback_flow
from engine.usecases.run_part import PartRequest, run_part
from engine.usecases.run_tests import CaseResult, FlowTested, run_tests
from engine.usecases.schedule_reports import (
    add_report_schedule,
    kept_report,
    list_report_schedules,
    list_reports,
    remove_report_schedule,
)
from engine.usecases.search import rebuild_index, search
from engine.usecases.search_audit import export_audit, search_audit
from engine.usecases.share_flow import (
    RIGHTS,
    FlowShare,
    end_share,
    may_share,
    share_flow,
    shared_with,
    shares_of,
)
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.tag_version import tag_version, untag_version
from engine.usecases.token_desk import SCOPES
from engine.usecases.unpublish_flow import unpublish_flow
from engine.usecases.update_flow import update_flow
from engine.usecases.validate_flow import step_problems, validate_flow
from engine.usecases.validate_module import ModuleVerdict, validate_module
from engine.usecases.verify_execution import verify_execution
from engine.usecases.vouch_flow import prepare_vouching, vouch_for_flow
from engine.usecases.world import World
from engine.validation.operation import Cleared, Kind


def world() -> World:
    """The world of this process, built on first use."""
    from engine import wiring

    return wiring.world()


def setup_code() -> str | None:
    """What the first person must know to set this node up; None where nobody else can reach it."""
    from engine.settings import current

    return current().setup_code


__all__ = [
    "BESIDE_ROLES",
    "CREDENTIALS",
    "FAILURE",
    "FLOWS",
    "MAIN",
    "MEMBER_ROLES",
    "NODE",
    "PERSONAL",
    "RIGHTS",
    "SCOPES",
    "ActiveTrigger",
    "Answer",
    "Arrival",
    "Ask",
    "AuditEvent",
    "AuditQuery",
    "AuditTrail",
    "CapabilityUse",
    "CaseResult",
    "Cleared",
    "Consent",
    "CorruptData",
    "Document",
    "Edge",
    "EgressPolicy",
    "Entry",
    "ErrorInfo",
    "ErrorType",
    "EventSchema",
    "ExecutionQuery",
    "ExecutionState",
    "Exported",
    "FieldChange",
    "Flow",
    "FlowDiff",
    "FlowRecord",
    "FlowSettings",
    "FlowShare",
    "FlowSignature",
    "FlowTested",
    "FlowView",
    "ForkRequest",
    "Grant",
    "Header",
    "History",
    "Hold",
    "IdentityRecord",
    "IdentityView",
    "Imported",
    "Importer",
    "Indexed",
    "InvalidInput",
    "Item",
    "KeyEvent",
    "Kind",
    "LastResult",
    "Limits",
    "Manifest",
    "Metadata",
    "ModuleVerdict",
    "NetworkFailure",
    "NewGrant",
    "NewHold",
    "NodeFailure",
    "Outcome",
    "Parsed",
    "PartRequest",
    "PayloadTooLarge",
    "PermissionDenied",
    "PersonKeys",
    "Policy",
    "PolicyViolation",
    "Principal",
    "Problem",
    "Proof",
    "QflowError",
    "Quarantine",
    "QuotaExceeded",
    "Refused",
    "Registration",
    "ReportRun",
    "ReportSchedule",
    "ResourceExhausted",
    "RetryPolicy",
    "Role",
    "Run",
    "SearchPage",
    "StaleRevision",
    "StartRequest",
    "Started",
    "Status",
    "Step",
    "StepCatalogue",
    "StepChange",
    "StepFailure",
    "StepInView",
    "StepType",
    "Subnet",
    "TimedOut",
    "TokenRecord",
    "TriggerType",
    "Unauthenticated",
    "UnknownObject",
    "UseQuery",
    "ValidationQuery",
    "ValidationRecord",
    "VersionRecord",
    "Violation",
    "ViolationQuery",
    "World",
    "WrongState",
    "abort_execution",
    "act_as_person",
    "add_browser",
    "add_grant",
    "add_report_schedule",
    "answer_wait",
    "append_event",
    "archive_flow",
    "attest_receipts",
    "block_status",
    "bound_to",
    "bundle_of",
    "challenge_identity",
    "change_person",
    "cid_of",
    "collect_blocks",
    "create_checkpoint",
    "create_flow",
    "create_identity",
    "create_token",
    "definition_of",
    "delegate_identity",
    "delete_event_schema",
    "delete_execution",
    "delete_flow",
    "delete_role",
    "derived",
    "diff_flows",
    "diff_versions",
    "dump_flow",
    "end_share",
    "erase_subject",
    "execution_history",
    "execution_logs",
    "execution_metrics",
    "execution_state",
    "export_audit",
    "export_execution",
    "export_flow",
    "export_subject",
    "flow_history",
    "fork_execution",
    "from_canonical",
    "get_event_schema",
    "get_execution",
    "get_flow",
    "get_identity",
    "give_role",
    "identity_logs",
    "import_any",
    "import_flows",
    "items_of",
    "json_schema",
    "kept_report",
    "key_status",
    "last_results",
    "last_verdicts",
    "leave_node",
    "lift_quarantine",
    "list_capability_uses",
    "list_checkpoints",
    "list_consents",
    "list_event_schemas",
    "list_executions",
    "list_flows",
    "list_grants",
    "list_holds",
    "list_identities",
    "list_persons",
    "list_quarantine",
    "list_report_schedules",
    "list_reports",
    "list_roles",
    "list_tokens",
    "list_validations",
    "list_violations",
    "log_growth",
    "log_head",
    "make_case",
    "may_share",
    "multikey",
    "one_person",
    "parse_flow",
    "pause_execution",
    "person_keys",
    "person_logs",
    "place_hold",
    "prepare_browser",
    "prepare_event",
    "prepare_inception",
    "prepare_leaving",
    "prepare_vouching",
    "preview_values",
    "prove_identity",
    "publish_event",
    "publish_flow",
    "publish_refusals",
    "put_event_schema",
    "put_role",
    "read_document",
    "rebuild_index",
    "record_consent",
    "recover_identity",
    "register_identity",
    "register_person",
    "release_hold",
    "remove_person",
    "remove_report_schedule",
    "renew_consent",
    "renew_grant",
    "repair_blocks",
    "replay_execution",
    "report_audit",
    "require",
    "restore_checkpoint",
    "resume_execution",
    "revoke_capability",
    "revoke_grant",
    "revoke_identity",
    "revoke_token",
    "role_of",
    "rollback_flow",
    "rotate_identity",
    "rotate_key",
    "run_part",
    "run_tests",
    "scopes_of",
    "search",
    "search_audit",
    "setup_code",
    "share_flow",
    "share_result",
    "shared_with",
    "shares_of",
    "shred_execution",
    "signed_event",
    "start_execution",
    "step_inputs",
    "step_problems",
    "switch_off_person",
    "tag_version",
    "to_canonical",
    "to_cloudevent",
    "to_yaml",
    "ulid",
    "unpublish_flow",
    "untag_version",
    "update_flow",
    "validate_flow",
    "validate_module",
    "verify_execution",
    "vouch_for_flow",
    "withdraw_consent",
    "withdraw_delegation",
    "world",
]
