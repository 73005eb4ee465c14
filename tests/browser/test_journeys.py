"""The way of somebody new: set the node up, sign in, import a flow, run it, look at what it did."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.support import PASSWORD, Site, assert_accessible, screenshot, signed_in

PAGES = ("/flows", "/executions", "/import", "/permissions", "/audit", "/keys", "/search?q=hello")


def workflow(name: str) -> str:
    """An export of n8n: a trigger and a step that sets a field."""
    trigger = {
        "name": "Begin", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "parameters": {},
    }  # fmt: skip
    value = {"id": "1", "name": "greeting", "value": "hello", "type": "string"}
    step = {
        "name": "Greet",
        "type": "n8n-nodes-base.set",
        "typeVersion": 3.4,
        "parameters": {"assignments": {"assignments": [value]}, "options": {}},
    }
    edges = {"Begin": {"main": [[{"node": "Greet", "type": "main", "index": 0}]]}}
    return json.dumps({"id": name, "name": name, "nodes": [trigger, step], "connections": edges})


async def imported_and_run(page: Page, site: Site, name: str) -> None:
    """Paste a workflow, import it and start it; the page shows its execution."""
    await page.goto(site.at("/import"))
    await page.get_by_label("Or paste one document here").fill(workflow(name))
    await page.get_by_role("button", name="Look at what is pasted").click()
    await expect(page.get_by_text("It becomes a new flow")).to_be_visible()
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_role("link", name=name)).to_be_visible()
    await page.goto(site.at(f"/flows?text={name}"))
    await page.get_by_role("button", name=f"Run {name}").click()
    await expect(page.get_by_role("heading", name="Execution")).to_be_visible()


async def test_from_a_fresh_node_to_a_finished_execution(fresh_site: Site, page: Page) -> None:
    await page.goto(fresh_site.at("/"))
    await expect(page.get_by_role("heading", name="Set up this node")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "set-up")
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_role("heading", name="Flows", level=1)).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await signed_in(page, fresh_site)
    await imported_and_run(page, fresh_site, "first-steps")
    await expect(page.locator("#state .status").first).to_have_text("completed")
    await expect(page.get_by_role("cell", name="Greet")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "execution")
    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_text("Verified:")).to_be_visible()


async def test_the_door_is_accessible(site: Site, page: Page) -> None:
    await page.goto(site.at("/account/login/"))
    await assert_accessible(page)
    await screenshot(page, "sign-in")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_accessible(site: Site, page: Page, path: str) -> None:
    await signed_in(page, site)
    await page.goto(site.at(path))
    await assert_accessible(page)
    await screenshot(page, path.strip("/").partition("?")[0])


async def test_a_wrong_password_says_so(site: Site, page: Page, context: BrowserContext) -> None:
    await page.goto(site.at("/account/login/"))
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.locator(".errorlist")).to_be_visible()
