"""The Python door: what it promises is pinned, so that no name is lost or slips in unseen."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import engine.api as api
import engine.api.credentials as credentials
import engine.api.governing as governing
import engine.api.node as node
import engine.usecases

PINNED = """
ActiveTrigger
Answer
Arrival
Ask
AuditEvent
AuditQuery
AuditTrail
BESIDE_ROLES
CREDENTIALS
CapabilityUse
CaseResult
Cleared
Consent
CorruptData
Document
Edge
EgressPolicy
Entry
ErrorInfo
ErrorType
EventSchema
ExecutionQuery
ExecutionState
Exported
FAILURE
FLOWS
FieldChange
Flow
FlowDiff
FlowRecord
FlowSettings
FlowShare
FlowSignature
FlowTested
FlowView
ForkRequest
Grant
Header
History
Hold
IdentityRecord
IdentityView
Imported
Importer
Indexed
InvalidInput
Item
KeyEvent
Kind
LastResult
Limits
MAIN
MEMBER_ROLES
Manifest
Metadata
ModuleVerdict
NODE
NetworkFailure
NewGrant
NewHold
NodeFailure
Outcome
PERSONAL
Parsed
PartRequest
PayloadTooLarge
PermissionDenied
PersonKeys
Policy
PolicyViolation
Principal
Problem
Proof
QflowError
Quarantine
QuotaExceeded
RIGHTS
Refused
Registration
ReportRun
ReportSchedule
ResourceExhausted
RetryPolicy
Role
Run
SCOPES
SearchPage
StaleRevision
StartRequest
Started
Status
Step
StepCatalogue
StepChange
StepFailure
StepInView
StepType
Subnet
TimedOut
TokenRecord
TriggerType
Unauthenticated
UnknownObject
UseQuery
ValidationQuery
ValidationRecord
VersionRecord
Violation
ViolationQuery
World
WrongState
abort_execution
act_as_person
add_browser
add_grant
add_report_schedule
answer_wait
append_event
archive_flow
attest_receipts
block_status
bound_to
bundle_of
challenge_identity
change_person
cid_of
collect_blocks
create_checkpoint
create_flow
create_identity
create_token
definition_of
delegate_identity
delete_event_schema
delete_execution
delete_flow
delete_role
derived
diff_flows
diff_versions
dump_flow
end_share
erase_subject
execution_history
execution_logs
execution_metrics
execution_state
export_audit
export_execution
export_flow
export_subject
flow_history
fork_execution
from_canonical
get_event_schema
get_execution
get_flow
get_identity
give_role
identity_logs
import_any
import_flows
items_of
json_schema
kept_report
key_status
last_results
last_verdicts
leave_node
lift_quarantine
list_capability_uses
list_checkpoints
list_consents
list_event_schemas
list_executions
list_flows
list_grants
list_holds
list_identities
list_persons
list_quarantine
list_report_schedules
list_reports
list_roles
list_tokens
list_validations
list_violations
log_growth
log_head
may_share
make_case
multikey
one_person
parse_flow
pause_execution
person_keys
person_logs
place_hold
prepare_browser
prepare_event
prepare_inception
prepare_leaving
prepare_vouching
preview_values
prove_identity
publish_event
publish_flow
publish_refusals
put_event_schema
put_role
read_document
rebuild_index
record_consent
recover_identity
register_identity
register_person
release_hold
remove_person
remove_report_schedule
renew_consent
renew_grant
repair_blocks
replay_execution
report_audit
require
restore_checkpoint
resume_execution
revoke_capability
revoke_grant
revoke_identity
revoke_token
role_of
rollback_flow
rotate_identity
rotate_key
run_part
run_tests
scopes_of
search
search_audit
setup_code
share_flow
share_result
shared_with
shares_of
shred_execution
signed_event
start_execution
step_inputs
step_problems
switch_off_person
tag_version
to_canonical
to_cloudevent
to_yaml
ulid
unpublish_flow
untag_version
update_flow
validate_flow
validate_module
verify_execution
vouch_for_flow
withdraw_consent
withdraw_delegation
world
"""

INSIDE = {
    "change_access",
    "forget_audit",
    "denials",
    "renewals",
    "respond",
    "fire_schedules",
    "held_identities",
    "identity_book",
    "keeper",
    "node_identity",
    "node_seal",
    "make_reports",
    "subject_data",
    "permission",
    "relay_outbox",
    "remote_watch",
    "replication",
    "sign_flow",
    "vouchers",
    "token_desk",
    "remember",
    "admit_call",
    "manage_subnets",
    "quotas",
    "standing",
    "subnet_life",
    "usage",
    "admission",
    "world",
}
"""Modules that a node runs by itself, or that the others are built on."""


def test_the_exported_names_are_these():
    assert sorted(api.__all__) == sorted(PINNED.split())


def test_every_exported_name_is_there_and_nothing_else_is_public():
    imported = {name for name in vars(api) if not name.startswith("_") and name != "annotations"}
    imported -= {"credentials", "governing", "node"}  # the door's other parts
    assert imported == set(api.__all__)


def test_everything_exported_that_can_be_documented_is():
    for name in api.__all__:
        value = getattr(api, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert (value.__doc__ or "").strip(), name


def test_every_use_case_has_its_door():
    """A verb that is added to the engine is added here too."""
    folder = Path(engine.usecases.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"} - INSIDE
    exported = {
        value.__module__.rpartition(".")[2]
        for door in (api, credentials, governing, node)
        for value in vars(door).values()
        if inspect.isfunction(value) and value.__module__.startswith("engine.usecases")
    }
    assert modules <= exported


def test_importing_the_door_needs_neither_django_nor_a_database():
    code = "import sys, engine.api; assert 'django' not in sys.modules, 'django'"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
