"""Keys that lie in the browser: moved there, used, rotated, joined by a second browser, recovered."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import a_context
from tests.browser.support import Complaints, Site, assert_accessible, screenshot, signed_in, text_of
from tests.browser.test_live import plain_flow, token

SIGN = """async (text) => {
  const { sign } = await import('/static/js/keys/signing.js');
  const made = await sign(new TextEncoder().encode(text), 'Vote yes', ['Proposal 7', 'Weight: 4']);
  return { identity: made.identity, key: made.key, length: made.signature.length };
}"""


async def keys_page(page: Page, site: Site) -> Page:
    """The page of the keys, once its scripts have looked at them."""
    await page.goto(site.at("/keys"))
    await expect(page.locator("#my-keys")).to_have_attribute("aria-busy", "false")
    return page


async def moved(page: Page, site: Site) -> str:
    """Move the key of the signed-in person into the browser; gives the recovery key."""
    await keys_page(page, site)
    await page.get_by_role("button", name="Move my key into this browser").click()
    dialog = page.get_by_role("dialog")
    text = await text_of(dialog.locator("code"))
    await assert_accessible(page)
    await screenshot(page, "recovery-key")
    await dialog.get_by_role("button", name="I have put it away").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign").click()
    await expect(page.get_by_text("Your key is in this browser and")).to_be_visible()
    return text


async def agree(page: Page, verb: str = "Sign") -> None:
    """Agree to sign."""
    await page.get_by_role("dialog").get_by_role("button", name=verb).click()


@pytest_asyncio.fixture(loop_scope="session")
async def second(chromium: Browser) -> Any:
    """A tab in another browser."""
    async for context in a_context(chromium):
        yield await context.new_page()


async def test_the_key_moves_into_the_browser_and_signs_there(own_site: Site, page: Page) -> None:
    await signed_in(page, own_site)
    await keys_page(page, own_site)
    await expect(page.get_by_text("The node can sign for you.")).to_be_visible()
    await moved(page, own_site)
    await expect(page.get_by_text("This browser has checked all 2 events")).to_be_visible()
    await expect(page.get_by_text("not on this node: only you can sign")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "keys-in-browser")
    made = await _while_agreeing(page, page.evaluate(SIGN, "a ballot"))
    assert made["key"].startswith("z6Mk")
    assert (made["identity"][:4], made["length"]) == ("bafy", 64)


async def _while_agreeing(page: Page, signing: Coroutine[Any, Any, Any]) -> Any:
    task = asyncio.ensure_future(signing)
    await expect(page.get_by_role("dialog").get_by_text("Weight: 4")).to_be_visible()
    await agree(page)
    return await task


async def test_no_script_takes_the_private_key_out(own_site: Site, page: Page) -> None:
    await signed_in(page, own_site)
    await moved(page, own_site)
    taken = await page.evaluate(
        """async () => {
          const { pairsOf } = await import('/static/js/keys/store.js');
          const { mine } = await import('/static/js/keys/node.js');
          const pairs = await pairsOf((await mine()).identity);
          const tries = pairs.flatMap((one) => ['pkcs8', 'jwk'].map((form) =>
            crypto.subtle.exportKey(form, one.pair.privateKey).then(() => 'taken', () => 'refused')));
          return [pairs.length, ...new Set(await Promise.all(tries))];
        }"""
    )
    assert taken == [2, "refused"]


async def test_a_key_is_rotated_and_asked_for_a_token(own_site: Site, page: Page) -> None:
    await signed_in(page, own_site)
    await moved(page, own_site)
    await page.get_by_role("button", name="Rotate my key").click()
    await agree(page)
    await expect(page.get_by_text("Your key was rotated.")).to_be_visible()
    await expect(page.get_by_text("This browser has checked all 3 events")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("mine")
    await page.get_by_label("flows:read").check()
    await page.get_by_role("button", name="Create token").click()
    await agree(page)
    await expect(page.get_by_text("The token mine.")).to_be_visible()


async def test_a_second_browser_joins_and_the_recovery_key_replaces_a_lost_one(
    own_site: Site, page: Page, second: Page
) -> None:
    await signed_in(page, own_site)
    recovery = await moved(page, own_site)
    await signed_in(second, own_site)
    await keys_page(second, own_site)
    await second.get_by_label("Name of this browser").fill("laptop")
    await assert_accessible(second)
    await second.get_by_role("button", name="Add this browser").click()
    await expect(second.get_by_text("This browser waits: open")).to_be_visible()
    await keys_page(page, own_site)
    await page.get_by_role("button", name="Let laptop sign for me").click()
    await agree(page)
    await expect(page.get_by_text("laptop signs for you now.")).to_be_visible()
    await keys_page(second, own_site)
    await expect(second.get_by_text("has a key of its own and signs for you")).to_be_visible()
    made = await _while_agreeing(second, second.evaluate(SIGN, "a ballot"))
    assert made["key"].startswith("z6Mk")
    await second.get_by_text("My other browser is lost").click()
    await second.get_by_label("Recovery key").first.fill("abcd-efgh")
    await second.get_by_role("button", name="Recover here").click()
    await expect(second.get_by_text("a letter is wrong or missing")).to_be_visible()
    await second.get_by_label("Recovery key").first.fill(recovery.upper())
    await second.get_by_role("button", name="Recover here").click()
    await second.get_by_role("button", name="I have put it away").click()
    await agree(second)
    await expect(second.get_by_text("Your identity was recovered")).to_be_visible()
    await expect(second.get_by_text("Your key is in this browser and")).to_be_visible()
    await keys_page(page, own_site)
    await expect(page.get_by_text("Your key is in another browser.")).to_be_visible()


async def test_a_forged_key_log_is_found_in_the_browser(
    own_site: Site, page: Page, context: BrowserContext
) -> None:
    await signed_in(page, own_site)

    async def forge(route: Any) -> None:
        answer = await route.fetch()
        told = await answer.json()
        events = told["logs"][told["identity"]]
        middle = len(events[0]) // 2
        events[0] = events[0][:middle] + ("A" if events[0][middle] != "A" else "B") + events[0][middle + 1 :]
        await route.fulfill(json=told)

    await page.route("**/keys/mine", forge)
    await page.goto(own_site.at("/keys"))
    await expect(page.get_by_text("The key log is not valid")).to_be_visible()


async def test_an_identity_ends_and_with_it_its_sessions(
    own_site: Site, page: Page, context: BrowserContext
) -> None:
    complaints: Complaints = context.complaints  # type: ignore[attr-defined]
    complaints.expect("403")
    await signed_in(page, own_site)
    await moved(page, own_site)
    await page.locator("summary", has_text="End my identity").click()
    await page.get_by_role("button", name="End my identity").click()
    await agree(page, "End it")
    await expect(page.get_by_text("this identity was revoked")).to_be_visible()


async def test_a_browser_without_ed25519_says_what_to_do(own_site: Site, page: Page) -> None:
    await page.add_init_script(
        "crypto.subtle.generateKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'))"
    )
    await signed_in(page, own_site)
    await keys_page(page, own_site)
    await expect(page.get_by_text("This browser cannot keep keys")).to_be_visible()


async def test_bytes_that_are_key_events_are_not_signed_for_pages(site: Site, page: Page) -> None:
    await signed_in(page, site)
    for context in ("qflow/key-event/1", "qflow/challenge/1"):
        refused = await page.evaluate(
            """async (context) => {
              const { sign } = await import('/static/js/keys/signing.js');
              const bytes = new TextEncoder().encode(`${context}\\0rest`);
              return sign(bytes, 'x', []).then(() => 'signed', (error) => error.message);
            }""",
            context,
        )
        assert "not for signing" in refused


async def test_a_flow_is_signed_in_the_browser(own_site: Site, page: Page) -> None:
    token(own_site)
    own_site.node.create(plain_flow("signed-here"))
    await signed_in(page, own_site)
    await moved(page, own_site)
    await page.goto(own_site.at("/flows"))
    await page.get_by_role("button", name="Sign signed-here").click()
    await expect(page.get_by_role("dialog")).to_contain_text("You answer for its newest version")
    await agree(page)
    await expect(page.get_by_text("You signed signed-here.")).to_be_visible()
    identity = (await page.evaluate("fetch('/keys/mine').then((answer) => answer.json())"))["identity"]
    assert own_site.node.get("/api/v1/flows/signed-here")["signature"]["identity"] == identity
