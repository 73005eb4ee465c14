"""The flow editor in a real browser."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in

ORDERS: dict[str, Any] = {
    "name": "Order intake",
    "steps": [
        {
            "id": "hook",
            "type": "trigger.webhook",
            "name": "Order arrives",
            "params": {"path": "orders", "methods": ["POST"]},
            "position": [0, 160],
            "next": {"main": "check"},
        },
        {
            "id": "check",
            "type": "logic.condition",
            "name": "Has a customer?",
            "params": {"value": "$json.body.customer", "operator": "exists"},
            "position": [320, 160],
            "next": {"true": "load", "false": "refuse"},
        },
        {
            "id": "load",
            "type": "http.request",
            "name": "Load customer",
            "params": {"url": "https://api.example.com/customers"},
            "retryPolicy": {"maxAttempts": 3},
            "position": [640, 64],
            "next": {"main": "ask", "failure": "note"},
        },
        {
            "id": "ask",
            "type": "flow.approval",
            "name": "Ask for approval",
            "position": [960, 0],
            "next": {},
        },
        {
            "id": "note",
            "type": "data.set",
            "name": "Note the failure",
            "params": {"fields": {"failed": True}},
            "position": [960, 176],
            "next": {},
        },
        {
            "id": "refuse",
            "type": "webhook.respond",
            "name": "Refuse",
            "params": {"respondWith": "json", "status": 400, "body": {"error": "Who are you?"}},
            "position": [640, 288],
            "next": {},
        },
    ],
}

CREATE = """async definition => {
  const headers = {
    "Content-Type": "application/json",
    "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value,
  };
  const answer = await fetch("/flows/new", {method: "POST", headers, body: JSON.stringify({definition})});
  return (await answer.json()).id;
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def editor(page: Page, site: Site) -> Page:
    """The editor of a flow of its own, in a browser that signed in."""
    await signed_in(page, site)
    await opened(page, site, ORDERS)
    return page


async def opened(page: Page, site: Site, definition: dict[str, Any]) -> str:
    """Store a flow and open it in the editor; gives its id."""
    await page.goto(site.at("/flows/new"))
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    name = await page.evaluate(CREATE, definition)
    await page.goto(site.at(f"/flows/{name}/edit"))
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    return str(name)


def step(page: Page, name: str) -> Any:
    """A step on the canvas."""
    return page.locator(".drawflow-node", has_text=name)


async def stored(page: Page) -> dict[str, Any]:
    """The flow as the node has it: step id -> step."""
    path = page.url.replace("/edit", "/document")
    loaded = await page.evaluate("async path => (await fetch(path)).json()", path)
    return {one["id"]: one for one in loaded["definition"]["steps"]}


async def dragged(page: Page, source: Any, target: Any, dx: float = 0, dy: float = 0) -> None:
    """Drag from the middle of one thing to the middle of another, or so many pixels from there."""
    one, other = await source.bounding_box(), await target.bounding_box()
    await page.mouse.move(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2)
    await page.mouse.down()
    x, y = other["x"] + other["width"] / 2 + dx, other["y"] + other["height"] / 2 + dy
    await page.mouse.move(x - 5, y - 5, steps=4)
    await page.mouse.move(x, y)
    await page.mouse.up()


async def saved(page: Page) -> None:
    """Save, and wait until the node has it."""
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Not saved", exact=True)).to_have_count(0)


async def test_a_flow_is_shown_with_its_wires_and_badges(editor: Page) -> None:
    await expect(editor.locator(".drawflow-node")).to_have_count(6)
    await expect(editor.locator("svg.connection")).to_have_count(5)
    await expect(step(editor, "Load customer").get_by_title("Tries 3 times")).to_be_visible()
    await expect(step(editor, "Load customer")).to_contain_text("GET api.example.com/customers")
    await assert_accessible(editor)
    await screenshot(editor, "editor")


async def test_a_step_is_moved_and_saved_and_moved_back(editor: Page) -> None:
    before = (await stored(editor))["refuse"]["position"]
    await dragged(editor, step(editor, "Refuse"), step(editor, "Refuse"), dx=60, dy=70)
    await expect(editor.get_by_text("Not saved", exact=True)).to_be_visible()
    await saved(editor)
    after = (await stored(editor))["refuse"]["position"]
    assert after[0] > before[0] and after[1] > before[1] and after[0] % 16 == 0
    await editor.get_by_role("button", name="Undo").click()
    await saved(editor)
    assert (await stored(editor))["refuse"]["position"] == before
