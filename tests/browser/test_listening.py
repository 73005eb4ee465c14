"""Listening for a test event: the address, the waiting, and the event in the panel."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.editor_support import edited, opened, step
from tests.browser.support import Site, assert_accessible, screenshot, signed_in

EVIL = "<img src=x onerror=alert(1)>"
HOOK: dict[str, Any] = {
    "name": "Listens",
    "steps": [
        {
            "id": "hook",
            "type": "trigger.webhook",
            "name": "Order arrives",
            "params": {"path": "listens", "methods": ["POST"]},
            "position": [0, 160],
            "next": {"main": "keep"},
        },
        {"id": "keep", "type": "flow.noop", "name": "Keep", "position": [320, 160], "next": {}},
    ],
}


async def test_a_test_event_comes_into_the_panel_and_can_be_pinned(site: Site, page: Page) -> None:
    await signed_in(page, site)
    await opened(page, site, HOOK)
    await step(page, "Order arrives").dblclick()
    box = page.get_by_role("region", name="Test event")
    address = re.compile(r"^POST http://.+/webhook-test/listens$")
    await expect(box.get_by_label("Test address", exact=True)).to_have_text(address)
    await box.get_by_role("button", name="Listen for a test event").click()
    await expect(box.get_by_role("status")).to_have_text("Waits for a call of the test address")
    await assert_accessible(page)
    await screenshot(page, "listening")
    await box.get_by_role("button", name="Stop listening").click()
    await box.get_by_role("button", name="Listen for a test event").click()
    await expect(box.get_by_role("button", name="Stop listening")).to_be_visible()
    answer = await page.request.post(site.at("/webhook-test/listens"), data={"customer": EVIL})
    assert answer.ok
    output = page.get_by_role("region", name="Output", exact=True)
    await expect(output).to_contain_text(EVIL, timeout=30_000)
    await expect(box.get_by_role("button", name="Listen for a test event")).to_be_visible()
    await output.get_by_role("button", name="Pin this data").click()
    pinned = (await edited(page))["pins"]["hook"]
    assert pinned[0]["json"]["body"] == {"customer": EVIL}
