"""The step panel and running, in a real browser."""

from __future__ import annotations

import json
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible, screenshot, signed_in
from tests.browser.test_editor import opened, step, stored

EVIL = "<img src=x onerror=alert(1)>"
SHOP: dict[str, Any] = {
    "name": "Shop",
    "steps": [
        {
            "id": "begin",
            "type": "trigger.manual",
            "name": "Begin",
            "position": [0, 160],
            "next": {"main": "read"},
        },
        {
            "id": "read",
            "type": "data.sample",
            "name": "Orders",
            "params": {"items": [{"name": "Lamp"}]},
            "position": [320, 160],
            "next": {"main": "total"},
        },
        {
            "id": "total",
            "type": "data.set",
            "name": "Total",
            "params": {"fields": {"total": "{{ $json.price * $json.quantity }}"}},
            "position": [640, 160],
            "next": {"main": "shout"},
        },
        {
            "id": "shout",
            "type": "code.javascript",
            "name": "Shout",
            "params": {"code": "console.log('so many: ' + $input.all().length);\nreturn $input.all();"},
            "position": [960, 160],
            "next": {},
        },
    ],
    "pins": {
        "read": [
            {"json": {"name": "Lamp", "price": 12.5, "quantity": 4, "customer": {"name": "Ada"}}},
            {"json": {"name": EVIL, "price": 80, "quantity": 2, "customer": {"name": EVIL}}},
        ]
    },
}


@pytest_asyncio.fixture(loop_scope="session")
async def shop(page: Page, site: Site) -> Page:
    """The editor of a flow of its own."""
    await signed_in(page, site)
    await opened(page, site, SHOP)
    return page


def part(page: Page, name: str) -> Any:
    """The input or the output in the panel."""
    return page.get_by_role("region", name=name, exact=True)


async def ran(page: Page) -> None:
    """Run the whole flow and see on the canvas that it is done."""
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(".run-status")).to_have_text("Completed")


async def panel_of(page: Page, name: str) -> None:
    """Open the panel of a step."""
    await step(page, name).dblclick()
    await expect(page.get_by_role("dialog", name=f"Step {name}")).to_be_visible()


async def test_a_run_is_seen_on_the_canvas_as_it_happens(shop: Page) -> None:
    await ran(shop)
    await expect(step(shop, "Total").locator(".step-state")).to_contain_text("2 items")
    await expect(shop.locator(".wire-count")).to_have_text(["1 item", "2 items", "2 items"])
    await screenshot(shop, "editor-run")


async def test_data_is_looked_at_as_table_tree_and_fields_and_never_runs(shop: Page) -> None:
    await ran(shop)
    await panel_of(shop, "Total")
    output = part(shop, "Output")
    await expect(output.get_by_role("row").nth(1)).to_contain_text("50")
    await expect(output.get_by_role("cell", name=EVIL, exact=True)).to_be_visible()
    await output.get_by_role("tab", name="JSON").click()
    await expect(output.get_by_role("treeitem").first).to_contain_text("item 0")
    await output.get_by_role("tree").press("End")
    await output.get_by_role("tab", name="Schema").click()
    await expect(output.get_by_role("button", name="total")).to_be_visible()
    await part(shop, "Input").get_by_label("Search in input").fill("lamp")
    await expect(part(shop, "Input").get_by_text("1 of 2 items")).to_be_visible()
    await assert_accessible(shop)
    await screenshot(shop, "step-panel")


async def test_an_expression_shows_its_value_while_it_is_written(shop: Page) -> None:
    await ran(shop)
    await panel_of(shop, "Total")
    field = shop.get_by_role("combobox", name="total")
    await expect(shop.locator(".preview").first).to_have_text("50")
    await field.fill("")
    await field.press_sequentially("{{ $json.cust")
    await expect(shop.locator(".suggestions:visible [role=option]")).to_have_text([".customerobject"])
    await field.press("Tab")
    await field.press_sequentially(".name }}")
    await expect(shop.locator(".preview").first).to_have_text("Ada")
    await part(shop, "Input").get_by_role("button", name="1", exact=True).click()
    await expect(shop.locator(".preview").first).to_have_text(EVIL)
    await field.fill("{{ $('Nobody').first() }}")
    await expect(shop.locator(".preview.bad").first).to_contain_text("Nobody")
    await field.fill("{{ $vars.API_BASE }}")
    await expect(shop.locator(".field-warning:visible")).to_contain_text("There is no variable API_BASE;")


