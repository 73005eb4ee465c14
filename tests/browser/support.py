"""What tests in a real browser share: a site, signing in, complaints, accessibility and screenshots."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.faults.node import NodeProcess

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
VENDOR = Path(__file__).parent / "vendor"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
PASSWORD = "correct horse battery"
WAIT_MS = 30_000
"""How long a busy machine may take for anything."""

expect.set_options(timeout=WAIT_MS)


class Site:
    """A node, at a name: passkeys are tied to names, and an address is none."""

    def __init__(self, node: NodeProcess) -> None:
        self.node, self.url = node, node.url.replace("127.0.0.1", "localhost")

    def at(self, path: str) -> str:
        """The address of a page."""
        return f"{self.url}{path}"


def set_up(site: Site, name: str) -> None:
    """Fill in the set-up page without a browser."""
    with httpx.Client(base_url=site.url, follow_redirects=True, timeout=60) as client:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/set-up").text)
        assert token is not None
        fields = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        assert client.post("/set-up", data=fields).url.path == "/flows"


async def signed_in(page: Page, site: Site, name: str = "ada") -> Page:
    """Sign in by the page; gives the page, which shows the flows."""
    await page.goto(site.at("/account/login/"))
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Flows", level=1)).to_be_visible()
    return page


class Complaints:
    """What a browser complains of while a test runs."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[re.Pattern[str]] = []

    def listen(self, context: BrowserContext) -> None:
        """Hear all pages of a context; tests reach this as ``context.complaints``."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"uncaught: {error.error}"))
        context.complaints = self  # type: ignore[attr-defined]

    def expect(self, pattern: str) -> None:
        """What the test provokes, such as a refused request."""
        self.expected.append(re.compile(pattern))

    def check(self) -> None:
        """Fail if there was anything else."""
        rest = [one for one in self.heard if not any(known.search(one) for known in self.expected)]
        assert rest == [], f"the browser complained: {rest}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.heard.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")


@cache
def _axe() -> str:
    told = json.loads((VENDOR / "vendored.json").read_text())["axe.min.js"]
    source = (VENDOR / "axe.min.js").read_bytes()
    assert hashlib.sha256(source).hexdigest() == told["sha256"], "axe is not what was published"
    return source.decode()


async def text_of(place: Locator) -> str:
    """The text of an element once it has one: a page is read while it still comes in."""
    await expect(place).to_have_text(re.compile(r"\S"))
    return await place.text_content() or ""


async def assert_accessible(page: Page) -> None:
    """No finding of axe that is serious or critical, in the colours of the day and of the night."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        findings = await _findings(page)
        assert findings == [], f"{page.url} ({scheme}): {findings}"
    await page.emulate_media(color_scheme=None)


async def _findings(page: Page) -> list[Any]:
    await page.evaluate(_axe() + "; null")  # by the debugger, which the page's policy does not bind
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def screenshot(page: Page, name: str) -> None:
    """Pictures for the documentation, wide and narrow, light and dark; only with QFLOW_SCREENSHOTS=1."""
    if os.environ.get("QFLOW_SCREENSHOTS") != "1":
        return
    SCREENSHOTS.mkdir(exist_ok=True)
    before = page.viewport_size
    for ending, width, height in (("", 1280, 800), ("-narrow", 390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            _keep(await page.screenshot(), SCREENSHOTS / f"{name}-{scheme}{ending}.png")
    await page.emulate_media(color_scheme=None)
    if before is not None:
        await page.set_viewport_size(before)


def _keep(png: bytes, path: Path) -> None:
    """Write a picture with 128 colours, a third of the size."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
