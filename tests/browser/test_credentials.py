"""Credentials in a real browser: filled in from the editor, listed, changed; secrets only go in."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_editor import opened, step
from tests.browser.test_live import token
from tests.servers.oauth import CLIENT, AuthorisationServer
from tests.servers.oauth import SECRET as CLIENT_SECRET

SECRET = "swordfish-4711"
NEWS: dict[str, Any] = {
    "name": "Newsletter",
    "steps": [
        {
            "id": "begin",
            "type": "trigger.manual",
            "name": "Begin",
            "position": [0, 0],
            "next": {"main": "call"},
        },
        {
            "id": "call",
            "type": "http.request",
            "name": "Fetch subscribers",
            "params": {
                "url": "https://api.example.com/subscribers",
                "auth": {
                    "kind": "credential",
                    "credential": {"type": "httpBearerAuth", "name": "Newsletter key"},
                },
            },
            "position": [320, 0],
            "next": {},
        },
    ],
}


def let_out(site: Site, host: str) -> None:
    """Add a host to the egress policy."""
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {token(site)}"}) as client:
        found = client.get("/api/v1/policy").json()
        document = {**found["document"], "egress": {"allow": [host]}}
        changed = {"document": document, "revision": found["revision"]}
        assert client.put("/api/v1/policy", json=changed).status_code < 400


async def test_a_step_gets_its_credential_without_leaving_the_editor(site: Site, page: Page) -> None:
    page.context.complaints.expect("422")  # type: ignore[attr-defined]
    await signed_in(page, site)
    await opened(page, site, NEWS)
    await step(page, "Fetch subscribers").dblclick()
    panel = page.get_by_role("dialog", name="Step Fetch subscribers")
    await expect(panel.get_by_text("It is not filled in yet")).to_be_visible()
    await panel.get_by_role("button", name="Fill in").click()
    dialog = page.get_by_role("dialog", name="Fill in: Newsletter key")
    await dialog.get_by_label("Token").fill(SECRET)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("there must be at least one")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "credential-in-editor")
    await dialog.get_by_label("May be sent to").fill("api.example.com")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(panel.get_by_text("It is not filled in yet")).to_have_count(0)
    chosen = panel.get_by_label("Credential", exact=True)
    await expect(chosen.locator("option:checked")).to_have_text("Newsletter key")
    await chosen.select_option(label="New Basic auth…")
    await expect(page.get_by_role("dialog", name="New credential: Basic auth")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(chosen.locator("option:checked")).to_have_text("Newsletter key")
    await assert_accessible(page)
    await _listed_and_changed(site, page)


async def _listed_and_changed(site: Site, page: Page) -> None:
    await page.goto(site.at("/credentials"))
    row = page.get_by_role("row", name="Newsletter key")
    await expect(row).to_contain_text("ready")
    await expect(row.get_by_role("link", name="Newsletter", exact=True)).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "credentials")
    await row.get_by_role("link", name="Newsletter key").click()
    token = page.get_by_label("Token")
    await expect(token).to_have_attribute("placeholder", "Kept; type to replace it")
    await expect(token).to_have_value("")
    assert SECRET not in await page.content()
    await assert_accessible(page)
    await screenshot(page, "credential")
    await page.get_by_role("button", name="Save").click()
    await row.get_by_label("More for Newsletter key").click()
    await row.get_by_role("button", name="Test").click()
    await expect(page.get_by_text("is filled in and right in itself")).to_be_visible()
    await row.get_by_label("More for Newsletter key").click()
    await row.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete")
    await expect(asked).to_contain_text("1 step fails from then on, in: Newsletter")
    await asked.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("Newsletter key is deleted")).to_be_visible()
    await page.get_by_role("link", name="Variables").click()
    await page.get_by_label("Name", exact=True).fill("NEWS_BASE")
    await page.get_by_label("Value", exact=True).fill("https://news.example")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_label("Value of NEWS_BASE")).to_have_value("https://news.example")
    await assert_accessible(page)
    await screenshot(page, "variables")
    await page.goto(site.at("/credentials/new"))
    await page.get_by_label("Find a type").fill("ssh key")
    await expect(page.get_by_role("link", name="SSH with a private key")).to_be_visible()
    await expect(page.get_by_role("link", name="Bearer auth")).to_be_hidden()
    await assert_accessible(page)


async def test_a_person_agrees_at_the_server_and_comes_back_connected(site: Site, page: Page) -> None:
    let_out(site, "127.0.0.1")
    with AuthorisationServer() as server:
        await signed_in(page, site)
        await page.goto(site.at("/credentials/edit?type=oAuth2Api"))
        await page.get_by_label("Name").fill("Shop account")
        await page.get_by_label("Grant type").select_option(label="Pkce")
        server.redirects.add(await page.get_by_label("Redirect address").input_value())
        await page.get_by_label("Client id").fill(CLIENT)
        await page.get_by_label("Client secret").fill(CLIENT_SECRET)
        await page.get_by_label("Access token url").fill(f"{server.url}/token")
        await page.get_by_label("Auth url").fill(f"{server.url}/authorize")
        await page.get_by_label("May be sent to").fill("127.0.0.1")
        await page.get_by_text("What may use it").click()
        await page.get_by_label("Also without TLS").check()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Not connected yet")).to_be_visible()
        await assert_accessible(page)
        await screenshot(page, "credential-connect")
        await page.get_by_role("button", name="Connect").click()
        await expect(page.get_by_text("Shop account is connected")).to_be_visible()
        await expect(page.get_by_role("button", name="Connect again")).to_be_visible()
        await page.goto(site.at("/credentials"))
        await expect(page.get_by_role("row", name="Shop account")).to_contain_text("ready")
