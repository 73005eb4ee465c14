"""The paths of the pages."""

from __future__ import annotations

from django.urls import path

from designer import (
    account,
    assets,
    editor,
    executions,
    finding,
    first_run,
    flows,
    keys,
    permissions,
    step_types,
)

app_name = "designer"

urlpatterns = [
    path("", flows.home, name="home"),
    path("static/<path:name>", assets.asset, name="asset"),
    path("set-up", first_run.set_up, name="set-up"),
    path("flows", flows.flow_list, name="flows"),
    path("flows/new", editor.new, name="new-flow"),
    path("flows/check", editor.check, name="check-flow"),
    path("flows/pasted", editor.pasted, name="pasted-flow"),
    path("flows/<str:flow>/edit", editor.edit, name="edit-flow"),
    path("flows/<str:flow>/document", editor.document, name="flow-document"),
    path("step-types.json", step_types.step_types, name="step-types"),
    path("flows/<str:flow>/start", flows.start, name="start"),
    path("import", flows.import_page, name="import"),
    path("executions", executions.execution_list, name="executions"),
    path("executions/<str:execution>", executions.one, name="execution"),
    path("executions/<str:execution>/state", executions.state, name="execution-state"),
    path("executions/<str:execution>/verify", executions.verify, name="verify"),
    path("executions/<str:execution>/<str:verb>", executions.control, name="control"),
    path("permissions", permissions.overview, name="permissions"),
    path("permissions/grants", permissions.add, name="add-grant"),
    path("permissions/grants/<str:grant>/revoke", permissions.revoke, name="revoke-grant"),
    path("permissions/grants/<str:grant>/renew", permissions.renew, name="renew-grant"),
    path("permissions/consents/<str:consent>/withdraw", permissions.withdraw, name="withdraw-consent"),
    path("permissions/consents/<str:consent>/renew", permissions.renew_agreed, name="renew-consent"),
    path("keys", account.overview, name="keys"),
    path("keys/mine", keys.mine),
    path("keys/leave/prepare", keys.prepare_to_leave),
    path("keys/leave", keys.leave),
    path("keys/events/prepare", keys.prepare),
    path("keys/events", keys.append),
    path("keys/browsers/prepare", keys.prepare_further),
    path("keys/browsers", keys.add_further),
    path("keys/challenge", keys.challenge),
    path("keys/rotate", account.rotate, name="rotate-key"),
    path("keys/tokens", account.create, name="create-token"),
    path("keys/tokens/<str:token>/revoke", account.revoke, name="revoke-token"),
    path("search", finding.found, name="search"),
    path("audit", finding.audit, name="audit"),
]
