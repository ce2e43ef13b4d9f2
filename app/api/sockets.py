"""graphql-transport-ws to the letter: text frames, whole messages, tokens that end, errors per operation."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson
import structlog
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
    SubscribeMessage,
)
from strawberry.types.execution import PreExecutionError

from app.api.context import Context
from app.api.errors import Refusal, presented

FORBIDDEN = 4403
LONGEST_REASON = 123
"""Bytes that a close frame has for its reason."""
_log = structlog.get_logger(__name__)


class TextAdapter(ASGIWebSocketAdapter):
    """Sends JSON as text: clients in browsers cannot read binary frames."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """One message."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Close, unless the other side was faster."""
        said = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
        try:
            await self.ws.close(code=code, reason=said)
        except RuntimeError:
            _log.debug("socket.already_closed", code=code)


class StrictHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, with every message checked whole and the socket bound to its token."""

    _ending: asyncio.TimerHandle | None = None

    async def handle_message(self, message: Message) -> None:
        """Close with 4400 on what the protocol does not know."""
        if fault := fault_of(message):
            await self.handle_invalid_message(fault)
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """A null payload is none; from here on the socket lives as long as its token."""
        if message.get("payload", {}) is None:
            del message["payload"]
        await super().handle_connection_init(message)
        identity = self.context.identity
        if self.connection_acknowledged and identity and not self._ending:
            left = (identity.expires_at - self.context.api.clock.now()).total_seconds()
            self._ending = asyncio.get_running_loop().call_later(max(0.0, left), self._end)

    def _end(self) -> None:
        # Not a fatal code to the usual clients: they connect again, with a fresh token.
        closing = asyncio.ensure_future(self.websocket.close(FORBIDDEN, "The access token is over"))
        closing.add_done_callback(_seen)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Refuse with a code what is one operation too many; ids in use are strawberry's to refuse."""
        most, fresh = self.max_subscriptions_per_connection, message["id"] not in self.operations
        if self.connection_acknowledged and fresh and most and len(self.operations) >= most:
            reason = f"{most} operations at once at most on a socket: complete one, or open another socket."
            payload = [error.formatted for error in presented([Refusal("TOO_MANY_OPERATIONS", reason)])]
            await self.send_message({"id": message["id"], "type": "error", "payload": payload})
        else:
            await super().handle_subscribe(message)

    async def handle_ping(self, message: PingMessage) -> None:
        """A pong with what the ping carried."""
        payload = cast(Any, message).get("payload")
        pong = {"type": "pong", **({"payload": payload} if payload is not None else {})}
        await self.send_message(cast(Message, pong))

    async def _handle_pre_execution_error(
        self, operation: Operation[Context, None], result: PreExecutionError
    ) -> None:
        # A mistake in one document must not cost the socket's other operations their streams.
        await operation.send_initial_errors(result.errors or [])

    async def shutdown(self) -> None:
        """Let go of the token's timer with everything else."""
        if self._ending:
            self._ending.cancel()
        await super().shutdown()


def _seen(task: "asyncio.Future[None]") -> None:
    if not task.cancelled() and task.exception():
        _log.debug("socket.close_failed", reason=str(task.exception()))


def authorization_of(context: Context) -> str:
    """The bearer token of `connection_init`. Refuses one that is not text."""
    value = context.connection_params.get("authorization", context.connection_params.get("Authorization"))
    if not isinstance(value, str):
        raise ConnectionRejectionError
    return value


def fault_of(message: Any) -> str | None:
    """What is wrong with a message by the protocol; None when nothing is."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type"
    check = _CHECKS.get(message["type"])
    return check(message) if check else f"Unknown message type: {message['type'][:40]}"


def _payload_fault(message: dict[str, Any]) -> str | None:
    if isinstance(message.get("payload", {}), dict | None):
        return None
    return f"The payload of {message['type']} is an object"


def _id_fault(message: dict[str, Any]) -> str | None:
    named = isinstance(message.get("id"), str) and message["id"]
    return None if named else f"{message['type']} has an id"


def _subscribe_fault(message: dict[str, Any]) -> str | None:
    payload = message.get("payload")
    if fault := _id_fault(message):
        return fault
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "The payload of subscribe is an object with a query"
    kinds = {"operationName": str, "variables": dict, "extensions": dict}
    wrong = [name for name, kind in kinds.items() if not isinstance(payload.get(name), kind | None)]
    return f"{wrong[0]} is not what it should be" if wrong else None


_CHECKS: dict[str, Callable[[dict[str, Any]], str | None]] = {
    "connection_init": _payload_fault,
    "ping": _payload_fault,
    "pong": _payload_fault,
    "subscribe": _subscribe_fault,
    "complete": _id_fault,
}
