"""The pages a browser is shown, asked for over the same ASGI calls a server makes."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.api.explorer import asset_routes, explorer_page, home_page, wants_page

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A built web folder: one page, one hashed script and, outside the served folder, something private."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "graphiql.html").write_text("<title>MedhaAlgoPilot GraphiQL</title>$origin", encoding="utf-8")
    (tmp_path / "assets" / "main-4f2a.js").write_text("export {};", encoding="utf-8")
    return tmp_path


def site(web: Path) -> Starlette:
    """The explorer's pages, wired as the server wires them."""

    def graphql(request: Request) -> Response:
        return explorer_page(request, web) if wants_page(request) else PlainTextResponse("the API")

    def home(request: Request) -> Response:
        return home_page(request, web)

    return Starlette(
        routes=[Route("/", home), Route("/graphql", graphql, methods=["GET", "POST"]), *asset_routes(web)]
    )


@pytest.fixture
async def browser(web: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client that asks as a browser does."""
    transport = httpx.ASGITransport(app=site(web))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost:8000", headers=BROWSER
    ) as client:
        yield client


def policy(response: httpx.Response) -> dict[str, str]:
    """The Content-Security-Policy as directive to sources."""
    directives = response.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (directive.partition(" ") for directive in directives)}


async def test_a_browser_is_shown_graphiql_under_the_strict_policy(browser: httpx.AsyncClient) -> None:
    """Every directive is pinned: a wider policy is a decision, not a slip."""
    response = await browser.get("/graphql")
    assert response.status_code == 200
    assert response.text == "<title>MedhaAlgoPilot GraphiQL</title>$origin"
    assert policy(response) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self' data:",
        "img-src": "'self' data:",
        "connect-src": "'self' ws://localhost:8000 wss://localhost:8000",
        "worker-src": "'self' blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


async def test_every_page_forbids_sniffing_leaking_and_stale_copies(browser: httpx.AsyncClient) -> None:
    """The headers beside the policy, on both pages."""
    for path in ("/", "/graphql"):
        headers = (await browser.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-cache"
        assert headers["vary"] == "Accept"


@pytest.mark.parametrize(
    "host", ["evil.example; script-src *", "a b", "a,b", "'unsafe-inline'", "*", "[::1", "host:port"]
)
async def test_a_host_header_cannot_write_into_the_policy(browser: httpx.AsyncClient, host: str) -> None:
    """What is not plainly a host is left out, and nothing else changes."""
    response = await browser.get("/graphql", headers={"host": host})
    assert policy(response)["connect-src"] == "'self'"
    assert policy(response)["script-src"] == "'self'"


async def test_an_ipv6_host_keeps_its_sockets(browser: httpx.AsyncClient) -> None:
    """A bracketed address is a plain host too."""
    response = await browser.get("/graphql", headers={"host": "[::1]:8000"})
    assert policy(response)["connect-src"] == "'self' ws://[::1]:8000 wss://[::1]:8000"


@pytest.mark.parametrize(
    ("method", "url", "accept"),
    [
        ("POST", "/graphql", BROWSER["accept"]),
        ("GET", "/graphql?query={__typename}", BROWSER["accept"]),
        ("GET", "/graphql", "application/graphql-response+json"),
        ("GET", "/graphql", "*/*"),
    ],
)
async def test_clients_reach_the_api_and_not_the_page(
    browser: httpx.AsyncClient, method: str, url: str, accept: str
) -> None:
    """Only a browser opening the bare address is shown GraphiQL."""
    response = await browser.request(method, url, headers={"accept": accept})
    assert response.text == "the API"


async def test_assets_are_kept_for_ever(browser: httpx.AsyncClient) -> None:
    """Hashed names allow it; a repeated question is answered without the body."""
    first = await browser.get("/assets/main-4f2a.js")
    again = await browser.get("/assets/main-4f2a.js", headers={"if-none-match": first.headers["etag"]})
    assert first.text == "export {};"
    assert "javascript" in first.headers["content-type"]
    assert (first.status_code, again.status_code) == (200, 304)
    for response in (first, again):
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/assets/gone-0000.js", "/assets/%2e%2e/graphiql.html", "/assets/", "/assets/%00"]
)
async def test_only_files_of_the_assets_folder_are_served_and_a_miss_is_not_kept(
    browser: httpx.AsyncClient, path: str
) -> None:
    """A missing name must be asked for again: the next build may bring it."""
    response = await browser.get(path)
    assert response.status_code == 404
    assert "cache-control" not in response.headers


async def test_without_a_build_the_page_says_what_to_run(browser: httpx.AsyncClient, web: Path) -> None:
    """The place-holder and the home page name the command, in words, and the assets are simply not found."""
    (web / "graphiql.html").unlink()
    (web / "assets" / "main-4f2a.js").unlink()
    (web / "assets").rmdir()
    page, home = await browser.get("/graphql"), await browser.get("/")
    assert page.status_code == 503
    assert "make web" in page.text
    assert "make web" in home.text
    assert (await browser.get("/assets/main-4f2a.js")).status_code == 404


async def test_the_home_page_links_to_graphiql_and_health_and_runs_no_script(
    browser: httpx.AsyncClient,
) -> None:
    """No field of the template is left unfilled, and the example names the address the reader used."""
    response = await browser.get("/")
    assert response.status_code == 200
    assert 'href="/graphql"' in response.text
    assert 'href="/health"' in response.text
    assert "curl http://localhost:8000/graphql" in response.text
    assert "make web" not in response.text
    assert "<script" not in response.text
    assert "$" not in response.text
    assert "script-src" not in policy(response)


async def test_the_home_page_never_repeats_a_host_that_is_not_one(browser: httpx.AsyncClient) -> None:
    """The host header is shown in the page, so it must not be able to carry markup."""
    response = await browser.get("/", headers={"host": "<b>x</b>"})
    assert "<b>x</b>" not in response.text
    assert "curl http://127.0.0.1:8000/graphql" in response.text
