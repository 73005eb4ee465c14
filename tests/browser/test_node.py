"""The node's page: measures as they happen, health, schedules and webhooks."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_executions import started
from tests.browser.test_live import plain_flow, token


async def test_the_node_shows_its_measures_schedules_and_webhooks(own_site: Site, page: Page) -> None:
    token(own_site)
    clock = {
        "id": "nightly",
        "steps": [{"id": "clock", "type": "trigger.schedule", "params": {"cron": "0 3 * * *"}}],
    }
    hook = {
        "id": "hooked",
        "steps": [{"id": "hook", "type": "trigger.webhook", "params": {"path": "orders"}}],
    }
    own_site.node.create(plain_flow("measured"), clock, hook)
    await signed_in(page, own_site)
    await page.get_by_role("link", name="Node", exact=True).click()
    await expect(page.locator("#measures[data-ready=yes]")).to_be_visible()
    ended = page.get_by_role("region", name="Executions a second")
    started(own_site, "measured", 5)
    await expect(ended).to_contain_text("5 ended since the start")
    await expect(page.get_by_role("region", name="Execution, p95")).to_contain_text("p50")
    await expect(page.get_by_role("region", name="Parts of the node")).to_contain_text("database")
    schedules = page.get_by_role("region", name="Schedules")
    await expect(schedules.locator("time")).to_have_count(3)
    await expect(page.get_by_role("region", name="Webhooks")).to_contain_text("orders")
    await assert_accessible(page)
    await screenshot(page, "node")
    await _settings(page)


async def _settings(page: Page) -> None:
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_label("Days that executions are kept").fill("7")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The limits are changed")).to_be_visible()
    table = page.get_by_role("region", name="Settings of the node")
    await page.get_by_label("Find a setting").fill("secret_key")
    await expect(table.get_by_role("row", name="QFLOW_SECRET_KEY")).to_contain_text("data directory")
    await expect(table.get_by_role("row", name="QFLOW_HOST")).to_be_hidden()
    await page.get_by_label("Find a setting").fill("")
    await page.get_by_label("only what is set").check()
    await assert_accessible(page)
    await page.get_by_label("only what is set").uncheck()
    await page.get_by_label("Find a setting").fill("limit_")
    await screenshot(page, "settings")
