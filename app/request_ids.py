"""An id for every request and socket: on each line that is logged for it, and in its answer's header."""

from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logging import log_context

HEADER = "x-request-id"
_BEGINS = ("http.response.start", "websocket.accept")


class RequestIds:
    """Middleware. The id is always ours: a stranger's would let strangers write into the log."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application that answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one socket from its handshake to its end."""
        request_id = uuid4().hex

        async def named(message: Message) -> None:
            if message["type"] in _BEGINS:
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with log_context(request_id=request_id):
            await self._app(scope, receive, named)
