"""Passkeys, with a virtual authenticator of Chromium: signing in by one, and as the second factor."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.support import PASSWORD, Site, assert_accessible, screenshot, signed_in


@pytest_asyncio.fixture(loop_scope="session")
async def authenticator(page: Page) -> Any:
    """Plugs a virtual authenticator with a fingerprint reader into the tab."""
    client = await page.context.new_cdp_session(page)
    await client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return await client.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def added(page: Page, site: Site, *, alone: bool) -> None:
    """Add a passkey, and sign out."""
    await signed_in(page, site)
    await page.goto(site.at("/account/2fa/webauthn/add/"))
    await page.wait_for_load_state()
    if await page.get_by_role("heading", name="Add a passkey").count() == 0:
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Confirm").click()
    await page.get_by_label("It signs me in without a password").set_checked(alone)
    await assert_accessible(page)
    await screenshot(page, "passkey-add")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("heading", name="Add a passkey")).to_have_count(0)
    await page.goto(site.at("/account/2fa/webauthn/"))
    await expect(page.get_by_text("signs in" if alone else "second factor,")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Sign out").click()


async def test_a_passkey_signs_in_without_a_password(own_site: Site, page: Page, authenticator: Any) -> None:
    await added(page, own_site, alone=True)
    await page.goto(own_site.at("/account/login/"))
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("heading", name="Flows", level=1)).to_be_visible()


async def test_a_passkey_is_the_second_factor(own_site: Site, page: Page, authenticator: Any) -> None:
    await added(page, own_site, alone=False)
    await page.goto(own_site.at("/account/login/"))
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    await assert_accessible(page)
    await page.goto(own_site.at("/flows"))
    await expect(page.get_by_role("heading", name="Flows", level=1)).to_have_count(0)
    await page.goto(own_site.at("/account/2fa/authenticate/"))
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("heading", name="Flows", level=1)).to_be_visible()


async def test_who_has_no_passkey_learns_so(site: Site, page: Page, authenticator: Any) -> None:
    await page.goto(site.at("/account/login/"))
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("there is none for this node")


async def test_a_node_at_an_address_says_that_passkeys_take_a_name(site: Site, page: Page) -> None:
    await page.goto(site.node.url + "/account/login/")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("alert")).to_contain_text("tied to a name")
