"""The whole server on a free loopback port, inside the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from app.api.transport import MAX_FRAME


class Server(uvicorn.Server):
    """Tells when it accepts connections, and leaves Ctrl-C to the test run."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Not accepting yet."""
        super().__init__(config)
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        self.accepting.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve `app` and give its base URL until the block ends."""
    config = uvicorn.Config(
        app, log_config=None, lifespan="off", ws_max_size=MAX_FRAME, timeout_graceful_shutdown=1
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await server.accepting.wait()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
