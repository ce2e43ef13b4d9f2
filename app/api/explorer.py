"""What a browser is shown: the home page, GraphiQL and the built files it loads, all from this host."""

import os
import re
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGES = Path(__file__).with_name("pages")
EXPLORER_FILE = "graphiql.html"
# Hashed names: a changed file is another file, so what a browser has once it need never ask for again.
ASSET_CACHING = "public, max-age=31536000, immutable"
STATIC_POLICY = (
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
EXPLORER_POLICY = (*STATIC_POLICY, "script-src 'self'", "font-src 'self' data:", "worker-src 'self' blob:")
NOT_BUILT = '<p class="notice">GraphiQL is not built yet: run <code>make web</code>, then reload.</p>'


def built_web() -> Path:
    """The folder of the built pages: in the package where a wheel is installed, else web/dist."""
    installed = Path(__file__).parents[1] / "web_dist"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "web" / "dist"


BUILT_WEB = built_web()


def wants_page(request: Request) -> bool:
    """Whether a browser opened the address, rather than a client that brings a query or takes JSON."""
    asks_html = "text/html" in request.headers.get("accept", "")
    return request.method in {"GET", "HEAD"} and asks_html and "query" not in request.query_params


def explorer_page(request: Request, web: Path = BUILT_WEB) -> Response:
    """GraphiQL under its strict policy; with status 503, what to run when it has not been built."""
    page = web / EXPLORER_FILE
    if not page.is_file():
        return _page(PAGES / "not-built.html", STATIC_POLICY, status=503)
    return _page(page, (*EXPLORER_POLICY, _connections(request.headers.get("host", ""))))


def home_page(request: Request, web: Path = BUILT_WEB) -> Response:
    """The page at `/`: where GraphiQL and health are, what to try first, and what is missing."""
    notice = "" if (web / EXPLORER_FILE).is_file() else NOT_BUILT
    host = request.headers.get("host", "")
    shown = host if _plain_host(host) else "127.0.0.1:8000"
    return _page(PAGES / "home.html", STATIC_POLICY, notice=notice, origin=f"{request.url.scheme}://{shown}")


def asset_routes(web: Path = BUILT_WEB) -> list[BaseRoute]:
    """The routes of the built scripts, styles, fonts and workers, under `/assets`."""
    return [Mount("/assets", app=Assets(directory=web / "assets", check_dir=False), name="assets")]


class Assets(StaticFiles):
    """Static files that browsers keep for ever."""

    async def check_config(self) -> None:
        """Accept a folder that is not there: nothing is found until `make web` has run, start or no start."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or 304, with the caching and the declared type made binding."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = ASSET_CACHING
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _page(file: Path, policy: tuple[str, ...], status: int = 200, **fields: str) -> HTMLResponse:
    text = file.read_text(encoding="utf-8")
    headers = {
        "content-security-policy": "; ".join(policy),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-cache",
        # One address gives this page to browsers and JSON to clients: a cache must tell them apart.
        "vary": "Accept",
    }
    return HTMLResponse(Template(text).safe_substitute(fields) if fields else text, status, headers)


def _connections(host: str) -> str:
    """The connect-src directive: 'self' covers sockets in some browsers only, so the host is named."""
    # The header comes from outside: whatever is not plainly a host must not write into the policy.
    return f"connect-src 'self' ws://{host} wss://{host}" if _plain_host(host) else "connect-src 'self'"


def _plain_host(host: str) -> bool:
    return re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", host) is not None
