"""Search, export and reports of the audit trail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.audit.forms import rendered
from engine.base.errors import InvalidInput, PermissionDenied
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.delete_execution import delete_execution
from engine.usecases.export_execution import export_execution
from engine.usecases.publish_flow import publish_flow
from engine.usecases.report_audit import report_audit
from engine.usecases.search_audit import export_audit, search_audit
from engine.usecases.unpublish_flow import unpublish_flow
from engine.usecases.world import World

ASK = AuditQuery("elsewhere")


def actions(world: World, **question: Any) -> list[str]:
    return [event.action for event in search_audit(world, ALICE, AuditQuery("", **question))]


def test_what_people_do_is_remembered(publish, start, world: World) -> None:
    publish("f", {"a": "t.add"})
    publish_flow(world, ALICE, "f")
    started = start("f")
    started.future.result(10)
    export_execution(world, ALICE, started.execution)
    delete_execution(world, ALICE, started.execution)
    unpublish_flow(world, ALICE, "f")
    assert set(actions(world)) == {
        "flow.publish", "execution.export", "execution.delete", "flow.unpublish",
    }  # fmt: skip
    assert actions(world, execution=started.execution, category="data") != []


def test_a_subnet_searches_its_own(world: World) -> None:
    world.audit.record([AuditEvent("aud_1", "personal", 1, "key", "keys.rotate", "alice")])
    assert search_audit(world, CHARLIE, AuditQuery("personal")) == []
    assert len(search_audit(world, ALICE, ASK)) == 1
    with pytest.raises(PermissionDenied):
        search_audit(world, BOB, ASK)


def test_all_pages_are_exported_and_the_export_is_remembered(world: World) -> None:
    count = world.limits.page_size_max + 5
    world.audit.record([AuditEvent(f"aud_{n:04}", "personal", n, "key", "k", "a") for n in range(count)])
    exported = json.loads(export_audit(world, ALICE, ASK))
    assert [event["time"] for event in exported["events"]] == list(range(count - 1, -1, -1))
    assert actions(world, category="data") == ["audit.export"]
    with pytest.raises(InvalidInput, match="json, csv, xml"):
        export_audit(world, ALICE, ASK, "pdf")


@pytest.mark.parametrize("kind", ["soc2", "gdpr"])
def test_a_report_gathers_the_evidence_of_its_period(world: World, kind: str) -> None:
    made = [
        ("permission", "flows.read", "bob", "denied"),
        ("change", "flow.publish", "alice", "done"),
        ("data", "execution.export", "bob", "done"),
        ("permission", "flows.read", "alice", "allowed"),
    ]
    world.audit.record(
        [
            AuditEvent(f"aud_{n}", "personal", n, category, action, actor, outcome=outcome)
            for n, (category, action, actor, outcome) in enumerate(made, 10)
        ]
    )
    world.audit.record([AuditEvent("aud_old", "personal", 5, "change", "flow.delete", "bob")])
    report = report_audit(world, ALICE, kind, 10, 20, subject="bob")
    found = json.loads(rendered(report, "json"))
    assert [event["actor"] for event in found["violations"]] == ["bob"]
    assert [event["action"] for event in found["changes"]] == ["flow.publish"]
    assert [event["action"] for event in found["data"]] == ["execution.export"]
    assert [event["time"] for event in found["subject"]] == [12, 10]
    assert sum(row["count"] for row in found["access"]) == 4
    kept = {row["what"]: row["value"] for row in found["retention"]}
    assert kept == {"executions, days": 30, "audit trail, days": 1_095}
    assert found["truncated"] == []
    for form in ("csv", "xml"):
        assert "flow.publish" in rendered(report, form)


def test_a_report_on_nothing_or_of_another_kind_is_refused(world: World) -> None:
    for kind, since, until in (("iso", 0, 1), ("soc2", 5, 5)):
        with pytest.raises(InvalidInput, match="a report is soc2 or gdpr"):
            report_audit(world, ALICE, kind, since, until)
