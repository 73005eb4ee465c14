"""The helpers themselves find what they are for."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.support import Complaints, Site, assert_accessible


async def test_a_picture_without_words_is_found(page: Page) -> None:
    await page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        await assert_accessible(page)


async def test_what_a_page_complains_of_is_heard(site: Site, context: BrowserContext, page: Page) -> None:
    await page.goto(site.at("/account/login/"))
    script = "const made = document.createElement('script'); made.text = '1'; document.body.append(made)"
    async with page.expect_console_message():
        await page.evaluate(script)
    complaints: Complaints = context.complaints  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="Content Security Policy"):
        complaints.check()
    complaints.expect("Content Security Policy")
