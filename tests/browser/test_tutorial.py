"""docs/tutorial.md, followed to the letter on a fresh node."""

from __future__ import annotations

import json

import httpx
from playwright.async_api import Page, expect

from tests.browser.editor_support import chosen, step
from tests.browser.support import PASSWORD, Site


async def test_the_tutorial_works(fresh_site: Site, page: Page) -> None:
    await page.goto(fresh_site.at("/"))
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.locator("form button.main").click()
    await page.get_by_role("link", name="New flow").click()
    await drawn(page)
    await tried(page)
    await written_a_test(page)
    await published(page, fresh_site)
    await page.get_by_role("link", name="Executions").click()
    await page.locator("#main a[href^='/executions/exe_']").first.click()
    await page.get_by_role("button", name="Verify").click()
    await expect(page.locator("#main")).to_contain_text("Verified")


async def drawn(page: Page) -> None:
    """Draw a webhook and a step that sets a field."""
    await page.get_by_role("button", name="Add the first step").click()
    await chosen(page, "webhook")
    await opened_by_key(page, "Webhook")
    await page.get_by_label("Path", exact=True).fill("greet")
    await page.get_by_label("Methods 1", exact=True).select_option(label="GET")
    await page.get_by_label("Response mode", exact=True).select_option(label="Last step")
    await page.get_by_role("button", name="Edit the output as pinned data").click()
    await page.get_by_label("Items as JSON").fill(json.dumps([{"query": {"name": "Ada"}}]))
    await page.get_by_role("button", name="Pin these items").click()
    await page.keyboard.press("Escape")
    await step(page, "Webhook").click()
    await page.keyboard.press("n")
    await chosen(page, "set fields")
    await opened_by_key(page, "Set fields")
    await page.get_by_role("button", name="Add to fields").click()
    await page.get_by_label("Fields: name 1").fill("message")
    await page.get_by_role("button", name="value 1: expression").click()
    await page.get_by_role("combobox", name="value 1").fill("Hello {{ $json.query.name }}")
    await expect(page.locator(".preview").first).to_have_text("Hello Ada")
    await page.get_by_label("Keep", exact=True).fill("none")


async def written_a_test(page: Page) -> None:
    """Make a test of the run, and run it."""
    await page.keyboard.press("t")
    pane = page.get_by_role("complementary", name="Tests")
    await pane.get_by_role("button", name="From the last run").click()
    await pane.get_by_role("button", name="Keep").click()
    await pane.get_by_role("button", name="Run all").click()
    await expect(pane.locator("[data-outcome=passed]")).to_have_count(1)
    await expect(pane.get_by_role("region", name="Coverage")).to_contain_text("% covered")
    await page.keyboard.press("Escape")


async def opened_by_key(page: Page, name: str) -> None:
    """Open the step that is selected."""
    await expect(page.locator(".drawflow-node.selected", has_text=name)).to_be_visible()
    await expect(page.locator("#canvas")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name=f"Step {name}")).to_be_visible()


async def tried(page: Page) -> None:
    """Run the step, then the whole."""
    await page.get_by_role("button", name="Run step").click()
    output = page.get_by_role("region", name="Output", exact=True)
    await expect(output.get_by_role("row").nth(1)).to_contain_text("Hello Ada")
    await page.keyboard.press("Escape")
    await page.keyboard.press("F9")
    await expect(page.locator(".run-status")).to_have_text("Completed")
    await expect(step(page, "Set fields").locator(".step-state")).to_contain_text("1 item")


async def published(page: Page, site: Site) -> None:
    """Publish, and call it."""
    await page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="Publish for the first time")
    await expect(dialog).to_contain_text("GET /webhook/greet")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("Published", exact=True)).to_be_visible()
    answer = httpx.get(site.at("/webhook/greet?name=Grace"), timeout=60)
    assert answer.json() == {"message": "Hello Grace"}
