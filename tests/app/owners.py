"""Handling server owners (server_owner.py) and their servers from a test."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil

PROGRAM = Path(__file__).with_name("server_owner.py")


class Owner:
    """A process that owns the server in `home`, or was refused it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Wait for the process's one line."""
        self.process = process
        assert process.stdout
        told = json.loads(process.stdout.readline())
        self.refused: str | None = told.get("refused")
        self.dsn: str = told.get("dsn", "")
        self.server_pid: int = told.get("pid", 0)


@contextmanager
def owner_of(
    home: Path, *words: str, before: tuple[str, ...] = (), path: Path | None = None
) -> Iterator[Owner]:
    """Start an owner; at the end let it stop in order, if it still lives."""
    python_path = os.pathsep.join([str(path)] if path else [])
    process = subprocess.Popen(
        [*before, sys.executable, str(PROGRAM), str(home), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": python_path},
    )
    with process:
        yield Owner(process)


def kill_owner_when(home: Path, condition: Callable[[], bool]) -> None:
    """Start an owner and kill -9 it as soon as the condition holds, wherever it is by then."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(home)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        until(condition)
        process.kill()


def ask(dsn: str, *statements: str) -> object:
    """Run statements on one connection; return the last one's first value."""

    async def converse() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(converse())


def lives(pid: int) -> bool:
    """Whether a process runs, a zombie not counting."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Return as soon as the condition holds; fail if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
