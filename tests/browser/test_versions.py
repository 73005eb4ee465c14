"""The versions of a flow in the browser: saved with a message, compared, restored."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.editor_support import step, stored
from tests.browser.support import assert_accessible, screenshot


async def test_a_version_is_compared_on_the_canvas_and_restored(editor: Page) -> None:
    page = editor
    before = await stored(page)
    await step(page, "Refuse").click()
    await page.keyboard.press("Delete")
    await step(page, "Load customer").click()
    await page.keyboard.press("d")
    await page.keyboard.press("Control+Shift+s")
    await page.get_by_label("What did you change?").fill("Nobody is refused any more")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Not saved", exact=True)).to_have_count(0)

    await page.locator("#canvas").focus()
    await page.keyboard.press("Shift+H")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Versions of Order intake")
    row = page.get_by_role("row").filter(has_text="Nobody is refused any more")
    await expect(row).to_contain_text("ada")
    await assert_accessible(page)
    await screenshot(page, "versions")

    await page.get_by_role("button", name="Compare the picked two").click()
    await expect(page.locator("#versions-canvas[data-ready=yes]")).to_be_visible()
    gone, changed = page.locator("[data-step=refuse]"), page.locator(".drawflow-node[data-step=load]")
    await expect(gone.first).to_contain_text("Removed")
    await expect(changed).to_contain_text("Changed")
    item = page.get_by_role("listitem").filter(has_text="Step Load customer")
    await expect(item).to_contain_text("Switched off")
    await assert_accessible(page)
    await screenshot(page, "compare")

    on = page.get_by_role("button", name="Next change")
    await on.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".versions-word")).to_contain_text("2 of 3: Load customer, changed")
    await expect(changed).to_have_class(re.compile(r"\bselected\b"))
    await page.get_by_role("button", name="Show Step Refuse on the canvas").press("Enter")
    await expect(page.locator(".versions-word")).to_contain_text("Refuse, removed")

    await page.set_viewport_size({"width": 390, "height": 844})
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"the page is {wide} px wide on a narrow screen"

    await page.get_by_role("button", name="Restore version 1").click()
    await page.get_by_role("dialog").get_by_role("button", name="Restore", exact=True).click()
    await expect(page.get_by_text("Version 1 is the draft again")).to_be_visible()
    await page.get_by_role("link", name="Open in the editor").click()
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    assert await stored(page) == before
