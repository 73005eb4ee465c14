"""The list of flows: filters, favourites, and what is done with one of them."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, Route, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_executions import started
from tests.browser.test_live import plain_flow, token


async def chosen(page: Page, flow: str, what: str) -> None:
    """Choose something from the menu of a flow."""
    await page.get_by_label(f"More for {flow}").click()
    await page.locator(".more[open]").get_by_text(what, exact=True).click()


async def test_flows_are_found_kept_copied_exported_archived_and_deleted(own_site: Site, page: Page) -> None:
    token(own_site)
    billing = {
        **plain_flow("invoices"),
        "description": "Sends what is due",
        "metadata": {"tags": ["billing"]},
    }
    own_site.node.create(billing, plain_flow("greetings"))
    started(own_site, "invoices")
    await signed_in(page, own_site)
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await page.get_by_label("Favourite invoices").click()
    await expect(page.get_by_label("Favourite invoices")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_label("Last execution of invoices: completed")).to_be_visible()
    await page.get_by_label("More for greetings").click()
    await assert_accessible(page)
    await screenshot(page, "flows")

    await page.get_by_label("State").select_option("favourite")
    await page.get_by_role("button", name="Find", exact=True).click()
    await expect(rows).to_have_count(1)
    await page.get_by_role("link", name="billing").click()
    await expect(rows).to_have_count(1)
    async with page.expect_download() as download:
        await chosen(page, "invoices", "Export as YAML")
    assert "Sends what is due" in (await (await download.value).path()).read_text()

    await chosen(page, "invoices", "Duplicate")
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    await expect(page.get_by_role("heading", name="Edit invoices copy")).to_be_attached()

    await page.goto(own_site.at("/flows"))
    await expect(rows).to_have_count(3)
    await chosen(page, "greetings", "Archive")
    await page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    await expect(rows).to_have_count(2)
    await page.goto(own_site.at("/flows?state=archived"))
    await chosen(page, "greetings", "Delete")
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("greetings is deleted")).to_be_visible()
    await expect(page.get_by_text("No flow passes these filters")).to_be_visible()
    await assert_accessible(page)


async def test_what_is_pressed_before_the_scripts_run_waits_for_them(own_site: Site, page: Page) -> None:
    token(own_site)
    own_site.node.create(plain_flow("greetings"))
    await signed_in(page, own_site)
    may_run = asyncio.Event()

    async def late(route: Route) -> None:
        await may_run.wait()
        await route.continue_()

    await page.route("**/js/lists/main.js", late)
    await page.goto(own_site.at("/flows"), wait_until="commit")
    await page.get_by_label("More for greetings").click()
    archive = page.locator(".more[open] button[data-confirm]", has_text="Archive")
    await archive.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    may_run.set()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(page.get_by_label("More for greetings")).to_be_visible()
