"""Search, export and reports of the audit trail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.audit.forms import rendered
from engine.base.errors import InvalidInput, PermissionDenied
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.testing.world import ALICE, BOB, CHARLIE
from engine.usecases.delete_execution import delete_execution
from engine.usecases.export_execution import export_execution
from engine.usecases.keys import shred_execution
from engine.usecases.manage_holds import NewHold, place_hold, release_hold
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
    assert kept == {
        "executions, days": 30,
        "audit trail and scheduled reports, days": 1_095,
        "audit trail, least days that a policy can set": 90,
    }
    assert found["violations"][0]["at"] == "1970-01-01T00:00:00.000Z"
    assert found["notes"]["holds"]
    assert found["truncated"] == []
    for form in ("csv", "xml"):
        assert "flow.publish" in rendered(report, form)


def test_a_report_on_nothing_or_of_another_kind_is_refused(world: World) -> None:
    for kind, since, until in (("iso", 0, 1), ("soc2", 5, 5)):
        with pytest.raises(InvalidInput, match="a report is soc2 or gdpr"):
            report_audit(world, ALICE, kind, since, until)


def test_a_report_shows_holds_erasures_reports_and_retention_of_its_period(
    publish, start, world: World
) -> None:
    begun_us = world.clock.now_us()
    publish("f", {"a": "t.add"}, retention_days=7)
    first, second = start("f"), start("f")
    for started in (first, second):
        started.future.result(10)
    place_hold(world, ALICE, NewHold("execution", "case 7", first.execution))
    ended = place_hold(world, ALICE, NewHold("identity", "case 8", "ann@example.com"))
    release_hold(world, ALICE, ended.id, "closed")
    shred_execution(world, ALICE, second.execution)
    run = ReportRun("rpt_1", "personal", "rsc_1", "soc2", "csv", 1, 2, None, "bafk", 9, world.clock.now_us())
    schedule = ReportSchedule("rsc_1", "personal", "soc2", "csv", "alice", 1, 1, 2)
    world.reports.add(schedule)
    world.reports.begin(schedule, None, run)
    report = report_audit(world, ALICE, "gdpr", begun_us, world.clock.now_us() + 1)
    found = json.loads(rendered(report, "json"))
    assert [(one["kind"], one["reason"], one["why"]) for one in found["holds"]] == [
        ("execution", "case 7", ""),
        ("identity", "case 8", "closed"),
    ]
    assert "ann@example.com" not in rendered(report, "csv")
    assert [one["action"] for one in found["erasures"]] == ["execution.shred"]
    assert [(one["id"], one["cid"]) for one in found["reports"]] == [("rpt_1", "bafk")]
    assert {"what": "executions of flow f, days", "value": 7} in found["retention"]
    later = world.clock.now_us() + 10
    after = json.loads(rendered(report_audit(world, ALICE, "soc2", later, later + 1), "json"))
    assert [one["kind"] for one in after["holds"]] == ["execution"]
