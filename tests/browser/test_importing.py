"""Importing several documents at once: looked at, told, stored; and exporting them in one."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in

EVIL = "<img src=x onerror=alert(1)>"


def file(name: str, text: str) -> Any:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


async def test_files_are_looked_at_then_stored_and_exported_in_one(own_site: Site, page: Page) -> None:
    page.context.complaints.expect("422")  # type: ignore[attr-defined]
    await signed_in(page, own_site)
    await page.get_by_role("link", name="Import", exact=True).first.click()
    yaml = f"id: evil\nname: '{EVIL}'\nsteps:\n  - {{id: a, type: trigger.manual}}\n"
    lacking = json.dumps({"id": "lacks", "steps": [{"id": "ask", "type": "http.request"}]})
    broken = "steps: ["
    given = [file(f"{EVIL}.yaml", yaml), file("lacks.json", lacking), file("broken.yaml", broken)]
    await page.locator("#imports-files").set_input_files(given)
    told = page.locator("#imports-told")
    await expect(told).to_have_text("2 ready to be imported, 1 not possible", timeout=30_000)
    await expect(page.get_by_role("heading", name=EVIL, exact=True)).to_be_visible()
    await expect(page.get_by_text("0 of 1 steps run here")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "import")
    await page.get_by_label("Or an address").fill("http://169.254.169.254/latest/")
    await page.get_by_role("button", name="Look at what is there").click()
    await expect(page.get_by_text("nothing came from this address")).to_be_visible(timeout=30_000)
    await page.get_by_role("button", name="Import 2 documents").click()
    await expect(told).to_have_text("2 imported, 2 not possible", timeout=30_000)
    await expect(page.get_by_role("link", name=EVIL)).to_be_visible()

    await page.goto(own_site.at("/flows"))
    export = page.get_by_role("button", name="Export as a bundle")
    await expect(export).to_be_disabled()
    for flow in (EVIL, "lacks"):
        await page.get_by_label(f"Pick {flow}", exact=True).check()
    await assert_accessible(page)
    async with page.expect_download() as download:
        await export.click()
    bundle = json.loads((await (await download.value).path()).read_text())
    assert sorted(one["id"] for one in bundle["flows"]) == ["evil", "lacks"]
    await page.set_viewport_size({"width": 800, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
