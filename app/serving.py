"""The server on its socket: bound first, then the database, then announced."""

import asyncio
import errno
import gc
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn

from app.api.transport import MAX_FRAME
from app.logging import configure_logging, get_logger
from app.main import create_app
from app.settings import Settings, SettingsError
from app.store.database import Database
from app.store.open import database_of

SEND_BUFFER = 64 * 1024
"""A client that stops reading is noticed when this much waits for it, not when the kernel's megabytes do."""

STALLED = 30_000
"""Milliseconds that a client may leave what was sent to it: then its connection ends, and what it watched."""

BACKLOG = 2048
GRACE = 5
PARTING = 0.1
"""Seconds for the farewell to reach those whose connections are closed next."""


def run(settings: Settings) -> None:
    """Serves until it is told to stop. SettingsError or StoreUnavailable when it cannot start."""
    configure_logging(settings.env, settings.log_level)
    with listening(settings) as listener, database_of(settings, attach=False) as database:
        asyncio.run(serve(settings, database, listener))


def listening(settings: Settings) -> socket.socket:
    """The server's socket, bound before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only for sockets that say they are TCP: 40 ms a small answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as refused:
        listener.close()
        raise SettingsError(_why(settings, refused)) from refused
    return listener


def _why(settings: Settings, refused: OSError) -> str:
    place = f"{settings.host}:{settings.port}"
    if refused.errno == errno.EADDRINUSE:
        return f"{place} is taken by another program: stop it, or set MEDHA_PORT to a free port"
    return f"cannot listen on {place} ({os.strerror(refused.errno or 0)}): set MEDHA_HOST and MEDHA_PORT"


async def serve(settings: Settings, database: Database, listener: socket.socket) -> None:
    """The application on its socket; says where it is once it answers."""
    async with create_app(settings, database) as app:
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection need look at it again
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws_max_size=MAX_FRAME,
            backlog=BACKLOG,
            timeout_graceful_shutdown=GRACE,
            server_header=False,
        )
        server = _Announcing(config, listener, app.state.farewell)
        await server.serve(sockets=[listener])


class _Announcing(uvicorn.Server):
    """Says where it is as soon as it answers, and farewell before it stops."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, farewell: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._listener, self._farewell = listener, farewell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then announces."""
        await super().startup(sockets)
        host, port = self._listener.getsockname()[:2]
        get_logger(__name__).info("server.started", host=host, port=port)
        print(welcome(host, port), flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Says farewell, then stops."""
        await self._farewell()
        await asyncio.sleep(PARTING)
        await super().shutdown(sockets)


def welcome(host: str, port: int) -> str:
    """Where things are and what to try."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}"
    return (
        "\nMedhaAlgoPilot is up.\n"
        f"  Home      {base}/\n"
        f"  GraphiQL  {base}/graphql\n"
        f"  Health    {base}/health\n"
        f"  Try it    {_command()} demo   in another terminal: synthetic candles, a moving paper run\n"
        "  Stop      Ctrl-C\n"
    )


def _command() -> str:
    """How this person calls `medha`: by its path where it is not on PATH."""
    called = Path(sys.argv[0])
    if called.name != "medha" or shutil.which("medha"):
        return "medha"
    return shlex.quote(os.path.relpath(called))
