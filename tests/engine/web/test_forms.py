"""Forms in the browser: shown, checked, sent, from page to page to the end."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.engine.web.conftest import published

FLOW = {
    "id": "apply",
    "steps": [
        {
            "id": "start",
            "type": "trigger.form",
            "params": {
                "path": "jobs/new",
                "title": "Apply <now>",
                "fields": [
                    {"name": "Your name", "required": True},
                    {"name": "mail", "kind": "email"},
                    {"name": "age", "kind": "number"},
                    {"name": "kind", "kind": "select", "options": ["a", "<b>"]},
                    {"name": "letter", "kind": "file", "accept": ".txt"},
                    {"name": "told", "kind": "note", "text": "<script>alert(1)</script>"},
                ],
            },
        },
        {
            "id": "more",
            "type": "form.page",
            "params": {"title": "More", "fields": [{"name": "when", "kind": "date"}]},
        },
        {
            "id": "end",
            "type": "form.page",
            "params": {"show": "ending", "ending": {"title": "Done", "message": "Bye <b>"}},
        },
    ],
}

GOOD = {"Your name": "Anna", "mail": "a@b.example", "age": "7", "kind": "<b>"}


@pytest.fixture
async def form(alice):
    """The form's address, published."""
    await published(alice, FLOW)
    return "/form/jobs/new"


async def until_shown(client, where, text):
    async with asyncio.timeout(60):
        while True:
            answer = await client.get(where)
            if text in answer.text:
                return answer
            assert "One moment" in answer.text, answer.text
            await asyncio.sleep(0.01)


async def test_a_form_is_shown_escaped_and_without_scripts(anyone, form):
    answer = await anyone.get(form)
    assert answer.status_code == 200
    assert "Apply &lt;now&gt;" in answer.text
    assert "<script" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.startswith("sandbox")
    assert "allow-same-origin" not in policy


async def test_people_are_led_from_page_to_page_to_the_end(anyone, alice, form):
    files = {"letter": ("l.txt", b"Dear all", "text/plain")}
    sent = await anyone.post(form, data=GOOD, files=files)
    assert sent.status_code == 303
    where = sent.headers["location"]
    await until_shown(anyone, where, "More")
    again = await anyone.post(where, data={"when": "2030-01-31"})
    assert again.status_code == 303
    assert again.headers["location"].startswith(where)
    done = await until_shown(anyone, again.headers["location"], "Done")
    assert "Bye &lt;b&gt;" in done.text
    execution = re.search(r"/form-waiting/([^/]+)/", where).group(1)
    result = (await alice.get(f"/api/v1/executions/{execution}/result")).text
    assert '"when":"2030-01-31"' in result.replace(" ", "")


async def test_the_answers_become_one_item(anyone, alice, world, form):
    files = {"letter": ("l.txt", b"Dear all", "text/plain")}
    sent = await anyone.post(form, params={"from": "mail"}, data=GOOD, files=files)
    where = sent.headers["location"]
    await until_shown(anyone, where, "More")
    execution = re.search(r"/form-waiting/([^/]+)/", where).group(1)
    runs = (await alice.get(f"/api/v1/executions/{execution}/steps/start")).json()
    (item,) = runs["outputs"]["main"]
    json = item["json"]
    assert json["letter"] == {"filename": "l.txt", "mimetype": "text/plain", "size": 8}
    assert item["binary"]["letter"]["fileName"] == "l.txt"
    assert {name: json[name] for name in ("Your name", "age", "kind", "formMode")} == {
        "Your name": "Anna",
        "age": 7,
        "kind": "<b>",
        "formMode": "production",
    }
    assert json["formQueryParameters"] == {"from": "mail"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Your name": ""}, "This is needed."),
        ({"mail": "nobody"}, "no e-mail address"),
        ({"age": "NaN"}, "no number"),
        ({"kind": "c"}, "none of the choices"),
    ],
)
async def test_wrong_answers_are_shown_again_with_what_to_mend(anyone, world, form, change, said):
    answer = await anyone.post(form, data=GOOD | change)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="a@b.example"' in answer.text or change.get("mail")


async def test_a_file_of_another_type_is_refused(anyone, form):
    answer = await anyone.post(
        form, data=GOOD, files={"letter": ("l.exe", b"MZ", "application/x-msdownload")}
    )
    assert (answer.status_code, ".txt" in answer.text) == (400, True)


async def test_only_the_form_door_leads_to_forms_and_only_to_them(anyone, form):
    for path in ("/webhook/jobs/new", "/webhook/~form/jobs/new", "/api/v1/webhooks/apply", "/form/other"):
        assert (await anyone.post(path, data=GOOD)).status_code in (404, 405), path
    assert (await anyone.delete(form)).status_code == 405
    assert (await anyone.get("/form-test/jobs/new")).status_code == 200


async def test_nobody_guesses_the_pages_of_others(anyone, form):
    sent = await anyone.post(form, data=GOOD)
    where = sent.headers["location"]
    assert (await anyone.get(where[:-1] + ("0" if where[-1] != "0" else "1"))).status_code == 404
    assert (await anyone.get("/form-waiting/exe_x/y")).status_code == 404
    assert (await anyone.get("/form-waiting/exe_x")).status_code == 404
