"""The list of executions: filters, picks, and what is done with many at once."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_live import plain_flow, token, waiting_flow


def started(site: Site, flow: str, times: int = 1) -> list[str]:
    """Start a flow over the API; gives the executions."""
    found = []
    for _ in range(times):
        status, _, told = site.node.post(f"/api/v1/flows/{flow}/start", {})
        assert status == 201, told
        found.append(str(told["executionId"]))
    return found


async def test_executions_are_filtered_and_many_are_stopped_run_again_and_deleted(
    own_site: Site, page: Page
) -> None:
    token(own_site)
    for flow in (waiting_flow("asks"), plain_flow("greets")):
        own_site.node.create(flow)
    waiting, done = started(own_site, "asks", 2), started(own_site, "greets", 3)
    await signed_in(page, own_site)
    await page.goto(own_site.at("/executions"))
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(5)
    await expect(page.locator(".status.completed")).to_have_count(3)
    await assert_accessible(page)
    await screenshot(page, "executions")

    await page.get_by_label("Flow").fill("asks")
    await page.get_by_label("Status").select_option("waiting")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(rows).to_have_count(2)
    await expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    for execution in waiting:
        await page.get_by_label(f"Pick {execution}").check()
    await expect(page.get_by_text("2 picked")).to_be_visible()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Stop the picked executions?")
    await assert_accessible(page)
    await page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    await expect(page.get_by_text("2 stopped.")).to_be_visible()
    await expect(page.get_by_text("Nothing passes these filters")).to_be_visible()
    await assert_accessible(page)

    await page.goto(own_site.at("/executions?text=greets"))
    await expect(rows).to_have_count(3)
    await page.get_by_label(f"Pick {done[0]}").check()
    await page.get_by_role("button", name="Run again").click()
    await expect(page.get_by_text("1 started again.")).to_be_visible()
    await expect(rows).to_have_count(4)
    await page.get_by_label(f"Pick {done[1]}").check()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("1 deleted.")).to_be_visible()
    await expect(rows).to_have_count(3)


async def test_an_execution_begins_while_others_are_picked_and_they_stay_picked(
    site: Site, page: Page
) -> None:
    token(site)
    site.node.create(plain_flow("picked"))
    first = started(site, "picked")[0]
    await signed_in(page, site)
    await page.goto(site.at("/executions?flow=picked"))
    await expect(page.locator("[data-live]")).to_have_attribute("data-state", "open")
    await page.get_by_label(f"Pick {first}").check()
    second = started(site, "picked")[0]
    await expect(page.get_by_label(f"Pick {second}")).to_be_visible()
    await expect(page.get_by_label(f"Pick {first}")).to_be_checked()
    await expect(page.get_by_text("1 picked")).to_be_visible()


async def test_times_limit_the_list_and_a_wrong_filter_is_explained(site: Site, page: Page) -> None:
    await signed_in(page, site)
    await page.goto(site.at("/executions?until=2001-01-01T00:00"))
    await expect(page.get_by_text("Nothing passes these filters")).to_be_visible()
    answer = await page.request.get(site.at("/executions?since=yesterday"))
    assert answer.status == 422
    assert re.search("from is no time", await answer.text())
