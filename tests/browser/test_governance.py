"""Three members in three browsers: code is refused, proposed, reviewed, voted on, runs, and is revoked."""

from __future__ import annotations

import re
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import a_context
from tests.browser.editor_support import opened, step
from tests.browser.support import PASSWORD, Site, assert_accessible, screenshot, signed_in, text_of
from tests.browser.test_keys import agree, moved

FLOW = {
    "name": "Greeting",
    "steps": [
        {
            "id": "greet",
            "type": "code.javascript",
            "name": "Greet",
            "params": {"code": "const hello = 'hello';\nreturn [{ json: { hello } }];"},
        }
    ],
}
CHANGE = """async code => {
  const path = "/flows/greeting/document";
  const { definition, revision } = await (await fetch(path)).json();
  definition.steps[0].params.code = code;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const body = JSON.stringify({ definition, revision });
  return (await fetch(path, { method: "PUT", headers, body })).status;
}"""
PATIENCE_MS = 180_000
"""How long a vote of a minute and its effect may take on a busy machine."""


@pytest_asyncio.fixture(loop_scope="session")
async def ben(chromium: Browser) -> Any:
    """A tab in the second browser."""
    async for context in a_context(chromium):
        yield await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def cyd(chromium: Browser) -> Any:
    """A tab in the third browser."""
    async for context in a_context(chromium):
        yield await context.new_page()


async def joined(admin: Page, page: Page, site: Site, name: str) -> None:
    """Somebody joins the node by a link."""
    await admin.goto(site.at("/people"))
    await admin.get_by_role("button", name="Make a link").click()
    await page.goto(await text_of(admin.locator("code.secret")))
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("heading", name="Keys")).to_be_visible()


async def founded(page: Page, site: Site) -> None:
    """Ada founds a DAO of all three, in which votes are short."""
    await page.goto(site.at("/governance/"))
    await page.get_by_label("Name", exact=True).fill("Orchard")
    for name in ("ada", "ben", "cyd"):
        await page.get_by_role("checkbox", name=name, exact=True).check()
    await page.get_by_role("checkbox", name="ben: reviewer").check()
    await page.get_by_role("checkbox", name="ada: guardian").check()
    for risk, mode, voting in (("low", "vote", "45s"), ("medium", "objection", "1s")):
        await page.get_by_label(f"{risk}: decided by").select_option(mode)
        await page.get_by_label(f"{risk}: time to vote").fill(voting)
        await page.get_by_label(f"{risk}: wait after the vote").fill("1s")
    await page.get_by_label("low: reviews").fill("1")
    await page.get_by_label("low: quorum in percent").fill("60")
    await assert_accessible(page)
    await screenshot(page, "dao-found")
    await page.get_by_role("button", name="Found the DAO").click()
    await expect(page.get_by_role("heading", name="Orchard")).to_be_visible()


async def runs(page: Page, site: Site, status: str) -> None:
    """Run the flow by hand; it ends so."""
    await page.goto(site.at("/flows"))
    await page.get_by_role("button", name="Run Greeting").click()
    await expect(page.locator(f".status.{status}").first).to_be_visible()


async def voted(page: Page, answer: str, verb: str) -> None:
    """Vote, and agree to what is read out."""
    button = page.get_by_role("button", name=answer, exact=True)
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_text("Proposal: Approve greeting.greet")).to_be_visible()
    await agree(page, verb)
    await expect(page.get_by_text("You voted")).to_be_visible()


async def proposed(ada: Page, site: Site) -> str:
    """Propose from the editor what may not run yet; gives the proposal's address."""
    await ada.goto(site.at("/flows/greeting/edit"))
    await step(ada, "Greet").dblclick()
    await expect(ada.locator(".approval")).to_contain_text("runs only approved code")
    await assert_accessible(ada)
    await screenshot(ada, "step-not-approved")
    await ada.get_by_role("button", name="Propose for approval").click()
    await expect(ada.get_by_text("It reaches nothing")).to_be_visible()
    await assert_accessible(ada)
    await screenshot(ada, "proposal-new")
    await ada.get_by_role("button", name="Submit").click()
    await expect(ada.get_by_role("heading", name="Approve greeting.greet")).to_be_visible()
    await expect(ada.get_by_text("you cannot review it")).to_be_visible()
    return ada.url


async def reviewed(ada: Page, ben: Page) -> None:
    """Comment, ask for changes, get them, and approve the new version."""
    await ben.get_by_role("button", name="Comment on line 1", exact=True).click()
    await ben.get_by_label("Say something").fill("A short word, well chosen.")
    await ben.get_by_role("button", name="Comment", exact=True).click()
    await expect(ben.locator("tr.note", has_text="well chosen")).to_be_visible()
    await ben.get_by_label("Say something").fill("Be more polite.")
    await ben.get_by_role("button", name="Ask for changes").click()
    await expect(ben.get_by_text("asks for changes")).to_be_visible()
    assert await ada.evaluate(CHANGE, "return [{ json: { hello: 'good day' } }];") == 200
    await ada.get_by_role("button", name="Take the newest version of greeting").click()
    await expect(ben.locator("td code", has_text="good day")).to_be_visible()
    await expect(ben.get_by_text("about an earlier version")).to_be_visible()
    await ben.get_by_role("button", name="Approve this version").click()


