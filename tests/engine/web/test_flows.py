"""REST: flow definitions, versions and publication."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.web.conftest import GREETING, published, webhook_flow

FLOWS = "/api/v1/flows"
YAML = """
id: greeting
name: A greeting
steps:
  - id: start
    type: trigger.manual
  - id: greet
    type: data.set
    params: {fields: {hello: yaml}}
"""


async def created(client: Any, flow: dict[str, Any] = GREETING) -> Any:
    answer = await client.post(FLOWS, json=flow)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_created_flow_can_be_read(alice):
    answer = await alice.post(FLOWS, json=GREETING)
    assert answer.headers["location"] == "/api/v1/flows/greeting"
    assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'
    found = (await alice.get(answer.headers["location"])).json()
    assert found == answer.json()
    assert [step["id"] for step in found["steps"]] == ["start", "greet"]
    assert {"id", "name", "version", "owner", "steps", "metadata", "createdAt", "updatedAt"} <= set(found)


async def test_a_definition_may_be_yaml(alice):
    answer = await alice.post(FLOWS, content=YAML, headers={"Content-Type": "application/yaml"})
    assert answer.json()["name"] == "A greeting"
    text = await alice.get(f"{FLOWS}/greeting", headers={"Accept": "application/yaml"})
    assert text.headers["content-type"] == "application/yaml"
    assert "name: A greeting" in text.text


async def test_all_problems_of_a_definition_come_at_once_with_their_lines(alice):
    text = "id: x\nstepz: []\nsteps:\n  - id: a\n    type: data.sett\n  - id: a\n    type: data.set\n"
    answer = await alice.post(FLOWS, content=text, headers={"Content-Type": "application/yaml"})
    assert answer.status_code == 400
    document = answer.json()
    assert document["code"] == "invalid_input"
    assert document["errorType"] == "validation_error"
    lines = {problem["line"] for problem in document["problems"]}
    assert len(document["problems"]) >= 3
    assert {2, 5, 6} <= lines
    assert any("data.set" in problem.get("hint", "") for problem in document["problems"])


async def test_validation_stores_nothing(alice):
    answer = await alice.post(f"{FLOWS}/validate", json=GREETING)
    assert answer.json() | {"version": ""} == {
        "valid": True,
        "problems": [],
        "flowId": "greeting",
        "version": "",
        "steps": 2,
    }
    assert (await alice.get(FLOWS)).json()["flows"] == []


async def test_validation_tells_what_is_wrong_and_is_no_error(alice):
    answer = await alice.post(f"{FLOWS}/validate", json={"id": "x", "steps": []})
    assert answer.status_code == 200
    assert answer.json()["valid"] is False
    assert answer.json()["problems"][0]["path"] == "steps"


async def test_what_was_read_can_be_saved_as_it_is(alice):
    flow = await created(alice)
    flow["steps"][1]["params"] = {"fields": {"hello": "moon"}}
    answer = await alice.put(f"{FLOWS}/greeting", json=flow)
    assert answer.status_code == 200, answer.text
    assert answer.json()["revision"] != flow["revision"]


async def test_a_saved_version_shows_who_answers_for_it(alice):
    flow = await created(alice)
    signature = flow["signature"]
    assert set(signature) == {"identity", "key", "signedAt", "signedAtUs", "signature"}
    saved = (await alice.put(f"{FLOWS}/greeting", json={**flow, "name": "Newer"})).json()
    assert saved["signature"]["identity"] == signature["identity"]
    assert saved["signature"]["signature"] != signature["signature"]
    older = (await alice.get(f"{FLOWS}/greeting/versions/{flow['revision']}")).json()
    assert older["signature"] == signature


async def test_a_jsonflow_workflow_goes_round(alice):
    workflow = {"workflow": "Two steps", "steps": [{"id": "a", "type": "data.set"}]}
    flow = await created(alice, workflow)
    assert flow["format"] == "jsonflow"
    flow["description"] = "changed"
    answer = await alice.put(f"{FLOWS}/{flow['id']}", json=flow)
    assert answer.status_code == 200, answer.text
    assert answer.json()["description"] == "changed"


async def test_a_stale_save_is_refused_and_names_the_newest(alice):
    first = await created(alice)
    newer = await alice.put(f"{FLOWS}/greeting", json={**first, "name": "Newer"})
    stale = await alice.put(f"{FLOWS}/greeting", json={**first, "name": "Mine"})
    assert stale.status_code == 409
    assert stale.json()["code"] == "stale_revision"
    assert newer.json()["revision"] in stale.text
    assert (await alice.get(f"{FLOWS}/greeting")).json()["name"] == "Newer"


async def test_the_revision_may_stand_in_if_match(alice):
    flow = await created(alice)
    changed = {**GREETING, "name": "By header"}
    tag = {"If-Match": f'"{flow["revision"]}"'}
    assert (await alice.put(f"{FLOWS}/greeting", json=changed, headers=tag)).status_code == 200
    again = {**GREETING, "name": "Too late"}
    assert (await alice.put(f"{FLOWS}/greeting", json=again, headers=tag)).status_code == 409
    anything = {"If-Match": "*"}
    assert (await alice.put(f"{FLOWS}/greeting", json=again, headers=anything)).status_code == 200


async def test_a_save_without_a_revision_is_refused(alice):
    await created(alice)
    answer = await alice.put(f"{FLOWS}/greeting", json=GREETING)
    assert answer.status_code == 428
    assert answer.json()["code"] == "revision_required"


async def test_an_unchanged_flow_is_not_sent_again(alice):
    flow = await created(alice)
    answer = await alice.get(f"{FLOWS}/greeting", headers={"If-None-Match": f'"{flow["revision"]}"'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_history_diff_tags_and_rollback(alice):
    flow = await created(alice)
    flow["steps"][1]["params"] = {"fields": {"hello": "moon"}}
    second = (await alice.put(f"{FLOWS}/greeting?message=to+the+moon", json=flow)).json()
    versions = (await alice.get(f"{FLOWS}/greeting/versions")).json()
    assert [(entry["number"], entry["message"]) for entry in versions] == [(2, "to the moon"), (1, "")]
    diff = (await alice.get(f"{FLOWS}/greeting/diff", params={"from": "1", "to": "2"})).json()
    assert [change["step"] for change in diff["stepsChanged"]] == ["greet"]
    assert (
        await alice.post(f"{FLOWS}/greeting/tags", json={"tag": "old", "version": "1"})
    ).status_code == 204
    old = (await alice.get(f"{FLOWS}/greeting/versions/old")).json()
    assert old["revision"] == versions[1]["version"]
    body = {"version": "old", "revision": second["revision"]}
    back = await alice.post(f"{FLOWS}/greeting/rollback", json=body)
    assert back.json()["revision"] == old["revision"]
    stale = await alice.post(f"{FLOWS}/greeting/rollback", json={**body, "version": "2"})
    assert stale.status_code == 409
    assert (await alice.post(f"{FLOWS}/greeting/rollback", json={"version": "1"})).status_code == 428
    removed = [(await alice.delete(f"{FLOWS}/greeting/tags/old")).status_code for _ in range(2)]
    assert removed == [204, 404]


async def test_a_flow_is_published_withdrawn_archived_and_deleted(alice, anyone):
    await published(alice, webhook_flow())
    assert (await anyone.post("/webhook/hook")).status_code == 200
    shown = (await alice.post(f"{FLOWS}/hook/unpublish")).json()
    assert shown["published"] is None
    assert (await anyone.post("/webhook/hook")).status_code == 404
    assert (await alice.post(f"{FLOWS}/hook/publish", json={"version": "1"})).status_code == 200
    assert (await anyone.post("/webhook/hook")).status_code == 200
    assert (await alice.post(f"{FLOWS}/hook/archive")).json()["archived"] is True
    assert (await anyone.post("/webhook/hook")).status_code == 404
    assert (await alice.post(f"{FLOWS}/hook/publish")).status_code == 409
    assert (await alice.post(f"{FLOWS}/hook/archive", json={"archived": False})).json()["archived"] is False
    assert (await alice.delete(f"{FLOWS}/hook")).status_code == 204
    assert (await alice.get(f"{FLOWS}/hook")).status_code == 404


async def test_a_taken_id_is_a_conflict(alice):
    await created(alice)
    answer = await alice.post(FLOWS, json=GREETING)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_a_webhook_path_is_served_by_one_flow(alice):
    await published(alice, webhook_flow())
    other = webhook_flow("other")
    other["steps"][0]["params"]["path"] = "hook"
    await created(alice, other)
    answer = await alice.post(f"{FLOWS}/other/publish")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_pages_are_followed_by_their_cursor(alice):
    for number in range(5):
        await created(alice, {**GREETING, "id": f"flow-{number}"})
    first = (await alice.get(FLOWS, params={"limit": 3})).json()
    second = (await alice.get(FLOWS, params={"limit": 3, "after": first["next"]})).json()
    found = [flow["id"] for flow in first["flows"] + second["flows"]]
    assert (found, second["next"]) == ([f"flow-{number}" for number in range(5)], None)


async def test_who_may_only_look_cannot_write(alice, bob):
    flow = await created(alice)
    assert (await bob.get(f"{FLOWS}/greeting")).status_code == 200
    for answer in (
        await bob.post(FLOWS, json={**GREETING, "id": "mine"}),
        await bob.put(f"{FLOWS}/greeting", json=flow),
        await bob.delete(f"{FLOWS}/greeting"),
        await bob.post(f"{FLOWS}/greeting/publish"),
        await bob.post(f"{FLOWS}/greeting/start"),
    ):
        assert (answer.status_code, answer.json()["errorType"]) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/yaml"),
        (b"{" * 5000, "application/json"),
        (b'{"steps":' * 300 + b"1" + b"}" * 300, "application/json"),
        (b'{"revision": "x", "steps":' + b"[" * 400 + b"]" * 400 + b"}", "application/json"),
        (b"a: &a [*a]", "application/yaml"),
        (b"- " * 3000, "application/yaml"),
        (b"null", "application/json"),
        (b'{"id": "x", "steps": 5}', "application/json"),
        (b'{"id": "../x", "steps": [{"id": "a", "type": "data.set"}]}', "application/json"),
    ],
)
async def test_no_definition_makes_an_error_of_ours(alice, content, kind):
    for method, path in (("POST", FLOWS), ("POST", f"{FLOWS}/validate"), ("PUT", f"{FLOWS}/x")):
        answer = await alice.request(method, path, content=content, headers={"Content-Type": kind})
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "beside", [{"revision": 5}, {"revision": "a\x00"}, {"message": ["x"]}, {"message": "x" * 2001}]
)
async def test_what_stands_beside_a_definition_is_checked(alice, beside):
    flow = await created(alice)
    answer = await alice.put(f"{FLOWS}/greeting", json={**flow, **beside})
    assert answer.status_code == 400
