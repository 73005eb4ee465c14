"""One execution in the browser: replay over its journal, timeline, data of steps, and running again."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_executions import started
from tests.browser.test_live import approve, token, waiting_flow

STEPS: list[dict[str, Any]] = [
    {"id": "begin", "type": "trigger.manual", "next": {"main": "price"}},
    {"id": "price", "name": "Set the price", "type": "data.set", "params": {"fields": {"price": 21}}},
    {
        "id": "say",
        "name": "Say it",
        "type": "code.javascript",
        "params": {"code": "console.log('the price is', $json.price); return $input.all();"},
    },
    {
        "id": "fail",
        "name": "Check the sum",
        "type": "code.javascript",
        "params": {"code": "throw new Error('the sum is wrong');"},
    },
]
WIRED = {"price": "say", "say": "fail"}


def failing_flow(id: str) -> dict[str, Any]:
    """A flow that says something and then fails."""
    steps = [{**step, "next": {"main": WIRED[step["id"]]}} if step["id"] in WIRED else step for step in STEPS]
    return {"id": id, "name": id, "steps": steps}


async def shown(page: Page, site: Site, execution: str) -> None:
    """Open the page of an execution, with its replay."""
    await page.goto(site.at(f"/executions/{execution}"))
    await expect(page.locator("#replay[data-ready=yes]")).to_be_visible()


async def test_an_execution_is_replayed_and_run_again_from_a_step(site: Site, page: Page) -> None:
    token(site)
    site.node.create(failing_flow("replayed"))
    execution = started(site, "replayed")[0]
    await signed_in(page, site)
    await page.goto(site.at(f"/executions/{execution}"))
    await expect(page.locator("#state .status")).to_have_text("failed")
    await shown(page, site, execution)
    failed = page.locator(".drawflow-node[data-step=fail]")
    await expect(failed).to_have_attribute("data-state", "failed")

    slider = page.get_by_label("Moment of the execution")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.locator(".drawflow-node[data-state]")).to_have_count(0)
    await expect(page.locator(".replay-word")).to_contain_text("Started")
    await page.keyboard.press("End")
    await expect(failed).to_have_attribute("data-state", "failed")

    row = page.get_by_role("button", name=re.compile(r"^Say it\W+completed"))
    await row.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    view = page.get_by_role("region", name="The chosen step")
    await expect(view.get_by_role("alert")).to_contain_text("the sum is wrong")
    await row.click()
    await expect(view.get_by_role("region", name="Input")).to_contain_text("21")
    await expect(view.get_by_role("region", name="Output")).to_contain_text("21")
    await expect(view.locator("pre")).to_contain_text("the price is 21")
    await assert_accessible(page)
    await screenshot(page, "replay")

    await view.get_by_role("button", name="Run again from here").click()
    await expect(page.get_by_text("Goes on from")).to_be_visible()
    await expect(page.locator("#state .status")).to_have_text("failed")
    await shown(page, site, page.url.rpartition("/")[2])
    await page.get_by_label("Moment of the execution").focus()
    await page.keyboard.press("End")
    await expect(page.locator(".drawflow-node[data-step=price]")).to_have_attribute("data-state", "completed")


async def test_a_replay_goes_on_with_what_happens(site: Site, page: Page) -> None:
    token(site)
    site.node.create(waiting_flow("goes-on"))
    execution = started(site, "goes-on")[0]
    await signed_in(page, site)
    await shown(page, site, execution)
    waiting = page.locator(".drawflow-node[data-step=approve]")
    await expect(waiting).to_have_attribute("data-state", "waiting")
    approve(site, execution)
    await expect(waiting).to_have_attribute("data-state", "completed")
    await expect(page.get_by_role("button", name=re.compile(r"^after\W+completed"))).to_be_visible()
    await expect(page.get_by_role("cell", name="after")).to_be_visible()


async def test_an_execution_outlives_its_flow(site: Site, page: Page) -> None:
    token(site)
    site.node.create(failing_flow("deleted-later"))
    execution = started(site, "deleted-later")[0]
    assert site.node.request("DELETE", "/api/v1/flows/deleted-later")[0] in (200, 204)
    await signed_in(page, site)
    await shown(page, site, execution)
    await expect(page.locator(".drawflow-node[data-step=fail]")).to_be_visible()
    await expect(page.get_by_role("button", name="Run again")).to_have_count(0)
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text(f"{execution} is deleted.")).to_be_visible()