async def decided(ada: Page, ben: Page, cyd: Page) -> None:
    """All three vote, and the quorum is seen as it grows."""
    for member in (ada, ben, cyd):  # two of them see it without doing anything
        await expect(member.locator(".stage.voting")).to_be_visible()
    await voted(ben, "Yes", "Sign")
    await voted(cyd, "Yes", "Vote")
    await expect(ada.get_by_text("2 of 3 votes took part")).to_be_visible()
    await voted(ada, "No", "Vote")
    await assert_accessible(ben)
    await screenshot(ben, "proposal")


async def told_meanwhile(ada: Page, site: Site) -> None:
    """What Ada sees until the vote ends: the bell, what she was told, and which votes there could be."""
    await expect(ada.get_by_role("link", name="Notifications")).to_contain_text(re.compile(r"\d"))
    await ada.get_by_role("link", name="Notifications").click()
    await expect(ada.locator(".note-title", has_text="A vote opens: Approve")).to_be_visible()
    await expect(ada.locator(".note-title", has_text="ben asks for changes of")).to_be_visible()
    await assert_accessible(ada)
    await screenshot(ada, "notifications")
    await ada.get_by_role("button", name="Mark all as read").click()
    await expect(ada.get_by_role("link", name="Notifications: 0 unread")).to_be_visible()
    await ada.goto(site.at("/governance/proposals/choose"))
    await expect(ada.get_by_text("Quadratic voting is off: one person")).to_be_visible()
    await assert_accessible(ada)
    await changed_by_form(ada, site)
    await ada.get_by_role("link", name="Proposals", exact=True).click()
    await ada.get_by_role("link", name="Approve greeting.greet").click()
    await expect(ada.locator(".stage.active").first).to_be_visible(timeout=PATIENCE_MS)


async def changed_by_form(ada: Page, site: Site) -> None:
    """A change of policy is filled in by keyboard, at a phone, and told in words."""
    await ada.set_viewport_size({"width": 390, "height": 844})
    await ada.goto(site.at("/governance/proposals/new/policy"))
    await assert_accessible(ada)
    await ada.get_by_label("Denied, whatever is allowed").fill("*.example.com")
    await ada.get_by_role("button", name="See what changes").press("Enter")
    await expect(ada.get_by_text("steps are kept from *.example.com")).to_be_visible()
    await assert_accessible(ada)
    await screenshot(ada, "dao-change-told")
    await ada.get_by_role("button", name="Back to the form").press("Enter")
    await expect(ada.get_by_label("Denied, whatever is allowed")).to_have_value("*.example.com")
    await ada.set_viewport_size({"width": 1280, "height": 800})
    await ada.get_by_role("link", name="Limits").click()
    await assert_accessible(ada)
    await screenshot(ada, "dao-change-limits")


async def warned(ada: Page, ben: Page, site: Site) -> None:
    """Ben tells of a weakness; Ada's bell rings, and her flows say so."""
    await ben.goto(site.at("/governance/templates"))
    await ben.get_by_role("link", name="greeting.greet 1").click()
    await ben.get_by_text("File an advisory").click()
    await ben.get_by_label("How bad it is").select_option("high")
    await ben.get_by_label("What it is").fill("It greets the wrong ones.")
    await ben.get_by_role("button", name="File it").click()
    await expect(ben.get_by_text("High weakness:")).to_be_visible()
    await expect(ada.get_by_role("link", name=re.compile(r"Notifications: [1-9]"))).to_be_visible()
    await ada.goto(site.at("/flows"))
    await expect(ada.get_by_text("It greets the wrong ones.")).to_be_visible()
    await assert_accessible(ada)


async def revoked(ada: Page, address: str) -> None:
    """Count the votes again, find the template, and vote it out."""
    await ada.goto(address)
    await ada.get_by_role("link", name="Count again").click()
    await expect(ada.get_by_text("every ballot are as they should be")).to_be_visible()
    await assert_accessible(ada)
    await screenshot(ada, "proposal-proof")
    await ada.get_by_role("link", name="Templates").click()
    await assert_accessible(ada)
    await ada.get_by_role("link", name="greeting.greet 1").click()
    await assert_accessible(ada)
    await screenshot(ada, "template")
    await ada.get_by_role("link", name="Propose to revoke it").click()
    await ada.get_by_role("button", name="Submit").click()
    await expect(ada.locator(".stage.active").first).to_be_visible(timeout=PATIENCE_MS)


async def test_three_members_approve_code_and_revoke_it(
    own_site: Site, page: Page, ben: Page, cyd: Page
) -> None:
    site, ada = own_site, page
    await signed_in(ada, site)
    for member, name in ((ben, "ben"), (cyd, "cyd")):
        await joined(ada, member, site, name)
    await moved(ben, site)
    await founded(ada, site)
    await assert_accessible(ada)
    await screenshot(ada, "dao-home")
    await opened(ada, site, FLOW)
    await runs(ada, site, "failed")
    address = await proposed(ada, site)
    await cyd.goto(address)
    await cyd.set_viewport_size({"width": 390, "height": 844})
    await ben.goto(address)
    await reviewed(ada, ben)
    await decided(ada, ben, cyd)
    await told_meanwhile(ada, site)
    await runs(ada, site, "completed")
    await warned(ada, ben, site)
    await revoked(ada, address)
    await runs(ada, site, "failed")
    await ada.goto(site.at("/governance/policy"))
    await expect(ada.get_by_text("in force")).to_be_visible()
    await assert_accessible(ada)
    await screenshot(ada, "policy")
