"""The flow editor in a real browser: drawing with the mouse, and taking it back."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.editor_support import (
    ORDERS,
    chosen,
    dragged,
    edited,
    opened,
    saved,
    step,
    stored,
    wires,
)
from tests.browser.support import Site, assert_accessible, screenshot, signed_in


async def test_a_flow_is_shown_with_its_wires_and_badges(editor: Page) -> None:
    await expect(editor.locator(".drawflow-node")).to_have_count(6)
    await expect(editor.locator("svg.connection")).to_have_count(5)
    await expect(step(editor, "Load customer").get_by_title("Tries 3 times")).to_be_visible()
    await expect(step(editor, "Load customer")).to_contain_text("GET api.example.com/customers")
    await assert_accessible(editor)
    await screenshot(editor, "editor")


async def test_a_step_is_moved_and_saved_and_moved_back(editor: Page) -> None:
    before = (await stored(editor))["refuse"]["position"]
    await dragged(editor, step(editor, "Refuse"), step(editor, "Refuse"), dx=60, dy=70)
    await expect(editor.get_by_text("Not saved", exact=True)).to_be_visible()
    await saved(editor)
    after = (await stored(editor))["refuse"]["position"]
    assert after[0] > before[0] and after[1] > before[1] and after[0] % 16 == 0
    await editor.get_by_role("button", name="Undo").click()
    await saved(editor)
    assert (await stored(editor))["refuse"]["position"] == before


async def test_wires_are_drawn_to_steps_and_to_empty_space(editor: Page) -> None:
    await dragged(editor, step(editor, "Note the failure").locator(".output"), step(editor, "Refuse"))
    await expect(editor.locator("svg.connection")).to_have_count(6)
    approved = step(editor, "Ask for approval").locator(".output").first
    await dragged(editor, approved, approved, dx=60, dy=-140)
    await chosen(editor, "edit fields")
    flow = await edited(editor)
    assert {"note.main>refuse", "ask.approved>set"} <= wires(flow)
    await editor.keyboard.press("Control+z")
    await editor.keyboard.press("Control+z")
    assert wires(await edited(editor)) == wires(ORDERS)


async def test_a_step_is_put_into_a_wire_by_its_button_and_by_dropping_it(editor: Page) -> None:
    await editor.locator("svg.connection .wire-hit").first.hover(force=True)
    await editor.get_by_role("button", name="Insert a step").click()
    await chosen(editor, "wait")
    flow = await edited(editor)
    assert {"hook.main>wait", "wait.main>check"} <= wires(flow)
    assert "hook.main>check" not in wires(flow)
    await editor.keyboard.press("Control+z")
    await editor.keyboard.press("Escape")
    await editor.keyboard.press("n")
    await chosen(editor, "limit")
    await editor.keyboard.press("1")
    first, second = step(editor, "Order arrives"), step(editor, "Has a customer?")
    one, other = await first.bounding_box(), await second.bounding_box()
    assert one is not None and other is not None
    middle = (one["x"] + one["width"] + other["x"]) / 2 - (one["x"] + one["width"] / 2)
    await dragged(editor, step(editor, "Limit"), first, dx=middle)
    assert {"hook.main>limit", "limit.main>check"} <= wires(await edited(editor))


async def test_steps_are_removed_switched_off_renamed_and_duplicated_and_all_of_it_taken_back(
    editor: Page,
) -> None:
    before = await edited(editor)
    await step(editor, "Load customer").click()
    await editor.keyboard.press("Delete")
    assert {"check.true>ask"} <= wires(await edited(editor))
    await step(editor, "Refuse").click()
    await editor.keyboard.press("d")
    await expect(step(editor, "Refuse").get_by_title("Switched off")).to_be_visible()
    await editor.keyboard.press("F2")
    await editor.get_by_label("Name of the step").fill("Turn away")
    await editor.keyboard.press("Enter")
    await expect(step(editor, "Turn away")).to_be_visible()
    await editor.keyboard.press("Control+d")
    await expect(step(editor, "Turn away")).to_have_count(2)
    for _ in range(4):
        await editor.keyboard.press("Control+z")
    assert await edited(editor) == before
    for _ in range(4):
        await editor.keyboard.press("Control+Shift+z")
    assert len((await edited(editor))["steps"]) == 6
    assert "load" not in {one["id"] for one in (await edited(editor))["steps"]}


async def test_several_steps_are_chosen_with_a_rectangle_and_moved_together(editor: Page) -> None:
    ask = await step(editor, "Ask for approval").bounding_box()
    note = await step(editor, "Note the failure").bounding_box()
    assert ask is not None and note is not None
    await editor.mouse.move(ask["x"] - 20, ask["y"] - 20)
    await editor.mouse.down()
    await editor.mouse.move(note["x"] + note["width"] + 20, note["y"] + note["height"] + 20, steps=3)
    await editor.mouse.up()
    await expect(editor.locator(".drawflow-node.selected")).to_have_count(2)
    await dragged(editor, step(editor, "Ask for approval"), step(editor, "Ask for approval"), dy=90)
    moved = {one["id"]: one["position"][1] for one in (await edited(editor))["steps"]}
    assert moved["ask"] > 0 and moved["note"] - 176 == moved["ask"]


async def test_a_part_is_copied_into_another_flow(editor: Page, site: Site) -> None:
    await editor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await step(editor, "Load customer").click()
    await step(editor, "Ask for approval").click(modifiers=["Shift"])
    await editor.keyboard.press("Control+c")
    await opened(editor, site, {"name": "target", "steps": []})
    await editor.locator("#canvas").focus()
    await editor.keyboard.press("Control+v")
    await expect(editor.locator(".drawflow-node")).to_have_count(2)
    assert wires(await edited(editor)) == {"load.main>ask"}
    await editor.keyboard.press("Control+x")
    await expect(editor.locator(".drawflow-node")).to_have_count(0)
    await editor.keyboard.press("Control+v")
    await saved(editor)
    assert set(await stored(editor)) == {"load", "ask"}


async def test_nodes_from_the_clipboard_of_n8n_become_steps_and_what_differs_is_told(editor: Page) -> None:
    await editor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    nodes = [
        {"name": name, "type": kind, "typeVersion": 1, "position": [x, 0], "parameters": {}}
        for name, kind, x in (("If", "n8n-nodes-base.if", 0), ("Odd", "n8n-nodes-base.odd", 200))
    ]
    links = {"If": {"main": [[{"node": "Odd", "type": "main", "index": 0}]]}}
    text = json.dumps({"nodes": nodes, "connections": links})
    await editor.evaluate("text => navigator.clipboard.writeText(text)", text)
    await editor.locator("#canvas").focus()
    await editor.keyboard.press("Control+v")
    await expect(editor.locator(".drawflow-node")).to_have_count(8)
    await editor.get_by_role("button", name="Differences").click()
    await expect(editor.get_by_role("dialog", name="Differences from n8n")).to_contain_text("Odd")


async def test_groups_collapse_and_notes_show_markdown_but_never_run_it(editor: Page) -> None:
    await editor.keyboard.press("Shift+S")
    evil = "# Title\n<img src=x onerror=alert(1)> [link](javascript:alert(1)) **bold** https://example.com"
    await editor.get_by_label("Note, in Markdown").fill(evil)
    await editor.keyboard.press("Escape")
    note = editor.locator(".note")
    await expect(note.locator("h3")).to_have_text("Title")
    await expect(note.locator("strong")).to_have_text("bold")
    await expect(note.locator("img, script")).to_have_count(0)
    assert await note.locator("a").evaluate_all("all => all.map(one => one.href)") == ["https://example.com/"]
    await step(editor, "Load customer").click()
    await step(editor, "Ask for approval").click(modifiers=["Shift"])
    await editor.keyboard.press("Control+g")
    await editor.get_by_label("Name of the group").fill("Customer")
    await editor.keyboard.press("Enter")
    await editor.keyboard.press("Control+Alt+g")
    await expect(editor.locator(".folded-group")).to_contain_text("2 steps")
    await expect(step(editor, "Load customer")).to_be_hidden()
    await saved(editor)
    await editor.reload()
    await expect(editor.locator(".folded-group")).to_contain_text("Customer")
    await expect(editor.locator(".note strong")).to_have_text("bold")


async def test_selected_steps_become_a_flow_of_their_own(editor: Page) -> None:
    await step(editor, "Load customer").click()
    await step(editor, "Ask for approval").click(modifiers=["Shift"])
    await step(editor, "Note the failure").click(modifiers=["Shift"])
    await editor.keyboard.press("Alt+x")
    await editor.get_by_label("Name of the new flow").fill("Look the customer up")
    await editor.keyboard.press("Enter")
    await expect(step(editor, "Look the customer up")).to_be_visible()
    assert "check.true>call" in wires(await edited(editor))
    async with editor.context.expect_page() as waited:
        await editor.get_by_role("button", name="Open it").click()
    inside = await waited.value
    await expect(inside.get_by_text("Published", exact=True)).to_be_visible()
    await expect(inside.locator(".drawflow-node")).to_have_count(4)


async def test_publishing_says_first_what_it_changes(editor: Page) -> None:
    await editor.get_by_role("button", name="Publish", exact=True).click()
    dialog = editor.get_by_role("dialog", name="Publish for the first time")
    await expect(dialog).to_contain_text("POST /webhook/orders")
    await assert_accessible(editor)
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(editor.get_by_text("Published", exact=True)).to_be_visible()
    await step(editor, "Refuse").click()
    await editor.keyboard.press("d")
    await editor.keyboard.press("Shift+P")
    again = editor.get_by_role("dialog", name="Publish the draft")
    await expect(again.locator(".changed")).to_contain_text("Refuse")
    await again.get_by_role("button", name="Not now").click()
    await expect(editor.get_by_text("Published, draft is newer")).to_be_visible()


async def test_the_flows_settings_are_kept_and_what_is_wrong_with_them_is_told(editor: Page) -> None:
    await editor.keyboard.press("Control+,")
    dialog = editor.get_by_role("dialog", name="Flow settings")
    await assert_accessible(editor)
    await dialog.get_by_label("Tags").fill("shop, orders, shop")
    await dialog.get_by_label("Stop after").fill("90")
    await dialog.get_by_label("Time zone").fill("Europe/Nowhere")
    await dialog.get_by_label("Order").select_option("v1")
    await dialog.get_by_role("button", name="Keep").click()
    await editor.get_by_role("button", name="1 problem").click()
    await expect(editor.locator(".chooser-row")).to_contain_text("there is no time zone")
    await editor.keyboard.press("Escape")
    await editor.keyboard.press("Control+,")
    await dialog.get_by_label("Time zone").fill("Europe/Berlin")
    await dialog.get_by_role("button", name="Keep").click()
    await saved(editor)
    flow = await edited(editor)
    assert flow["settings"] == {"order": "v1", "timeoutMs": 90_000, "timezone": "Europe/Berlin"}
    assert flow["metadata"] == {"tags": ["shop", "orders"]}


async def test_an_incomplete_step_shows_what_it_lacks_and_is_kept(editor: Page) -> None:
    await step(editor, "Ask for approval").click()
    await editor.keyboard.press("n")
    await chosen(editor, "http request")
    await editor.get_by_role("button", name="1 problem").click()
    await expect(editor.locator(".chooser-row")).to_contain_text("url is required")
    await editor.keyboard.press("Escape")
    await saved(editor)
    assert (await stored(editor))["request"]["type"] == "http.request"


async def test_two_tabs_that_save_the_same_flow_lose_nothing(editor: Page, context: BrowserContext) -> None:
    context.complaints.expect("409")  # type: ignore[attr-defined]
    other = await context.new_page()
    await other.goto(editor.url)
    await expect(other.locator("#editor[data-ready=yes]")).to_be_visible()
    for page, name in ((editor, "Refuse"), (other, "Load customer"), (other, "Refuse")):
        await step(page, name).click()
        await page.keyboard.press("F2")
        await page.get_by_label("Name of the step").fill(f"{name} by {'one' if page is editor else 'two'}")
        await page.keyboard.press("Enter")
    await saved(editor)
    await other.get_by_role("button", name="Save", exact=True).click()
    dialog = other.get_by_role("dialog", name="Somebody else changed the same")
    await expect(dialog).to_contain_text("Refuse by one")
    await assert_accessible(other)
    await dialog.get_by_role("radio", name="Theirs").check()
    await dialog.get_by_role("button", name="Save these").click()
    await expect(other.get_by_text("Not saved", exact=True)).to_have_count(0)
    names = {one.get("name") for one in (await stored(other)).values()}
    assert {"Refuse by one", "Load customer by two"} <= names
    await step(editor, "Note the failure").click()
    await editor.keyboard.press("Delete")
    await saved(editor)
    now = await stored(editor)
    assert "note" not in now and now["load"]["name"] == "Load customer by two"


async def test_what_was_not_saved_is_there_again_after_the_tab_was_closed(editor: Page) -> None:
    await step(editor, "Refuse").click()
    await editor.keyboard.press("Delete")
    await expect(editor.locator(".drawflow-node")).to_have_count(5)
    await editor.reload()
    await expect(editor.locator(".toast", has_text="is back.")).to_be_visible()
    await expect(editor.locator(".drawflow-node")).to_have_count(5)
    await editor.get_by_role("button", name="Drop it").click()
    await expect(editor.locator(".drawflow-node")).to_have_count(6)


async def test_tidying_up_leaves_no_step_on_another(editor: Page) -> None:
    await editor.keyboard.press("Control+a")
    await editor.keyboard.press("Control+k")
    await chosen(editor, "align left")
    await editor.keyboard.press("Escape")
    await editor.keyboard.press("Shift+Alt+t")
    boxes = [await one.bounding_box() for one in await editor.locator(".drawflow-node").all()]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert one is not None and other is not None
            apart_x = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            apart_y = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            assert apart_x or apart_y


async def test_the_palette_the_keys_and_an_empty_flow_can_be_read_by_all(page: Page, site: Site) -> None:
    await signed_in(page, site)
    await page.goto(site.at("/flows/new"))
    await expect(page.get_by_text("This flow is empty")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "editor-empty")
    await page.get_by_role("button", name="Add the first step").click()
    await expect(page.locator(".chooser-section").first).to_have_text("Triggers")
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await page.locator("#canvas").focus()
    await page.keyboard.press("Shift+?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await assert_accessible(page)


async def test_hostile_names_are_shown_as_text_wherever_the_editor_shows_them(
    editor: Page, site: Site
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    steps = [
        {"id": "a", "type": "trigger.manual", "name": evil, "notes": evil, "next": {"main": "b"}},
        {"id": "b", "type": "data.set", "name": f"{evil}2", "params": {"fields": {evil: evil}}, "next": {}},
    ]
    group = {"id": "g", "name": evil, "steps": ["a", "b"]}
    canvas = {"notes": [{"id": "n", "text": evil}], "groups": [group]}
    await opened(editor, site, {"name": evil, "steps": steps, "canvas": canvas})
    await expect(step(editor, evil).first).to_be_visible()
    for keys in ("Control+k", "Control+f"):
        await editor.keyboard.press(keys)
        await editor.locator(".chooser input").fill("onerror")
        await expect(editor.locator(".chooser-row").first).to_contain_text(evil)
        await editor.keyboard.press("Escape")
    await editor.get_by_role("button", name="List").click()
    await expect(editor.locator("tr[data-step]")).to_have_count(2)
    await editor.get_by_role("button", name="Publish", exact=True).click()
    await expect(editor.get_by_role("dialog")).to_be_visible()
    assert await editor.locator("#editor img, #editor script").count() == 0


def large(count: int) -> dict[str, Any]:
    """A flow of so many steps in rows of 25, each wired to the next one and to one further on."""
    steps = []
    for index in range(count):
        following = [f"s{number}" for number in (index + 1, index + 7) if number < count]
        kind = "data.set" if index else "trigger.manual"
        position = [index % 25 * 320, index // 25 * 160]
        steps.append({"id": f"s{index}", "type": kind, "position": position, "next": {"main": following}})
    return {"name": "Large", "steps": steps}


PANNED = """async () => {
  const {drawing} = window.qflowEditor.canvas;
  const begun = performance.now();
  for (let frame = 0; frame < 60; frame += 1) {
    drawing.look(-frame * 12, -frame * 8, 1);
    await new Promise(requestAnimationFrame);
  }
  return {
    ready: performance.getEntriesByName("qflow:ready")[0].startTime,
    transferred: performance.getEntriesByType("resource").reduce((sum, one) => sum + one.transferSize, 0),
    framesPerSecond: 60000 / (performance.now() - begun),
  };
}"""


async def test_a_flow_of_500_steps_opens_and_moves(editor: Page, site: Site) -> None:
    await opened(editor, site, large(500))
    seen = await editor.evaluate(PANNED)
    print(
        f"500 steps: interactive after {seen['ready']:.0f} ms, {seen['framesPerSecond']:.0f} frames/s,"
        f" {seen['transferred'] / 1024:.0f} KiB transferred"
    )
    assert seen["transferred"] < 600 * 1024
    assert await editor.locator(".drawflow-node:visible").count() < 200
    await editor.evaluate("window.qflowEditor.canvas.fit()")
    await dragged(editor, step(editor, "s0").first, step(editor, "s0").first, dy=-40)
    await expect(editor.get_by_text("Not saved", exact=True)).to_be_visible()
