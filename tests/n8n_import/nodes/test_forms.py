"""Forms of n8n: the first page, further ones, and the end."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import translated

FIELDS = {
    "values": [
        {"fieldLabel": "Your name", "requiredField": True, "placeholder": "Anna"},
        {"fieldLabel": "Mail", "fieldType": "email"},
        {"fieldLabel": "Kind", "fieldType": "dropdown", "fieldOptions": {"values": [{"option": "a"}]}},
        {"fieldLabel": "Letter", "fieldType": "file", "acceptFileTypes": ".pdf", "multipleFiles": False},
        {"fieldType": "hiddenField", "fieldName": "ref", "fieldValue": "x"},
        {"fieldType": "html", "html": "<h2>Hi <b>you</b></h2>"},
    ]
}


def step(kind, parameters, version=2.2, **more):
    found = translated(kind, version, parameters, **more)
    return found.flow.steps[0], [issue["message"] for issue in found.issues]


def test_the_first_page_keeps_its_path_and_fields():
    given = {"formTitle": "Apply", "formDescription": "Now", "formFields": FIELDS}
    options = {
        "path": "jobs",
        "buttonLabel": "Go",
        "respondWithOptions": {"values": {"formSubmittedText": "Ta"}},
    }
    made, said = step("formTrigger", {**given, "options": options})
    assert made.type == "trigger.form"
    assert {name: made.parameters[name] for name in ("path", "title", "button", "ending")} == {
        "path": "jobs",
        "title": "Apply",
        "button": "Go",
        "ending": {"message": "Ta"},
    }
    name, mail, kind, letter, hidden, note = made.parameters["fields"]
    assert name == {
        "name": "Your name",
        "label": "Your name",
        "kind": "text",
        "required": True,
        "placeholder": "Anna",
    }
    assert (mail["kind"], kind["options"], letter["accept"], letter["many"]) == (
        "email",
        ["a"],
        ".pdf",
        False,
    )
    assert hidden == {"name": "ref", "kind": "hidden", "default": "x"}
    assert (note["kind"], note["text"]) == ("note", "Hi you")
    assert any("as text" in one for one in said)


def test_a_form_without_a_path_has_its_webhooks():
    made, _ = step("formTrigger", {"formFields": FIELDS}, webhookId="0b5c-1")
    assert made.parameters["path"] == "0b5c-1"


def test_a_further_page_waits_and_an_end_ends():
    page, _ = step("form", {"formFields": FIELDS, "options": {"formTitle": "More"}}, 1)
    assert (page.type, page.parameters["title"]) == ("form.page", "More")
    end, _ = step("form", {"operation": "completion", "completionTitle": "Done"}, 1)
    assert end.parameters == {"show": "ending", "ending": {"title": "Done"}}
    away = {"operation": "completion", "respondWith": "redirect", "redirectUrl": "https://x.example"}
    end, _ = step("form", away, 1)
    assert end.parameters["ending"] == {"redirect": "https://x.example"}


def test_wait_may_show_a_form():
    given = {"resume": "form", "formTitle": "One more", "formFields": FIELDS, "limitWaitTime": True}
    made, _ = step("wait", {**given, "resumeAmount": 2, "resumeUnit": "minutes"}, 1.1)
    assert made.type == "form.page"
    assert (made.parameters["title"], made.parameters["timeoutMs"]) == ("One more", 120_000)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("form", {"operation": "completion", "respondWith": "returnBinary"}),
        ("form", {"defineForm": "json", "jsonOutput": "[]"}),
        ("form", {"formFields": {"values": [{"fieldLabel": "a", "fieldType": "odd"}]}}),
        ("form", {"formFields": {"values": [{"fieldLabel": "a"}, {"fieldLabel": "a"}]}}),
        ("formTrigger", {"authentication": "basicAuth"}),
    ],
)
def test_what_is_not_shown_here_is_said(kind, parameters):
    made, said = step(kind, parameters)
    assert made.type == "flow.unsupported"
    assert said


def test_duplicates_are_removed_across_executions():
    operation = {"operation": "removeItemsSeenInPreviousExecutions", "dedupeValue": "={{ $json.id }}"}
    made, _ = step("removeDuplicates", {**operation, "options": {"scope": "workflow", "historySize": 5}}, 2)
    assert made.type == "data.unseen"
    wanted = {"by": "value", "key": "{{ $json.id }}", "keys": "text", "scope": "flow", "remember": 5}
    assert made.parameters == wanted
    rising = {"logic": "removeItemsUpToStoredDate", "dateDedupeValue": "={{ $json.at }}"}
    made, _ = step("removeDuplicates", {**operation, **rising}, 2)
    assert made.parameters == {"by": "date", "key": "{{ $json.at }}", "scope": "step"}
    made, _ = step("removeDuplicates", {"operation": "clearDeduplicationHistory"}, 2)
    assert made.parameters == {"operation": "clear", "scope": "step"}


def test_fields_can_be_written_as_json_and_forms_ask_who_is_there():
    fields = '[{"fieldLabel": "Name", "requiredField": true}, {"fieldLabel": "Mail", "fieldType": "email"}]'
    page, _ = step("form", {"defineForm": "json", "jsonOutput": fields}, 1)
    assert [one["kind"] for one in page.parameters["fields"]] == ["text", "email"]
    worked_out, _ = step("form", {"defineForm": "json", "jsonOutput": "={{ $json.fields }}"}, 1)
    assert worked_out.type == "flow.unsupported"
    given = {"formFields": FIELDS, "authentication": "basicAuth", "options": {"formSubmittedText": "Ta"}}
    made, said = step("formTrigger", {"path": "x", **given}, credentials={"httpBasicAuth": {"name": "Staff"}})
    assert made.parameters["authenticate"] == {"scheme": "basic", "secrets": ["Staff"]}
    assert made.parameters["ending"] == {"message": "Ta"}
    assert any("Staff" in one for one in said)
