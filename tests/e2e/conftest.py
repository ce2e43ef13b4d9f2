"""A browser for each test that asks for one. Locally its absence skips; with CI=true it fails."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.async_api import Page, async_playwright

from tests.e2e.chromium import ADVICE, FLAGS, find_chromium, is_root
from tests.e2e.traffic import Traffic


def missing(what: str) -> NoReturn:
    """Skip on a developer's machine; fail in CI, or one day nothing would run and nobody would see it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's executable."""
    return find_chromium() or missing(ADVICE)


@pytest.fixture
async def page(chromium: Path) -> AsyncIterator[Page]:
    """A page of a new browser with nothing stored."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, chromium_sandbox=not is_root()
        )
        yield await browser.new_page(viewport={"width": 1360, "height": 860})
        await browser.close()


@pytest.fixture
def traffic(page: Page) -> Traffic:
    """What `page` asks for and complains about, from its first address on."""
    recorder = Traffic()
    recorder.watch(page)
    return recorder
