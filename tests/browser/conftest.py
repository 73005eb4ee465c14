"""Fixtures of the tests in a real browser: one node and one Chromium a worker process, a context a test.

The tests are coroutines on the event loop of the session, on which Playwright lives. Waiting is left to
Playwright's ``expect``: nothing here sleeps.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.editor_support import ORDERS, opened
from tests.browser.support import CHROMIUM, WAIT_MS, Complaints, Site, set_up, signed_in
from tests.faults.node import NodeProcess

HERE = Path(__file__).parent
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need a browser, and run on the loop of the session."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this process."""
    assert Path(CHROMIUM).exists(), "Chromium is missing; call: make test-setup"
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A node that somebody has set up; tests share it, and so name their own flows."""
    yield from running(tmp_path_factory.mktemp("browser-node"))


@pytest.fixture
def fresh_site(tmp_path: Path) -> Iterator[Site]:
    """A node that nobody has set up, for one test."""
    yield from running(tmp_path, founder="")


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """A node that somebody has set up, for one test."""
    yield from running(tmp_path)


def running(folder: Path, founder: str = "ada") -> Iterator[Site]:
    """A node as long as it is wanted."""
    node = NodeProcess(folder)
    node.start()
    try:
        assert node.ready(), node.log()
        site = Site(node)
        if founder:
            set_up(site, founder)
        yield site
    finally:
        node.stop()
        node.end()


async def a_context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A browser without a past. What it complains of (console errors, uncaught exceptions, violations of
    the content security policy) fails the test."""
    made = await chromium.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(2 * WAIT_MS)
    complaints = Complaints()
    complaints.listen(made)
    yield made
    await made.close()
    complaints.check()


@pytest_asyncio.fixture(loop_scope="session")
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """The browser of the test."""
    async for made in a_context(chromium):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    """One tab of it."""
    return await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def editor(page: Page, site: Site) -> Page:
    """The editor of a flow of its own, in a browser that signed in."""
    await signed_in(page, site)
    await opened(page, site, ORDERS)
    return page
