"""A form of several pages, imported from n8n, filled in by somebody who never signed in."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.support import Site, assert_accessible
from tests.browser.test_live import token

NEEDED = {"fieldLabel": "Your name", "requiredField": True}
MEAL = {
    "fieldLabel": "Meal",
    "fieldType": "dropdown",
    "fieldOptions": {"values": [{"option": "Soup"}, {"option": "Salad"}]},
}
BOOKING = {
    "name": "Booking",
    "nodes": [
        {
            "name": "Book",
            "type": "n8n-nodes-base.formTrigger",
            "typeVersion": 2.2,
            "position": [0, 0],
            "parameters": {
                "path": "book-a-table",
                "formTitle": "Book a table",
                "formDescription": "We open at six.",
                "formFields": {"values": [NEEDED, {"fieldLabel": "Guests", "fieldType": "number"}]},
            },
        },
        {
            "name": "Choose",
            "type": "n8n-nodes-base.form",
            "typeVersion": 1,
            "position": [200, 0],
            "parameters": {
                "formFields": {"values": [MEAL]},
                "options": {"formTitle": "=Welcome, {{ $json['Your name'] }}"},
            },
        },
        {
            "name": "Thanks",
            "type": "n8n-nodes-base.form",
            "typeVersion": 1,
            "position": [400, 0],
            "parameters": {
                "operation": "completion",
                "completionTitle": "See you",
                "completionMessage": "={{ $('Book').item.json.Guests }} x {{ $json.Meal }}",
            },
        },
    ],
    "connections": {
        "Book": {"main": [[{"node": "Choose", "type": "main", "index": 0}]]},
        "Choose": {"main": [[{"node": "Thanks", "type": "main", "index": 0}]]},
    },
    "settings": {"executionOrder": "v1"},
}


async def test_a_form_leads_from_page_to_page_to_its_end(site: Site, page: Page, tmp_path: Path) -> None:
    imported(site, tmp_path)
    await page.goto(site.at("/form/book-a-table"))
    await expect(page.get_by_role("heading", name="Book a table")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_label("Your name").fill("Ada")
    await page.get_by_label("Guests").fill("2")
    await page.get_by_role("button").click()
    await expect(page.get_by_role("heading", name="Welcome, Ada")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_label("Meal").select_option("Soup")
    await page.get_by_role("button").click()
    await expect(page.get_by_role("heading", name="See you")).to_be_visible()
    await expect(page.get_by_text("2 x Soup")).to_be_visible()
    await assert_accessible(page)


def imported(site: Site, folder: Path) -> None:
    """The workflow, published on the node."""
    file = folder / "booking.json"
    file.write_text(json.dumps(BOOKING))
    site.node.qflow("import", str(file), "--publish", "--url", site.node.url, "--token", token(site))
