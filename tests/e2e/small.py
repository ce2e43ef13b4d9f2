"""The smallest server that GraphiQL can be tried against: Starlette, strawberry, the real pages."""

from collections.abc import AsyncIterator

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from app.api.explorer import asset_routes, explorer_page, home_page

Context = dict[str, object]
Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    """What the page asks over HTTP."""

    @strawberry.field
    def greeting(self, name: str) -> str:
        """Greet."""
        return f"Namaste, {name}"

    @strawberry.field
    def authorization(self, info: Info) -> str | None:
        """The credential the request came with."""
        request = info.context["request"]
        assert isinstance(request, Request)
        return request.headers.get("authorization")


@strawberry.type
class Tick:
    """One event of the subscription."""

    number: int
    authorization: str | None


@strawberry.type
class Subscription:
    """What the page asks over its socket."""

    @strawberry.subscription
    async def ticks(self, info: Info, count: int) -> AsyncIterator[Tick]:
        """Count up to `count`, telling the credential the socket was opened with."""
        opening = info.context["connection_params"]
        assert isinstance(opening, dict)
        for number in range(1, count + 1):
            yield Tick(number=number, authorization=opening.get("authorization"))


class Explored(GraphQL[Context, None]):
    """GraphQL whose page is ours."""

    async def render_graphql_ide(self, request: Request) -> Response:
        """Our GraphiQL."""
        return explorer_page(request)


def small_server() -> Starlette:
    """The whole site: home, GraphiQL, its assets, the API over HTTP and graphql-transport-ws."""
    schema = strawberry.Schema(query=Query, subscription=Subscription)
    graphql = Explored(schema, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,))
    routes = [Route("/", home_page), Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)]
    return Starlette(routes=[*routes, *asset_routes()])
