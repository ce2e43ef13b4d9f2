"""`medha demo` as a new user runs it, beside a server and without one."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from playwright.async_api import Page, expect

from tests.api.client import Client
from tests.e2e.explorer import Explorer
from tests.e2e.traffic import Traffic
from tests.servers import PATIENCE, environment, medha, running_server


@asynccontextmanager
async def demo(data_dir: Path, port: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `medha demo` under way; Ctrl-C at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app.cli", "demo"),
        env=environment(data_dir, MEDHA_PORT=port),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), PATIENCE)


async def until(process: asyncio.subprocess.Process, word: str) -> str:
    """What it has printed up to the first line with this word."""
    assert process.stdout is not None
    seen = ""
    async for line in process.stdout:
        seen += line.decode()
        if word in line.decode():
            return seen
    raise AssertionError(f"it ended without saying {word!r}: {seen}")


async def test_the_demo_moves_within_seconds_and_says_how_to_look_at_it(open_tmp: Path) -> None:
    """Fills of synthetic instruments come by themselves; twice the demo is two accounts on one market."""
    # given
    async with running_server(open_tmp / "data") as server:
        port = server.url.rpartition(":")[2]

        # when
        async with demo(server.data_dir, port) as first:
            told = await asyncio.wait_for(until(first, "filled at"), PATIENCE)
        async with demo(server.data_dir, port) as second:
            again = await asyncio.wait_for(until(second, "Run "), PATIENCE)

    # then
    assert "demo-" in told
    assert "made up, by a seeded generator" in told
    assert "SYNTH-" in told
    assert "7,500 added" in told
    assert "0 added" in again


async def test_ctrl_c_ends_the_watching_and_says_that_the_run_goes_on(open_tmp: Path) -> None:
    """The demo has done its part; the run is the server's."""
    async with (
        running_server(open_tmp / "data") as server,
        demo(server.data_dir, server.url.rpartition(":")[2]) as process,
    ):
        await asyncio.wait_for(until(process, "filled at"), PATIENCE)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(until(process, "The run goes on"), PATIENCE)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_a_server_that_goes_away_under_the_demo_is_said_in_a_line(open_tmp: Path) -> None:
    """Stopped or killed: no traceback, and what becomes of the run."""
    async with (
        running_server(open_tmp / "data") as server,
        demo(server.data_dir, server.url.rpartition(":")[2]) as process,
    ):
        await asyncio.wait_for(until(process, "filled at"), PATIENCE)
        await server.kill()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 1
        assert process.stderr is not None
        assert (await process.stderr.read()).decode().startswith("medha: the server has gone")


async def test_the_demo_without_a_server_says_how_to_start_one(open_tmp: Path) -> None:
    """Nothing is made, and the next step is named."""
    # when
    code, _, err = await medha(open_tmp / "data", "demo")

    # then
    assert code == 1
    assert "make run" in err
    assert not (open_tmp / "data").exists()


async def test_the_demo_is_watched_in_graphiql_from_the_home_page(
    open_tmp: Path, page: Page, traffic: Traffic
) -> None:
    """Home, GraphiQL, a subscription that shows fills as they happen: nothing from outside, no complaint."""
    # given a demo under way
    async with running_server(open_tmp / "data") as server:
        async with demo(server.data_dir, server.url.rpartition(":")[2]) as process:
            told = await asyncio.wait_for(until(process, "filled at"), PATIENCE)
            (email, password) = re.findall(r"Sign in with\s+(\S+)\s+(\S+)", told)[0]

            # when its owner goes from the home page to GraphiQL, signed in
            await page.goto(server.url)
            await page.evaluate(
                "token => localStorage.setItem('medha.accessToken', token)",
                await token(server.url, email, password),
            )
            await page.get_by_role("link", name="GraphiQL").click()
            explorer = Explorer(page)
            await explorer.open(server.url)
            await explorer.run("subscription Watch { events(filter: {kinds: [FILL]}) { __typename } }")

            # then
            await expect(explorer.lines(".graphiql-response")).to_contain_text("OrderFilled", timeout=60_000)
        assert traffic.outside(server.url) == []
        assert not [each for each in traffic.complaints if "Content Security Policy" in each]


async def token(url: str, email: str, password: str) -> str:
    """Logs in over HTTP."""
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http:
        return str((await Client(http).do("Login", email=email, password=password))["accessToken"])
