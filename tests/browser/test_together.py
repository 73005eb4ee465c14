"""Two people in one flow, each in a browser of their own: they see each other, and no edit is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import a_context
from tests.browser.editor_support import ORDERS, opened, saved, step, stored
from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_governance import joined


@pytest_asyncio.fixture(loop_scope="session")
async def bea(chromium: Browser) -> Any:
    """A tab in the browser of somebody else."""
    async for context in a_context(chromium):
        yield await context.new_page()


async def renamed(page: Page, name: str, wanted: str) -> None:
    """Give a step another name by its keys."""
    await step(page, name).click()
    await page.keyboard.press("F2")
    await page.get_by_label("Name of the step").fill(wanted)
    await page.keyboard.press("Enter")
    await expect(step(page, wanted)).to_be_visible()


async def commented(page: Page, bea: Page) -> None:
    """Ada asks something of a step, Bea answers, and Ada resolves it all; each sees it at once."""
    await step(page, "Refuse").dblclick()
    panel = page.get_by_role("dialog", name="Step Refuse")
    await panel.get_by_role("tab", name="Comments").click()
    await panel.get_by_label("Comment on this step").fill("**Why** 400? <img src=x onerror=alert(1)>")
    await page.keyboard.press("Control+Enter")
    await expect(panel.get_by_role("listitem").locator("strong", has_text="Why")).to_be_visible()
    await expect(panel.locator(".together-text")).to_contain_text("<img src=x")
    await assert_accessible(page)

    await expect(step(bea, "Refuse").locator(".badge.comments")).to_be_visible()
    await bea.locator("#canvas").focus()
    await bea.keyboard.press("Shift+C")
    dialog = bea.get_by_role("dialog", name="Comments")
    await expect(dialog.get_by_role("listitem")).to_contain_text("400? <img src=x")
    await dialog.get_by_label("Comment on the flow").fill("Since nobody asked")
    await dialog.get_by_role("button", name="Comment", exact=True).click()
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    await expect(dialog.get_by_role("button", name="Take back the comment of ada")).to_have_count(0)
    await assert_accessible(bea)
    await dialog.get_by_role("button", name="Reply to ada").click()
    await dialog.get_by_label("Reply to ada").fill("It is the rule")
    await bea.keyboard.press("Control+Enter")
    await expect(panel.get_by_role("list", name="Replies to ada")).to_contain_text("It is the rule")
    await assert_accessible(page)
    await screenshot(page, "comments")
    await dialog.get_by_role("button", name="Resolve the comment of ada").click()
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await dialog.get_by_label("Show resolved (1)").check()
    await expect(dialog.get_by_text("Resolved by bea")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await panel.get_by_label("Show resolved (1)").check()
    await expect(panel.get_by_text("Resolved by bea")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(step(page, "Refuse").locator(".badge.comments")).to_have_count(0)


async def test_two_people_draw_in_one_flow(site: Site, page: Page, bea: Page) -> None:
    bea.context.complaints.expect("409")  # type: ignore[attr-defined]
    await signed_in(page, site)
    await joined(page, bea, site, "bea")
    flow = await opened(page, site, ORDERS)
    await bea.goto(site.at(f"/flows/{flow}/edit"))
    await expect(page.locator(".together-people")).to_contain_text("bea has this flow open")
    await expect(bea.locator(".together-people")).to_contain_text("ada has this flow open")

    await commented(page, bea)

    await step(bea, "Ask for approval").click()
    await expect(step(page, "Ask for approval").locator(".badge.present")).to_have_text("BE")
    await expect(page.locator(".together-people")).to_contain_text("bea at Ask for approval")
    await page.keyboard.press("l")
    row = page.get_by_role("row", name=re.compile("^Ask for approval"))
    await expect(row).to_contain_text("bea is here")
    await assert_accessible(page)
    await page.keyboard.press("l")
    await screenshot(page, "together")

    await renamed(page, "Refuse", "Turn away")
    await renamed(bea, "Load customer", "Find customer")
    await saved(page)
    await expect(bea.get_by_text("ada saved a newer version")).to_be_visible()
    await saved(bea)
    await expect(step(bea, "Turn away")).to_be_visible()
    names = {one.get("name") for one in (await stored(bea)).values()}
    assert {"Turn away", "Find customer"} <= names

    await page.get_by_role("button", name="bea saved a newer version: take it over").click()
    await expect(step(page, "Find customer")).to_be_visible()
    await expect(page.get_by_text("Not saved", exact=True)).to_have_count(0)
    await bea.goto(site.at("/flows"))
    await expect(page.locator(".together-people")).to_be_hidden()
    await expect(page.locator(".badge.present")).to_have_count(0)