async def test_a_mended_step_runs_again_with_the_data_that_is_there(shop: Page) -> None:
    await ran(shop)
    await panel_of(shop, "Total")
    await shop.get_by_role("combobox", name="total").fill("{{ $json.price + 1 }}")
    await shop.get_by_role("button", name="Run step").click()
    await expect(part(shop, "Output").get_by_role("row").nth(1)).to_contain_text("13.5")
    assert (await stored(shop))["total"]["params"]["fields"]["total"] == "{{ $json.price + 1 }}"


async def test_a_field_is_dragged_into_a_parameter(shop: Page) -> None:
    await ran(shop)
    await panel_of(shop, "Total")
    head = part(shop, "Input").get_by_role("columnheader", name="price", exact=True)
    await shop.get_by_role("combobox", name="total").fill("")
    await head.drag_to(shop.get_by_role("combobox", name="total"))
    await expect(shop.get_by_role("combobox", name="total")).to_have_value("{{ $json.price }}")


async def test_output_is_pinned_edited_and_let_go(shop: Page) -> None:
    await panel_of(shop, "Total")
    output = part(shop, "Output")
    await output.get_by_role("button", name="Edit the output as pinned data").click()
    await output.get_by_label("Items as JSON").fill(json.dumps([{"total": 7}]))
    await output.get_by_role("button", name="Pin these items").click()
    await expect(output.get_by_text("Pinned: test runs take this data")).to_be_visible()
    await shop.keyboard.press("Escape")
    await ran(shop)
    await panel_of(shop, "Shout")
    await expect(part(shop, "Output").get_by_role("row").nth(1)).to_contain_text("7")
    await expect(part(shop, "Output").get_by_text("Console (1)")).to_be_visible()


async def test_a_form_is_filled_in_and_says_what_is_missing(page: Page, site: Site) -> None:
    await signed_in(page, site)
    call = {"id": "call", "type": "http.request", "name": "Call", "position": [0, 0], "next": {}}
    await opened(page, site, {"name": "Form", "steps": [call]})
    await panel_of(page, "Call")
    await expect(page.locator(".field[data-name=url] .field-problems")).to_contain_text("required")
    await page.get_by_label("Url", exact=True).fill("https://example.com")
    await page.get_by_text("More settings").click()
    await page.get_by_label("Auth: kind").select_option("basic")
    await page.get_by_label("Username", exact=True).fill("ada")
    await page.locator(".panel-form > .record > .add-field").select_option(label="Timeout (ms)")
    await page.get_by_role("tab", name="Settings").click()
    await page.get_by_label("Notes", exact=True).fill("Ask the shop")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Not saved", exact=True)).to_have_count(0)
    saved = (await stored(page))["call"]
    assert saved["params"]["url"] == "https://example.com"
    assert saved["params"]["auth"] == {"kind": "basic", "username": "ada"}
    assert saved["notes"] == "Ask the shop"


async def test_an_approval_is_answered_in_place(page: Page, site: Site) -> None:
    await signed_in(page, site)
    steps = [
        {"id": "go", "type": "trigger.manual", "position": [0, 0], "next": {"main": "ask"}},
        {
            "id": "ask",
            "type": "flow.approval",
            "name": "Ask",
            "params": {"title": "Ship?"},
            "position": [320, 0],
            "next": {},
        },
    ]
    await opened(page, site, {"name": "Asking", "steps": steps})
    await page.get_by_role("button", name="Run", exact=True).click()
    waiting = page.get_by_role("group", name="Ask waits for an answer")
    await expect(waiting).to_contain_text("Ship?")
    await waiting.get_by_role("button", name="Approve").click()
    await expect(page.locator(".run-status")).to_have_text("Completed")
    await expect(step(page, "Ask").locator(".step-state")).to_contain_text("1 item")


async def test_large_data_stays_quick(page: Page, site: Site) -> None:
    await signed_in(page, site)
    items = [{"json": {"id": n, "text": "x" * 400, "more": {"deep": [n, n + 1]}}} for n in range(9_000)]
    sample = {"id": "many", "type": "data.sample", "name": "Many", "position": [0, 0], "next": {}}
    await opened(page, site, {"name": "Large", "steps": [sample], "pins": {"many": items[:1]}})
    took = await page.evaluate(
        """async items => {
          const { DataPane } = await import("/static/js/data/data_pane.js");
          const pane = new DataPane({ title: "Large", root: "$json", empty: "" });
          document.querySelector("#panel").hidden = false;
          document.querySelector("#panel").append(pane.element);
          const begun = performance.now();
          pane.show(items);
          for (const tab of [1, 2, 1]) pane.element.querySelectorAll("[role=tab]")[tab].click();
          await new Promise(requestAnimationFrame);
          return [performance.now() - begun, pane.element.querySelectorAll("*").length];
        }""",
        items,
    )
    assert took[1] < 2_000, "only what is in sight exists"
    assert took[0] < 5_000
