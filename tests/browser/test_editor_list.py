"""The flow editor by keyboard alone, and as a list."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.editor_support import chosen, edited, saved, stored, wires
from tests.browser.support import Site, assert_accessible, screenshot, signed_in

ADDED = ("webhook", "if else", "http request", "edit fields", "limit", "sort", "wait")
"""Seven steps in a row, by the words that people look for."""


async def test_a_flow_of_eight_steps_is_drawn_by_keyboard_alone(page: Page, site: Site) -> None:
    await signed_in(page, site)
    await page.goto(site.at("/flows/new"))
    await expect(page.locator("#editor[data-ready=yes]")).to_be_visible()
    await page.keyboard.press("l")
    for words in ADDED:
        await page.keyboard.press("n")
        await chosen(page, words)
    rows = page.locator("tr[data-step]")
    refuse = rows.filter(has=page.get_by_role("button", name="Refuse", exact=True))
    await expect(rows).to_have_count(7)
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowDown")
    await expect(rows.nth(1)).to_be_focused()
    await page.keyboard.press("n")
    await chosen(page, "respond to webhook")
    await page.keyboard.press("F2")
    await page.get_by_role("textbox", name="Name").fill("Refuse")
    await page.keyboard.press("Enter")
    await expect(refuse).to_have_count(1)
    await page.keyboard.press("c")
    await chosen(page, "wait")
    flow = await edited(page)
    assert {"webhook.main>condition", "condition.true>request", "condition.false>respond"} <= wires(flow)
    assert "respond.main>wait" in wires(flow)
    await page.keyboard.press("d")
    await expect(refuse).to_contain_text("Switched off")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Not saved", exact=True)).to_have_count(0)
    assert len(await stored(page)) == 8
    await assert_accessible(page)
    await screenshot(page, "editor-list")


async def test_all_that_the_menu_offers_can_be_reached_from_a_row(editor: Page) -> None:
    await editor.get_by_role("button", name="List").click()
    row = editor.locator("tr[data-step=refuse]")
    await row.focus()
    await editor.keyboard.press("Shift+F10")
    menu = editor.get_by_role("menu")
    await expect(menu.get_by_role("menuitem")).to_have_count(13)
    await editor.keyboard.press("End")
    await editor.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    await editor.keyboard.press("Control+z")
    await expect(row).to_have_count(1)
    await row.focus()
    await editor.keyboard.press("Shift+S")
    await editor.get_by_label("Markdown").fill("# Why")
    await editor.get_by_role("button", name="Keep").click()
    await editor.get_by_role("button", name="Remove the note Why").click()
    await expect(editor.get_by_role("button", name="Why", exact=True)).to_have_count(0)
    await editor.locator("tr[data-step=hook]").focus()
    await editor.keyboard.press("i")
    await chosen(editor, "wait")
    assert {"hook.main>wait", "wait.main>check"} <= wires(await edited(editor))
    await editor.locator("tr[data-step=load]").focus()
    await editor.keyboard.press("ArrowDown")
    await editor.keyboard.press(" ")
    await editor.keyboard.press("ArrowDown")
    await editor.keyboard.press(" ")
    await editor.keyboard.press("ArrowDown")
    await editor.keyboard.press(" ")
    await editor.keyboard.press("Control+g")
    await editor.get_by_label("Name of the group").fill("Together")
    await editor.keyboard.press("Enter")
    await saved(editor)
    assert (await edited(editor))["canvas"]["groups"][0]["name"] == "Together"
