"""What tests of the flow editor share: a flow, opening it, and the hands that draw."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.support import Site

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


async def opened(page: Page, site: Site, definition: dict[str, Any]) -> str:
    """Store a flow and open it in the editor; gives its id."""
    await page.goto(site.at("/flows/new"))
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    name = await page.evaluate(CREATE, definition)
    await page.goto(site.at(f"/flows/{name}/edit"))
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    return str(name)


def step(page: Page, name: str) -> Locator:
    """A step on the canvas."""
    return page.locator(".drawflow-node", has_text=name)


async def stored(page: Page) -> dict[str, Any]:
    """The flow as the node has it: step id -> step."""
    path = page.url.replace("/edit", "/document")
    loaded = await page.evaluate("async path => (await fetch(path)).json()", path)
    return {one["id"]: one for one in loaded["definition"]["steps"]}


async def dragged(page: Page, source: Locator, target: Locator, dx: float = 0, dy: float = 0) -> None:
    """Drag from the middle of one thing to the middle of another, or so many pixels from there."""
    one, other = await source.bounding_box(), await target.bounding_box()
    assert one is not None and other is not None
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


async def edited(page: Page) -> Any:
    """The flow as the page has it, saved or not, as a definition."""
    script = "import('/static/js/flow/document.js').then(m => m.toDefinition(window.qflowEditor.doc))"
    return await page.evaluate(script)


def wires(definition: dict[str, Any]) -> set[str]:
    """All wires of a definition, as ``source.port>target``."""
    return {
        f"{one['id']}.{port}>{target}"
        for one in definition["steps"]
        for port, targets in one["next"].items()
        for target in ([targets] if isinstance(targets, str) else targets)
    }


async def chosen(page: Page, text: str) -> None:
    """Type into the chooser that is open, and take the first of what it finds."""
    field = page.locator(".chooser input")
    await field.fill(text)
    await expect(page.locator(".chooser-row[aria-selected]")).to_be_visible()
    await field.press("Enter")
    await expect(page.locator(".chooser")).to_have_count(0)
