"""The real server as a process of its own, and commands beside it, as a user runs them."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 60.0


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """This process's environment, with the server's settings in place of any other MEDHA_ ones."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDHA_")}
    return plain | {"MEDHA_DATA_DIR": str(data_dir), "MEDHA_PORT": "0"} | settings


class Server:
    """A `medha serve` that has said where it is."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, data_dir: Path) -> None:
        self.process, self.url, self.data_dir = process, url, data_dir

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ctrl-C; its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


async def start_server(data_dir: Path, **settings: str) -> Server:
    """Starts a server and waits until it answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app.cli", "serve"),
        env=environment(data_dir, **settings),
        stdout=asyncio.subprocess.PIPE,
    )
    return Server(process, await asyncio.wait_for(_address(process), PATIENCE), data_dir)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        if found := re.search(rb"GraphiQL\s+(\S+)/graphql", line):
            return found[1].decode()
    raise AssertionError(f"the server ended with {await process.wait()} before it answered")


@asynccontextmanager
async def running_server(data_dir: Path, **settings: str) -> AsyncIterator[Server]:
    """A server for as long as the block lasts."""
    server = await start_server(data_dir, **settings)
    try:
        yield server
    finally:
        await server.stop()


async def medha(data_dir: Path, *words: str, **variables: str) -> tuple[int, str, str]:
    """Runs a `medha` command to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app.cli", *words),
        env=environment(data_dir, **variables),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, out.decode(), err.decode()
