"""Permissions that change while flows run, seen by people: revoked ones halt, expired ones pause."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_live import approve, run, token, waiting_flow

READS = ("flow.*", "execution.*", "wait.*", "system.*", "grant.*", "token.*")


def granted(site: Site, *actions: str, **options: str) -> str:
    """Grant everybody some actions; gives the grant's id."""
    words = [part for action in actions for part in ("--action", action)]
    words += [part for name, value in options.items() for part in (f"--{name}", value)]
    return str(json.loads(site.node.qflow("grant", "add", "--who", "*", *words, "--json"))["id"])


def narrowed(site: Site) -> None:
    """Everybody may look and start, and nothing runs steps."""
    first = json.loads(site.node.qflow("grant", "list", "--json"))
    granted(site, *READS)
    for one in first if isinstance(first, list) else [first]:
        site.node.qflow("grant", "revoke", one["id"])


def row(page: Page, grant: str) -> Any:
    """The line of a grant on the page of permissions."""
    return page.locator("tr", has=page.locator(f'form[action*="{grant}"]'))


async def test_a_flow_whose_permission_is_revoked_halts_and_says_so(own_site: Site, page: Page) -> None:
    token(own_site)
    own_site.node.create(waiting_flow("halts"))
    narrowed(own_site)
    grant = granted(own_site, "step.run", resource="flows/halts")
    await signed_in(page, own_site)
    execution = await run(page, own_site, "halts")
    await expect(page.locator("#state .status").first).to_have_text("waiting")
    other = await page.context.new_page()
    await other.goto(own_site.at("/permissions"))
    await row(other, grant).get_by_role("button", name="Revoke").click()
    await expect(other.get_by_role("cell", name="revoked").first).to_be_visible()
    approve(own_site, execution)
    await expect(page.get_by_text("Halted, since a permission was missing")).to_be_visible()
    await expect(page.locator("#state .status").first).to_have_text("failed")
    await assert_accessible(page)
    await screenshot(page, "execution-halted")


async def test_a_flow_whose_permission_expires_pauses_until_it_is_renewed(own_site: Site, page: Page) -> None:
    token(own_site)
    own_site.node.create(waiting_flow("pauses"))
    narrowed(own_site)
    lasting = granted(own_site, "step.run", resource="flows/pauses")
    grant = granted(own_site, "step.run", resource="flows/pauses", expires="2s")
    await signed_in(page, own_site)
    execution = await run(page, own_site, "pauses")
    await expect(page.locator("#state .status").first).to_have_text("waiting")
    own_site.node.qflow("grant", "revoke", lasting)
    other = await page.context.new_page()
    expired = row(other, grant).get_by_role("cell", name="expired")
    await other.goto(own_site.at("/permissions"))
    while not await expired.is_visible():
        await other.reload()
    approve(own_site, execution)
    await expect(page.get_by_text("Paused, since a permission has expired.")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "execution-paused")
    await row(other, grant).get_by_label("Renew for so many hours").fill("1")
    await row(other, grant).get_by_role("button", name="Renew").click()
    await expect(page.locator("#state .status").first).to_have_text("completed")
