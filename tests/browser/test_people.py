"""A second person is invited, joins, is allowed less, gets a new password, and is removed."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import a_context
from tests.browser.support import (
    PASSWORD,
    Complaints,
    Site,
    assert_accessible,
    screenshot,
    signed_in,
    text_of,
)


@pytest_asyncio.fixture(loop_scope="session")
async def second(chromium: Browser) -> Any:
    """A tab in another browser."""
    async for context in a_context(chromium):
        yield await context.new_page()


async def line(page: Page, site: Site, name: str) -> Any:
    """What can be changed about a person, opened."""
    await page.goto(site.at("/people"))
    row = page.locator("tr", has=page.get_by_role("cell", name=name, exact=True))
    await row.locator("summary").first.click()
    return row


async def test_from_an_invitation_to_the_end(own_site: Site, page: Page, second: Page) -> None:
    complaints: Complaints = second.context.complaints  # type: ignore[attr-defined]
    complaints.expect("403|404")
    await signed_in(page, own_site)
    await page.get_by_role("link", name="People").click()
    await page.get_by_role("button", name="Make a link").click()
    link = await text_of(page.locator("code.secret"))
    await expect(page.get_by_role("cell", name="one more person")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "people")
    await second.goto(link)
    await assert_accessible(second)
    await screenshot(second, "join")
    await second.get_by_label("Name").fill("ada")
    await second.get_by_label("Password").fill(PASSWORD)
    await second.get_by_role("button", name="Join").click()
    await expect(second.get_by_text("Somebody has this name")).to_be_visible()
    await second.get_by_label("Name").fill("ben")
    await second.get_by_label("Password").fill(PASSWORD)
    await second.get_by_role("button", name="Join").click()
    await expect(second.get_by_role("heading", name="Keys")).to_be_visible()
    await expect(second.get_by_role("link", name="People")).to_have_count(0)
    await second.goto(link)
    await expect(second.get_by_role("heading", name="Join this node")).to_have_count(0)

    row = await line(page, own_site, "ben")
    await row.get_by_label("Role").select_option("runner")
    await row.get_by_role("button", name="Save the role").click()
    await expect(page.get_by_role("cell", name="runner", exact=True)).to_be_visible()
    await expect(page.get_by_role("cell", name="flows:read executions:read executions:write")).to_be_visible()

    row = await line(page, own_site, "ben")
    await row.get_by_role("button", name="Link to a new password").click()
    link = await text_of(page.locator("code.secret"))
    await second.goto(link)
    await second.get_by_label("Password").fill("another horse battery")
    await second.get_by_role("button", name="Set password").click()
    await expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    await second.get_by_label("Name").fill("ben")
    await second.get_by_label("Password").fill("another horse battery")
    await second.get_by_role("button", name="Sign in", exact=True).click()
    await expect(second.get_by_role("heading", name="Flows", level=1)).to_be_visible()

    row = await line(page, own_site, "ben")
    await row.get_by_role("button", name="Switch off").click()
    await expect(page.get_by_role("cell", name="switched off")).to_be_visible()
    await second.goto(own_site.at("/flows"))
    await expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    row = await line(page, own_site, "ben")
    await row.get_by_role("button", name="Switch on").click()
    row = await line(page, own_site, "ben")
    await assert_accessible(page)
    await row.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("cell", name="ben", exact=True)).to_have_count(0)
