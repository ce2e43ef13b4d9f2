"""GraphiQL in a real browser: queries, subscriptions and credentials work, and nothing comes from outside."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from app.api.explorer import BUILT_WEB, EXPLORER_FILE, EXPLORER_POLICY
from tests.e2e.conftest import missing
from tests.e2e.explorer import HEADERS, QUERY, Explorer
from tests.e2e.small import small_server
from tests.e2e.traffic import Traffic
from tests.serving import serving

GREETING = 'query Greeting { greeting(name: "trader") }'
CREDENTIAL = "query Credential { authorization }"
TICKS = "subscription Ticks { ticks(count: 3) { number authorization } }"


@pytest.fixture
async def base_url() -> AsyncIterator[str]:
    """The address of the server under test."""
    if not (BUILT_WEB / EXPLORER_FILE).is_file():
        missing("GraphiQL is not built: run `make web`")
    async with serving(small_server()) as url:
        yield url


@pytest.fixture
async def explorer(page: Page, traffic: Traffic, base_url: str) -> Explorer:
    """GraphiQL, opened, with its traffic recorded from the start."""
    opened = Explorer(page)
    await opened.open(base_url)
    return opened


async def test_a_query_and_a_subscription_run_with_nothing_from_outside_and_no_violation(
    explorer: Explorer, traffic: Traffic, base_url: str
) -> None:
    """The whole of it under the strict policy, with no name resolving but this machine's."""
    await explorer.run(GREETING)
    await explorer.answered('"greeting": "Namaste, trader"')
    await explorer.run(TICKS)
    await explorer.answered('"number": 3')
    await expect(explorer.page).to_have_title("MedhaAlgoPilot GraphiQL")
    assert base_url.replace("http", "ws", 1) + "/graphql" in traffic.addresses
    assert traffic.outside(base_url) == []
    assert traffic.complaints == []


async def test_the_document_of_the_first_tab_runs_as_it_stands(explorer: Explorer) -> None:
    """Its one operation that is not a comment needs no login."""
    await explorer.execute()
    await explorer.answered('"__typename": "Query"')


async def test_a_field_that_does_not_exist_is_underlined_while_typing(
    explorer: Explorer, traffic: Traffic
) -> None:
    """The language worker runs, with the server's schema, under the same policy."""
    await explorer.write(QUERY, "query Wrong { nowhere }")
    await expect(explorer.page.locator(f"{QUERY} .squiggly-error")).to_be_visible()
    assert any("graphql.worker" in address for address in traffic.addresses)
    assert traffic.complaints == []


async def test_the_kept_token_goes_with_queries_and_subscriptions(explorer: Explorer) -> None:
    """What the dashboard left in localStorage counts at once, without a reload."""
    await explorer.run(CREDENTIAL)
    await explorer.answered('"authorization": null')
    await explorer.page.evaluate("localStorage.setItem('medha.accessToken', 'kept')")
    await explorer.run(CREDENTIAL)
    await explorer.answered('"authorization": "Bearer kept"')
    await explorer.run(TICKS)
    await explorer.answered('"number": 3')
    await explorer.answered('"authorization": "Bearer kept"')


async def test_the_headers_pane_comes_before_the_kept_token(explorer: Explorer) -> None:
    """In either spelling of the name, and one credential only is sent."""
    await explorer.page.evaluate("localStorage.setItem('medha.accessToken', 'kept')")
    await explorer.write(HEADERS, '{"Authorization": "Bearer typed"}')
    await explorer.run(CREDENTIAL)
    await explorer.answered('"authorization": "Bearer typed"')
    await explorer.run(TICKS)
    await explorer.answered('"number": 3')
    await explorer.answered('"authorization": "Bearer typed"')


async def test_what_was_typed_ends_with_the_browser_tab(explorer: Explorer) -> None:
    """A reload keeps the document; nothing of it, nor of the headers, is left in localStorage."""
    await explorer.write(HEADERS, '{"Authorization": "Bearer typed"}')
    await explorer.run(GREETING)
    await explorer.answered("Namaste")
    await explorer.page.reload()
    await expect(explorer.lines(QUERY)).to_contain_text("Greeting")
    kept = await explorer.page.evaluate("JSON.stringify({...localStorage})")
    assert "Greeting" not in kept
    assert "typed" not in kept


async def test_the_recorder_sees_violations_and_outside_requests(page: Page, traffic: Traffic) -> None:
    """The two counts above can be other than zero."""

    def page_that_breaks_the_rules(request: Request) -> HTMLResponse:
        text = '<script>1</script><img src="http://elsewhere.example/x.png">'
        allowing = "; ".join(EXPLORER_POLICY).replace("img-src", "img-src http:")
        return HTMLResponse(text, headers={"content-security-policy": allowing})

    async with serving(Starlette(routes=[Route("/", page_that_breaks_the_rules)])) as url:
        await page.goto(url)
        assert traffic.outside(url) == ["http://elsewhere.example/x.png"]
        assert any("Content Security Policy" in complaint for complaint in traffic.complaints)
