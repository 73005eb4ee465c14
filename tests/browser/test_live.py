"""Pages follow what happens without asking again and again; other sites' pages hear nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.support import Complaints, Site, signed_in

SAMPLES = 30
SLOWEST_MS = 20_000
"""What no machine may need; the numbers that count are printed."""

WATCH = """() => {
  const waiting = new Map();
  globalThis.took = [];
  const plain = WebSocket.prototype.__lookupSetter__('onmessage');
  Object.defineProperty(WebSocket.prototype, 'onmessage', { set(handler) {
    plain.call(this, (message) => {
      const event = JSON.parse(message.data);
      if (event.type === 'q.qflow.execution.completed.v1')
        waiting.set(event.data.executionId, Date.parse(event.time));
      handler.call(this, message);
    });
  } });
  const look = () => {
    for (const [execution, at] of waiting) {
      const row = [...document.querySelectorAll('tr')].find((one) => one.textContent.includes(execution));
      if (!row?.querySelector('.status.completed')) continue;
      waiting.delete(execution);
      took.push(performance.timeOrigin + performance.now() - at);
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}"""


def waiting_flow(id: str) -> dict[str, Any]:
    """A flow that waits for an approval."""
    return {
        "id": id,
        "steps": [
            {"id": "start", "type": "trigger.manual"},
            {"id": "approve", "type": "flow.approval", "params": {"title": "Shall we?"}},
            {"id": "after", "type": "data.set", "params": {"fields": {"done": True}}},
        ],
    }


def plain_flow(id: str) -> dict[str, Any]:
    """A flow that ends at once."""
    return {
        "id": id,
        "steps": [
            {"id": "start", "type": "trigger.manual"},
            {"id": "greet", "type": "data.set", "params": {"fields": {"a": 1}}},
        ],
    }


def token(site: Site) -> str:
    """A token of the node's owner, kept by the node's client."""
    if not site.node.token:
        made = json.loads(site.node.qflow("token", "create", "--scopes", "admin", "--json"))
        site.node.token = made["token"]
    return site.node.token


def approve(site: Site, execution: str) -> None:
    """Answer the approval of an execution."""
    body = {"task": "approve", "payload": {"approved": True}}
    status, _, told = site.node.post(f"/api/v1/executions/{execution}/answer", body)
    assert status == 202, told


async def run(page: Page, site: Site, flow: str) -> str:
    """Start a flow by the page; gives the execution, which the page shows."""
    await page.goto(site.at(f"/flows?text={flow}"))
    await page.get_by_role("button", name=f"Run {flow}").click()
    await expect(page.get_by_role("heading", name="Execution", level=1)).to_be_visible()
    return page.url.rpartition("/")[2]


async def test_an_execution_is_followed_to_its_end(site: Site, page: Page) -> None:
    token(site)
    site.node.create(waiting_flow("followed"))
    await signed_in(page, site)
    execution = await run(page, site, "followed")
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "open")
    await expect(page.locator("#state .status").first).to_have_text("waiting")
    approve(site, execution)
    await expect(page.locator("#state .status").first).to_have_text("completed")
    await expect(page.get_by_role("cell", name="after")).to_be_visible()
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "closed")


async def test_a_page_whose_node_was_restarted_finds_back(
    own_site: Site, page: Page, context: BrowserContext
) -> None:
    complaints: Complaints = context.complaints  # type: ignore[attr-defined]
    complaints.expect("WebSocket|ERR_|htmx|Status Error|status of 50")
    token(own_site)
    own_site.node.create(waiting_flow("found-back"))
    await signed_in(page, own_site)
    execution = await run(page, own_site, "found-back")
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "open")
    await asyncio.to_thread(own_site.node.stop)
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "waiting")
    await asyncio.to_thread(own_site.node.start)
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "open")
    approve(own_site, execution)
    await expect(page.locator("#state .status").first).to_have_text("completed")


async def test_a_list_shows_what_happens_soon(site: Site, page: Page, capsys: Any) -> None:
    token(site)
    site.node.create(plain_flow("soon"))
    await signed_in(page, site)
    await page.add_init_script(f"({WATCH})()")
    await page.goto(site.at("/executions"))
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "open")
    for number in range(1, SAMPLES + 1):
        status, _, told = await asyncio.to_thread(site.node.post, "/api/v1/flows/soon/start", {})
        assert status == 201, told
        await page.wait_for_function("(wanted) => took.length >= wanted", arg=number)
    took = sorted(await page.evaluate("took"))
    with capsys.disabled():
        print(f"\nevent to page: p50 {took[SAMPLES // 2]:.0f} ms, p95 {took[int(SAMPLES * 0.95)]:.0f} ms")
    assert took[-1] < SLOWEST_MS


async def test_pages_of_other_sites_and_strangers_hear_nothing(
    site: Site, page: Page, context: BrowserContext
) -> None:
    await signed_in(page, site)
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in await context.cookies())
    address = site.at("/live/executions").replace("http", "ws")

    async def code(origin: str | None, cookie: str) -> int | None:
        headers = {"Cookie": cookie} if cookie else {}
        async with websockets.connect(address, origin=origin, additional_headers=headers) as socket:  # type: ignore[arg-type]
            try:
                await asyncio.wait_for(socket.recv(), 2)
            except websockets.ConnectionClosed:
                return socket.close_code
            except TimeoutError:
                return None
            return None

    assert await code("https://evil.example", cookies) == 4403
    assert await code(None, cookies) == 4403
    assert await code("null", cookies) == 4403
    assert await code(site.url, "") == 4401
    assert await code(site.url, "qflow_session=guessed") == 4401
    assert await code(site.url, cookies) is None


async def test_signing_out_ends_what_a_page_hears(site: Site, page: Page, context: BrowserContext) -> None:
    await signed_in(page, site)
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in await context.cookies())
    address = site.at("/live/executions").replace("http", "ws")
    headers = {"Cookie": cookies}
    async with websockets.connect(address, origin=site.url, additional_headers=headers) as socket:  # type: ignore[arg-type]
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(socket.recv(), 60)
    assert socket.close_code == 4401
