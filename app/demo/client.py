"""A small GraphQL client: what any program outside would do, over HTTP and graphql-transport-ws."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.operations import operation

Data = dict[str, Any]
TIMEOUT = 30
GONE = "the server has gone; started again it takes the run up where it was"


class RequestFailed(Exception):
    """The server refused a request; the message is what it said."""


class Client:
    """Operations of the product's own, by name, as one signed-in user."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._token: str | None = None

    def signed_in(self, token: str) -> None:
        """Every later request carries this access token."""
        self._token = token

    def alive(self) -> bool:
        """Whether a server answers there and is ready."""
        try:
            with urllib.request.urlopen(f"{self._base}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, ValueError):
            return False

    async def ask(self, name: str, **variables: Any) -> Data:
        """The data of a query or mutation. RequestFailed with the server's words otherwise."""
        return await asyncio.to_thread(self._post, name, variables)

    def _post(self, name: str, variables: Data) -> Data:
        body = json.dumps({"query": operation(name), "variables": variables}).encode()
        headers = {"content-type": "application/json", **self._authorization()}
        request = urllib.request.Request(f"{self._base}/graphql", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return _data(json.load(answer))
        except urllib.error.HTTPError as refused:
            return _data(json.load(refused))
        except OSError as gone:
            raise RequestFailed(GONE) from gone

    def _authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    async def follow(self, name: str, **variables: Any) -> AsyncIterator[Data]:
        """The results of a subscription, as they come. RequestFailed when the server ends it or goes away."""
        try:
            async for data in self._followed(name, variables):
                yield data
        except (OSError, ConnectionClosed) as gone:
            raise RequestFailed(GONE) from gone
        raise RequestFailed(GONE)

    async def _followed(self, name: str, variables: Data) -> AsyncIterator[Data]:
        address = f"ws{self._base.removeprefix('http')}/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]  # a NewType of str
            await _send(socket, type="connection_init", payload=self._authorization())
            await socket.recv()
            payload = {"query": operation(name), "variables": variables}
            await _send(socket, id="1", type="subscribe", payload=payload)
            async for frame in socket:
                message = json.loads(frame)
                if message["type"] == "next":
                    yield _data(message["payload"])
                elif message["type"] == "ping":
                    await _send(socket, type="pong")
                elif message["type"] == "error":
                    raise RequestFailed(message["payload"][0]["message"])


async def _send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


def _data(answer: Data) -> Data:
    """A response's data; its first error, or a payload's first user error, raised."""
    if answer.get("errors"):
        raise RequestFailed(answer["errors"][0]["message"])
    data: Data = answer["data"]
    for payload in data.values():
        if isinstance(payload, dict) and payload.get("userErrors"):
            raise RequestFailed(payload["userErrors"][0]["message"])
    return data
