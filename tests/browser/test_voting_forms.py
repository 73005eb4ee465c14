"""A validator signs the policy; then, at a phone: forms of votes, a delegation, a flow made of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.support import PASSWORD, Site, assert_accessible, screenshot, signed_in
from tests.browser.test_keys import agree, moved

PHONE = {"width": 390, "height": 844}
OPEN = {
    "quorum": 1, "reviewers": 0, "votingSeconds": 86_400, "timelockSeconds": 0, "extensionSeconds": 0,
}  # fmt: skip
SECRET_S = 30
PATIENCE_MS = 120_000


class Desk:
    """Ada's requests without a browser: what a test needs and does not look at."""

    def __init__(self, site: Site) -> None:
        self.client = httpx.Client(base_url=site.url, follow_redirects=True, timeout=60)
        self.form("/account/login/", {"login": "ada", "password": PASSWORD})
        shown = self.form("/keys", {"name": "desk", "scopes": ["admin"]}, "/keys/tokens")
        token = re.search(r'class="secret">([^<]+)<', shown)
        assert token is not None, shown
        self.client.headers["Authorization"] = f"Bearer {token[1]}"
        identity = re.search(r"Identity</dt><dd><code>([^<]+)<", shown)
        assert identity is not None
        self.identity = identity[1]

    def close(self) -> None:
        """Close its connections."""
        self.client.close()

    def found(self, **more: Any) -> None:
        """Found the DAO, of Ada and Bea, proven to be two persons. Low risk is voted on in secret, and high
        risk passes at once."""
        bea = self.ask("/identities", {"name": "bea"})["id"]
        rules = {
            "low": {**OPEN, "votingSeconds": SECRET_S, "secret": True, "revealSeconds": 86_400},
            "medium": OPEN,
            "high": {**OPEN, "mode": "objection", "votingSeconds": 1},
            "critical": OPEN,
        }
        founders = [
            {"identity": self.identity, "name": "Ada", "proof": "passport 1"},
            {"identity": bea, "name": "Bea", "proof": "passport 2"},
        ]
        charter = {"proven": True, "credits": 100, "openPerMember": 10, "rules": rules}
        self.ask("/dao", {"name": "Orchard", "charter": charter, "founders": founders, **more})

    def form(self, page: str, fields: dict[str, Any], action: str = "") -> str:
        """Send a form of a page; gives the page that follows."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.client.get(page).text)
        assert token is not None, page
        sent = self.client.post(action or page, data={**fields, "csrfmiddlewaretoken": token[1]})
        assert sent.status_code < 400, sent.text
        return sent.text

    def ask(self, path: str, body: Any) -> Any:
        """Something of the REST door."""
        answer = self.client.post(f"/api/v1{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def proposed(self, title: str, method: str, risk: str, *names: str) -> str:
        """A vote among code, open; gives the address of its page."""
        codes = [
            {"name": name, "type": "code", "language": "javascript", "source": f"return '{title} {name}'"}
            for name in names
        ]
        wish = {"kind": "choose", "title": title, "method": method, "risk": risk, "templates": codes}
        id = self.ask("/dao/personal/proposals", {"wish": wish})["id"]
        assert self.ask(f"/dao/personal/proposals/{id}/submit", {})["stage"] == "voting"
        return f"/governance/proposals/{id}"

    def approved(self) -> str:
        """The address of a template with a form, approved by Ada alone."""
        schema = {"type": "object", "properties": {"width": {"type": "integer", "default": 640}}}
        code = {"name": "resize", "type": "code", "language": "javascript", "source": "return items"}
        wish = {
            "kind": "approve", "title": "Resize", "risk": "high",
            "template": {**code, "manifest": {"summary": "Makes it small", "parameters": schema}},
        }  # fmt: skip
        made = self.ask("/dao/personal/proposals", {"wish": wish})
        self.ask(f"/dao/personal/proposals/{made['id']}/submit", {})
        return f"/governance/templates/{made['templates'][0]['cid']}"


@pytest.fixture
def desk(own_site: Site) -> Iterator[Desk]:
    """Ada's, on a node of its own."""
    with closing(Desk(own_site)) as made:
        yield made


