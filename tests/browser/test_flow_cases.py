"""Tests of a flow, from the first one to the published version."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.editor_support import opened, step
from tests.browser.support import Site, assert_accessible, screenshot, signed_in

GREETER: dict[str, Any] = {
    "name": "Greeter",
    "steps": [
        {
            "id": "begin",
            "type": "trigger.manual",
            "name": "Begin",
            "position": [0, 160],
            "next": {"main": "load"},
        },
        {
            "id": "load",
            "type": "http.request",
            "name": "Load customer",
            "params": {"url": "https://api.example.com/customers"},
            "position": [320, 160],
            "next": {"main": "known"},
        },
        {
            "id": "known",
            "type": "logic.condition",
            "name": "Known?",
            "params": {"value": "$json.name", "operator": "exists"},
            "position": [640, 160],
            "next": {"true": "greet", "false": "ask"},
        },
        {
            "id": "greet",
            "type": "data.set",
            "name": "Greet",
            "params": {"fields": {"hello": "{{ $json.name }}"}},
            "position": [960, 64],
            "next": {},
        },
        {
            "id": "ask",
            "type": "data.set",
            "name": "Ask",
            "params": {"fields": {"hello": "Who are you?"}},
            "position": [960, 256],
            "next": {},
        },
    ],
}


async def test_a_test_is_written_fails_is_mended_passes_and_lets_the_flow_be_published(
    page: Page, site: Site
) -> None:
    page.context.complaints.expect(r"422")  # the page asks to publish what does not pass
    await signed_in(page, site)
    await opened(page, site, GREETER)
    await page.keyboard.press("t")
    pane = page.get_by_role("complementary", name="Tests")
    await expect(pane).to_contain_text("A test says what the flow starts with")
    await _write(pane)
    await pane.get_by_label("Publish only what passes").check()
    await assert_accessible(page)

    await pane.get_by_role("button", name="Run all").click()
    row = pane.get_by_role("listitem").filter(has=page.get_by_role("button", name="greets", exact=True))
    await expect(row).to_have_attribute("data-outcome", "failed")
    differences = row.get_by_role("region", name="Differences")
    await expect(differences).to_contain_text("[0].json.hello")
    await expect(differences).to_contain_text('"Bob"')
    await expect(differences).to_contain_text('"Ada"')
    await screenshot(page, "editor-tests-failed")

    await page.get_by_role("button", name="Publish", exact=True).click()
    asked = page.get_by_role("dialog", name="Publish for the first time")
    await expect(asked).to_contain_text("One test failed on exactly this")
    await assert_accessible(page)
    await screenshot(page, "editor-publish")
    await asked.get_by_role("button", name="Publish", exact=True).click()
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("before its tests pass")
    await toast.get_by_role("button", name="Show the tests").click()
    await expect(toast).to_have_count(0)

    await row.get_by_role("button", name="Expect what it gave").click()
    await pane.get_by_role("button", name="Run all").click()
    await expect(row).to_have_attribute("data-outcome", "passed")
    coverage = pane.get_by_role("region", name="Coverage")
    await expect(coverage).to_contain_text("Not yet: 2")
    await coverage.get_by_role("button", name="Show on the canvas").click()
    await expect(step(page, "Greet")).to_have_attribute("data-coverage", "covered")
    await expect(step(page, "Load customer")).to_have_attribute("data-coverage", "mocked")
    await expect(step(page, "Ask")).to_have_attribute("data-coverage", "missed")
    await assert_accessible(page)
    await screenshot(page, "editor-tests")

    await _publish(page)
    await expect(page.locator(".toast")).to_contain_text("Published.")
    await _one_more_of_the_run(page, pane)


async def _write(pane: Locator) -> None:
    """A test of which the expectation is wrong."""
    await pane.get_by_role("button", name="New test").click()
    await pane.get_by_label("Name").fill("greets")
    await pane.get_by_role("button", name="Add a stand-in").click()
    mock = pane.get_by_role("group", name="Instead of running")
    await mock.get_by_label("Step").select_option("Load customer")
    await mock.get_by_label("What it gives, as JSON").fill('[{"name": "Ada"}]')
    expected = pane.get_by_role("group", name="Expected")
    await expected.get_by_role("button", name="Add an expected output").click()
    await expected.get_by_label("Step").select_option("Greet")
    await expected.get_by_label("How").select_option("among others")
    await expected.get_by_label("Expected items, as JSON").fill('[{"hello": "Bob"}]')
    await expected.get_by_role("button", name="Add an assertion").click()
    await expected.get_by_label("Assertion").fill("{{ $json.hello.length === 3 }}")
    await pane.get_by_role("button", name="Keep").click()


async def _publish(page: Page) -> None:
    await page.get_by_role("button", name="Publish", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()


async def _one_more_of_the_run(page: Page, pane: Locator) -> None:
    """The run of the test becomes a second test, changed as YAML."""
    await pane.get_by_role("button", name="Show the run of greets").click()
    await expect(step(page, "Greet")).to_have_attribute("data-state", "completed")
    await pane.get_by_role("button", name="From the last run").click()
    await pane.get_by_role("button", name="As YAML").click()
    text = pane.get_by_label("The test as YAML")
    written = await text.input_value()
    assert "load:" in written and "hello: Ada" in written
    await text.fill(written.replace("name: as in", "naem: as in", 1))
    await pane.get_by_role("button", name="Keep").click()
    await expect(pane.get_by_role("alert")).to_contain_text("unknown key 'naem'")
    await text.fill(written.replace("name: as in", "name: second, as in", 1))
    await pane.get_by_role("button", name="Keep").click()
    await pane.get_by_role("button", name="Run all").click()
    await expect(pane.locator(".tests-case[data-outcome=passed]")).to_have_count(2)
    path = page.url.replace("/edit", "/document")
    tests = await page.evaluate("async path => (await (await fetch(path)).json()).definition.tests", path)
    assert [one["name"].startswith("second, as in") for one in tests] == [False, True]
    assert tests[1]["mocks"] == {"load": {"items": [{"json": {"name": "Ada"}}]}}
    await page.reload()
    await expect(page.locator("#editor[data-ready]")).to_be_attached()
    await page.keyboard.press("t")
    await expect(pane.locator(".tests-case[data-outcome=passed]")).to_have_count(2)
    await expect(pane.locator(".tests-age")).to_have_count(0)
