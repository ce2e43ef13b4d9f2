"""A client as anybody would write one: HTTP for questions and changes, a socket for what happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
PATIENCE = 20.0
PASSWORD = "correct horse battery"


def document(name: str) -> str:
    """The text of graphql/operations/NAME.graphql."""
    return (OPERATIONS / f"{name}.graphql").read_text()


class Client:
    """Somebody at the API, logged in or not."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """Nobody yet."""
        self.http = http
        self.token: str | None = None

    @classmethod
    @asynccontextmanager
    async def at(cls, base_url: str) -> AsyncIterator[Self]:
        """A client of the server at this address."""
        async with httpx.AsyncClient(base_url=base_url, timeout=PATIENCE) as http:
            yield cls(http)

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    async def answer(self, text: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer to a document."""
        body = {"query": text, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=self.headers)
        found: dict[str, Any] = response.json()
        return found

    async def ask(self, name: str, /, **variables: Any) -> Any:
        """The data of a named operation's only root field; any error fails the test."""
        answer = await self.answer(document(name), **variables)
        assert "errors" not in answer, answer["errors"]
        (data,) = answer["data"].values()
        return data

    async def do(self, name: str, /, **given: Any) -> Any:
        """A mutation's payload; user errors fail the test."""
        payload = await self.ask(name, input=given)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refusals(self, name: str, /, **given: Any) -> list[tuple[str, str]]:
        """Code and path of each user error of a mutation."""
        payload = await self.ask(name, input=given)
        return [(error["code"], ".".join(error["path"])) for error in payload["userErrors"]]

    async def codes(self, text: str, /, **variables: Any) -> list[str]:
        """The codes of an answer's top-level errors."""
        answer = await self.answer(text, **variables)
        return [error["extensions"]["code"] for error in answer.get("errors", [])]

    async def sign_up(self, email: str) -> None:
        """Register and log in."""
        await self.do("RegisterUser", email=email, password=PASSWORD)
        await self.log_in(email)

    async def log_in(self, email: str) -> None:
        """Log in."""
        self.token = (await self.do("Login", email=email, password=PASSWORD))["accessToken"]

    @asynccontextmanager
    async def socket(self) -> AsyncIterator["Socket"]:
        """A socket that is acknowledged."""
        async with raw_socket(str(self.http.base_url)) as connection:
            socket = Socket(connection)
            await socket.send(type="connection_init", payload=self.headers)
            assert await socket.next() == {"type": "connection_ack"}
            yield socket

    @asynccontextmanager
    async def watching(self, name: str, /, **variables: Any) -> AsyncIterator["Watch"]:
        """A named subscription, under way."""
        async with self.socket() as socket:
            await socket.subscribe("1", document(name), variables)
            yield Watch(socket)


class Socket:
    """graphql-transport-ws, message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        """Over an open connection."""
        self.connection = connection

    async def send(self, **message: Any) -> None:
        """One message."""
        await self.connection.send(orjson.dumps(message).decode())

    async def subscribe(self, id: str, query: str, variables: dict[str, Any] | None = None) -> None:
        """Begin an operation."""
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables or {}})

    async def next(self) -> Any:
        """The next message; it has to come as text."""
        frame = await asyncio.wait_for(self.connection.recv(), PATIENCE)
        assert isinstance(frame, str)
        return orjson.loads(frame)

    async def closed(self) -> int:
        """Wait for the other side to close; its code."""
        await asyncio.wait_for(self.connection.wait_closed(), PATIENCE)
        code = self.connection.close_code
        assert code is not None
        return code


class Watch:
    """One subscription's results."""

    def __init__(self, socket: Socket) -> None:
        """Of a socket that carries nothing else."""
        self.socket = socket

    async def payload(self) -> Any:
        """The next result, or the errors that ended it."""
        return (await self.socket.next())["payload"]

    async def next(self) -> Any:
        """The next result's only root field; an error fails the test."""
        payload = await self.payload()
        assert isinstance(payload, dict), payload
        assert "errors" not in payload, payload
        (data,) = payload["data"].values()
        return data

    async def until(self, kind: str, **fields: Any) -> Any:
        """The first event of this type with these fields; those before it are passed over."""
        while True:
            event = await self.next()
            if event["__typename"] == kind and fields.items() <= event.items():
                return event

    async def take(self, count: int) -> list[Any]:
        """The next results."""
        return [await self.next() for _ in range(count)]


def raw_socket(base_url: str, **options: Any) -> Any:
    """A connection that speaks graphql-transport-ws, not yet initialised."""
    url = base_url.replace("http://", "ws://").rstrip("/") + "/graphql"
    # No bound on what waits unread: a client that leaves early would not hear the other side's farewell.
    protocol = Subprotocol("graphql-transport-ws")
    return connect(url, subprotocols=[protocol], max_queue=None, **options)
