"""`medha serve`: everything in one process, until Ctrl-C."""

import argparse
import asyncio
import errno
import os
import socket
import sys

import uvicorn

from app.logging import configure_logging, get_logger
from app.main import create_app
from app.settings import Settings, SettingsError
from app.store.database import Database
from app.store.open import database_of
from app.store.unavailable import StoreUnavailable

SEND_BUFFER = 64 * 1024
"""A client that stops reading is noticed when this much waits for it, not when the kernel's megabytes do."""

MAX_FRAME = 64 * 1024
BACKLOG = 2048
GRACE = 5


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the subcommand."""
    words = subparsers.add_parser("serve", help="run the server and the engine, with the database if need be")
    words.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Serves until it is told to stop; 1 when it cannot start, with the reason and what to do."""
    try:
        settings = Settings.from_environment()
        configure_logging(settings.env, settings.log_level)
        with listening(settings) as listener, database_of(settings, attach=False) as database:
            asyncio.run(serve(settings, database, listener))
    except (SettingsError, StoreUnavailable, PortTaken) as refused:
        print(f"medha: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 0


class PortTaken(Exception):
    """The address cannot be listened on; the message says which setting to change."""


def listening(settings: Settings) -> socket.socket:
    """The server's socket, bound before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as refused:
        listener.close()
        raise PortTaken(_why(settings, refused)) from refused
    return listener


def _why(settings: Settings, refused: OSError) -> str:
    place = f"{settings.host}:{settings.port}"
    if refused.errno == errno.EADDRINUSE:
        return f"{place} is taken by another program: stop it, or set MEDHA_PORT to a free port"
    return f"cannot listen on {place} ({os.strerror(refused.errno or 0)}): set MEDHA_HOST and MEDHA_PORT"


async def serve(settings: Settings, database: Database, listener: socket.socket) -> None:
    """The application on its socket; says where it is once it answers."""
    async with create_app(settings, database) as app:
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
        server = _Announcing(config, settings, listener)
        await server.serve(sockets=[listener])


class _Announcing(uvicorn.Server):
    """Says where it is as soon as it answers."""

    def __init__(self, config: uvicorn.Config, settings: Settings, listener: socket.socket) -> None:
        super().__init__(config)
        self._settings, self._listener = settings, listener

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then announces."""
        await super().startup(sockets)
        host, port = self._listener.getsockname()[:2]
        get_logger(__name__).info("server.started", host=host, port=port)
        print(welcome(host, port), flush=True)


def welcome(host: str, port: int) -> str:
    """Where things are and what to try."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}"
    return (
        "\nMedhaAlgoPilot is up.\n"
        f"  Home      {base}/\n"
        f"  GraphiQL  {base}/graphql\n"
        f"  Health    {base}/health\n"
        "  Try it    medha demo   in another terminal: an account, synthetic candles, a moving paper run\n"
        "  Stop      Ctrl-C\n"
    )