async def governed(site: Site, desk: Desk, page: Page) -> Site:
    """Ada's key moves into the browser, and signs the policy of the DAO that she founds."""
    await signed_in(page, site)
    await moved(page, site)
    known = desk.client.get(f"/api/v1/identities/{desk.identity}").json()
    desk.found(validators={"keys": {known["key"]: desk.identity}, "threshold": 1})
    return site


async def signed_policy(page: Page, site: Site) -> None:
    """Read the first version of the policy, and sign it with the key in this browser."""
    await page.goto(site.at("/governance/policy"))
    await expect(page.get_by_text("1 more is needed")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Read and sign version 1").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Version 1 of the policy of the subnet personal")).to_be_visible()
    await expect(dialog.get_by_text('code becomes "approved-only"')).to_be_visible()
    await screenshot(page, "policy-signing")
    await agree(page)
    await expect(page.locator(".stage.active", has_text="in force")).to_be_visible()


async def filled(page: Page, **numbers: int) -> None:
    """Fill in the numbers of a ballot by keyboard alone, and send it."""
    for name, number in numbers.items():
        await page.locator(f'[data-option="{name}"]').focus()
        await page.keyboard.type(str(number))
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Vote", exact=True).focus()
    await page.keyboard.press("Enter")


async def ranked_in_secret(page: Page, site: Site, address: str) -> None:
    """Rank; only that somebody voted is seen."""
    await page.goto(site.at(address))
    await expect(page.get_by_text("Votes are sealed")).to_be_visible()
    await filled(page, slow=2, fast=1)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Your vote: fast, slow (2), of weight 1")).to_be_visible()
    await agree(page)
    await expect(page.get_by_text("You voted in secret")).to_be_visible()


async def approved_and_spent(page: Page, site: Site, several: str, credits: str) -> None:
    """Approve two of three; spend too many credits, which is refused, and then few enough."""
    await page.goto(site.at(several))
    await filled(page, left=1, right=1)
    await agree(page)
    await expect(page.get_by_text("You voted left, right")).to_be_visible()
    await page.goto(site.at(credits))
    await expect(page.get_by_text("n votes cost n times n credits of 100")).to_be_visible()
    page.context.complaints.expect("status of 422")  # type: ignore[attr-defined]
    await filled(page, up=11)
    await expect(page.locator(".told.bad")).to_contain_text("credits")
    await page.locator('[data-option="up"]').fill("")
    await filled(page, up=8, down=6)
    await agree(page)
    await expect(page.get_by_text("You voted up (8), down (6)")).to_be_visible()
    await expect(page.get_by_role("button", name="Vote", exact=True)).to_be_visible()  # to change it
    await assert_accessible(page)
    await screenshot(page, "vote-quadratic")


async def delegated(page: Page, site: Site) -> None:
    """Let Bea vote, and see that."""
    await page.goto(site.at("/governance/"))
    await page.get_by_text("Let another member vote for you").click()
    await page.locator('select[name="taker"]').select_option("Bea")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("cell", name="Bea on everything until")).to_be_visible()
    await assert_accessible(page)


async def made_a_flow(page: Page, site: Site, template: str) -> None:
    """Fill in the form of a template; the editor opens the flow."""
    await page.goto(site.at(template))
    await page.get_by_label("width").fill("32")
    await page.get_by_label("Name of your flow").fill("Small pictures")
    await assert_accessible(page)
    await screenshot(page, "template-form")
    await page.get_by_role("button", name="Make a flow of it").click()
    await expect(page.get_by_role("heading", name="Edit Small pictures")).to_be_attached()


async def test_a_validator_signs_and_every_form_of_a_vote_works_by_keyboard_on_a_phone(
    own_site: Site, desk: Desk, page: Page
) -> None:
    site = await governed(own_site, desk, page)
    await signed_policy(page, site)
    await page.set_viewport_size(PHONE)
    several = desk.proposed("Which side?", "approval", "medium", "left", "right", "middle")
    credits = desk.proposed("Which way?", "quadratic", "medium", "up", "down")
    template = desk.approved()
    secret = desk.proposed("Which speed?", "ranked", "low", "fast", "slow")
    await ranked_in_secret(page, site, secret)
    await approved_and_spent(page, site, several, credits)
    await delegated(page, site)
    await made_a_flow(page, site, template)
    await page.goto(site.at(secret))
    await page.get_by_role("button", name="Open my vote").click(timeout=PATIENCE_MS)
    await expect(page.get_by_text("fast: 1")).to_be_visible()
