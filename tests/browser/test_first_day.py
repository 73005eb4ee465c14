"""A first day: draw eight steps with the mouse, publish, be called, find the execution, and replay it."""

from __future__ import annotations

import re

import httpx
from playwright.async_api import Page, expect

from tests.browser.editor_support import dragged, edited, saved, step, wires
from tests.browser.support import Site, signed_in

ADDED = ("Set fields", "Limit", "Do nothing", "Set fields", "Limit", "Do nothing", "Limit")
HOSTILE = "<img src=x onerror=alert(1)>"


async def test_eight_steps_are_drawn_by_mouse_published_called_found_and_replayed(
    site: Site, page: Page
) -> None:
    await signed_in(page, site)
    await page.get_by_role("link", name="New flow", exact=True).first.click()
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    await drawn(page)
    await webhook_filled_in(page)
    await saved(page)
    await published(page)
    answer = httpx.get(site.at("/webhook/first-day"), params={"name": HOSTILE}, timeout=60)
    assert answer.json()["query"] == {"name": HOSTILE}
    await found_and_replayed(page)


async def drawn(page: Page) -> None:
    """Add the trigger, then draw wire after wire to empty space."""
    await page.get_by_role("button", name="Add the first step").click()
    await picked(page, "Webhook")
    for index, label in enumerate(ADDED):
        await page.get_by_role("button", name="Show all").click()
        output = page.locator(".drawflow-node.selected .output").first
        await dragged(page, output, output, dx=70, dy=50 if index % 2 else -50)
        await picked(page, label)
    flow = await edited(page)
    assert (len(flow["steps"]), len(wires(flow))) == (8, 7)


async def picked(page: Page, label: str) -> None:
    """Take a type from the palette with the mouse."""
    await page.locator(".chooser input").fill(label)
    await page.locator(".chooser-row", has_text=label).first.click()
    await expect(page.locator(".chooser")).to_have_count(0)
    await expect(page.locator(".drawflow-node.selected", has_text=label)).to_be_visible()


async def webhook_filled_in(page: Page) -> None:
    """Give the webhook its path, in the panel of its step."""
    await page.get_by_role("button", name="Show all").click()
    await step(page, "Webhook").dblclick()
    await page.get_by_label("Path", exact=True).fill("first-day")
    await page.get_by_label("Methods 1", exact=True).select_option(label="GET")
    await page.get_by_label("Response mode", exact=True).select_option(label="Last step")
    await page.get_by_role("dialog").get_by_role("button", name="Close").first.click()


async def published(page: Page) -> None:
    """Publish, after a look at what that changes."""
    await page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="Publish for the first time")
    await expect(dialog).to_contain_text("GET /webhook/first-day")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("Published", exact=True)).to_be_visible()


async def found_and_replayed(page: Page) -> None:
    """The newest execution of the list, replayed; what somebody sent is shown as text."""
    await page.get_by_role("link", name="Executions").click()
    await page.locator("#main a[href^='/executions/exe_']").first.click()
    await expect(page.locator("#replay[data-ready=yes]")).to_be_visible()
    slider = page.get_by_label("Moment of the execution")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.locator(".drawflow-node[data-state]")).to_have_count(0)
    await page.keyboard.press("End")
    await expect(page.locator(".drawflow-node[data-state=completed]")).to_have_count(8)
    await page.get_by_role("button", name=re.compile(r"^Set fields\W+completed")).first.click()
    view = page.get_by_role("region", name="The chosen step")
    await expect(view.get_by_role("region", name="Output")).to_contain_text(HOSTILE)
