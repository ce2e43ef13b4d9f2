"""GraphQL over HTTP, WebSocket and server-sent events, at one address."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, cast

import orjson
import structlog
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from app.api.context import Api, Context
from app.api.cursors import Cursors
from app.api.explorer import explorer_page, wants_page
from app.api.health import health_routes
from app.api.schema import make_schema
from app.api.shared import Shared
from app.api.sockets import StrictHandler, TextAdapter, authorization_of
from app.clock import Clock
from app.keys import secret_keys
from app.security import AccessTokens, Passwords, Viewer, derived_keys
from app.settings import Settings
from app.store.engine import Store
from app.store.migrate import at_head
from app.store.relay import Relay
from streams.strategies.base import StrategyRegistry

PATH = "/graphql"
MAX_BODY = 256 * 1024
MAX_FRAME = 64 * 1024
"""For the server's own setting (uvicorn: `ws_max_size`)."""

INIT_PATIENCE = timedelta(seconds=5)
SUBSCRIPTIONS_PER_SOCKET = 50
METHODS = ["GET", "HEAD", "POST"]

_log = structlog.get_logger(__name__)


def create_api(
    store: Store,
    registry: StrategyRegistry,
    settings: Settings,
    relay: Relay,
    clock: Clock,
    wake: Callable[[], None],
    heartbeat: Callable[[], bool],
) -> list[BaseRoute]:
    """The routes of `/graphql` and `/health`.

    `wake` is called after each commit that gives the engine work; `heartbeat` says whether its heart beats.
    """
    keys = secret_keys(settings)
    api = Api(
        store=store,
        registry=registry,
        settings=settings,
        relay=relay,
        clock=clock,
        wake=wake,
        heartbeat=heartbeat,
        migrated=Shared(partial(at_head, store.database)),
        tokens=AccessTokens(keys, clock),
        passwords=Passwords(),
        cursors=Cursors(derived_keys(keys, "cursors")),
    )
    view = GraphQLView(api)
    graphql = [Route(PATH, view.serve, methods=METHODS), WebSocketRoute(PATH, view)]
    return [*graphql, *health_routes(api)]


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view with our context, strict requests, and every answer in JSON."""

    websocket_adapter_class = TextAdapter
    graphql_transport_ws_handler_class = StrictHandler

    def __init__(self, api: Api) -> None:
        """Take the parts that resolvers use."""
        super().__init__(
            make_schema(api.settings.env == "production"),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=INIT_PATIENCE,
            max_subscriptions_per_connection=SUBSCRIPTIONS_PER_SOCKET,
            allowed_origins=api.settings.allowed_origins,
        )
        self._api = api

    async def serve(self, request: Request) -> Response:
        """GraphiQL to a browser that opens the address, else the answer to a request."""
        if wants_page(request):
            return explorer_page(request)
        try:
            limited = Request(request.scope, _bounded(request.receive))
            return await self.run(limited)
        except HTTPException as refused:
            return _refusal(refused)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its handshake to its end."""
        await self.run(WebSocket(scope, receive=receive, send=send))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Who asks: by the header over HTTP, by `connection_init` over a socket."""
        context = Context(self._api, request, response)
        if isinstance(request, Request):
            context.identity = self._identity(request.headers.get("authorization", ""))
        return context

    def _identity(self, authorization: str) -> Viewer | None:
        scheme, _, token = authorization.partition(" ")
        return self._api.tokens.verify(token.strip()) if scheme.lower() == "bearer" else None

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Refuse a socket without a good token: 4403."""
        context.identity = self._identity(authorization_of(context))
        if context.identity is None:
            raise ConnectionRejectionError
        return cast(UnsetType, UNSET)

    def decode_json(self, data: str | bytes) -> object:
        """JSON as it is defined: no NaN, no depth without end."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        """JSON in UTF-8."""
        return orjson.dumps(data)

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        """The request; anything but one object of the right kinds is refused."""
        if request.method == "POST":
            kind, _ = parse_content_type(request.content_type or "")
            if kind != "application/json":
                raise HTTPException(415, "Send the request as application/json.")
            if not isinstance(self.parse_json(await request.get_body()), dict):
                raise HTTPException(400, "The request is one JSON object.")
        return await super().parse_http_body(request)


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    """The body as it comes, refused as soon as it is too long."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            raise HTTPException(413, f"A request has {MAX_BODY} bytes at most.")
        return message

    return bounded


def _refusal(refused: HTTPException) -> Response:
    codes = {405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}
    error: dict[str, Any] = {
        "message": refused.reason,
        "extensions": {"code": codes.get(refused.status_code, "BAD_REQUEST")},
    }
    return JSONResponse({"errors": [error]}, refused.status_code)
