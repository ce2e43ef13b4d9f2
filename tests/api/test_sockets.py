"""graphql-transport-ws and server-sent events: strict, bound to their tokens, closed to other origins."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from app.clock import SystemClock
from app.keys import secret_keys
from app.security import AccessTokens
from app.settings import Settings
from tests.api.client import PATIENCE, Client, Socket, document, raw_socket
from tests.api.markets import crossover


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        "null",
        "5",
        '"text"',
        "{}",
        '{"type": "nonsense"}',
        '{"type": "' + "\N{ELEPHANT}" * 60 + '"}',
        '{"type": "ping", "payload": 5}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": 5, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": null}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
        '{"type": "complete"}',
    ],
)
async def test_a_message_the_protocol_does_not_know_closes_the_socket(asha: Client, frame: str) -> None:
    """With 4400, whatever was sent, and never by a crash."""
    async with asha.socket() as socket:
        await socket.connection.send(frame)
        assert await socket.closed() == 4400


async def test_a_socket_needs_a_good_token(base_url: str) -> None:
    """No token, an odd one and a forged one: 4403. Nothing can be asked before."""
    for payload in ({}, None, {"authorization": 5}, {"authorization": "Bearer x.y.z"}):
        async with raw_socket(base_url) as connection:
            socket = Socket(connection)
            await socket.send(type="connection_init", payload=payload)
            assert await socket.closed() == 4403
    async with raw_socket(base_url) as connection:
        socket = Socket(connection)
        await socket.subscribe("1", "{ __typename }")
        assert await socket.closed() == 4401


async def test_a_socket_ends_with_its_token(asha: Client, settings: Settings, base_url: str) -> None:
    """When the access token is over the socket closes, with a code after which clients connect again."""
    # given
    keys = secret_keys(settings)
    viewer = AccessTokens(keys, SystemClock()).verify(asha.token or "")
    assert viewer is not None
    brief = AccessTokens(keys, SystemClock(), timedelta(seconds=2))
    token, _ = brief.issue(viewer.user_id, viewer.session_id)

    # when
    async with raw_socket(base_url) as connection:
        socket = Socket(connection)
        await socket.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
        await socket.next()
        await socket.subscribe("1", document("WatchEvents"))

        # then
        assert await socket.closed() == 4403


async def test_a_mistake_in_one_operation_leaves_the_others_alone(asha: Client) -> None:
    """Syntax, validation and variables go wrong in their own operation only."""
    async with asha.socket() as socket:
        # given
        await socket.subscribe("watch", document("WatchEvents"))

        # when
        for id, query in (("syntax", "{ me {"), ("field", "{ nothing }"), ("name", "{ me { id } ...F }")):
            await socket.subscribe(id, query)
            message = await socket.next()
            assert (message["id"], message["type"]) == (id, "error")
            assert message["payload"][0]["extensions"]["code"].startswith("GRAPHQL_")
        await crossover(asha)

        # then
        message = await socket.next()
        assert (message["id"], message["type"]) == ("watch", "next")
        await socket.send(type="ping", payload={"n": 1})
        assert await socket.next() == {"type": "pong", "payload": {"n": 1}}


async def test_one_operation_too_many_is_refused_and_the_others_go_on(asha: Client) -> None:
    """Fifty at once; the next gets a code and what to do. An id in use closes the socket: 4409."""
    async with asha.socket() as socket:
        # given
        for number in range(50):
            await socket.subscribe(f"{number}", document("WatchEvents"))

        # when
        await socket.subscribe("more", document("WatchEvents"))

        # then
        message = await socket.next()
        assert (message["id"], message["type"]) == ("more", "error")
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await socket.send(type="complete", id="0")
        await socket.subscribe("again", "{ __typename }")
        assert (await socket.next())["id"] == "again"
        assert await socket.next() == {"id": "again", "type": "complete"}
        await socket.subscribe("1", document("WatchEvents"))
        assert await socket.closed() == 4409


async def test_a_query_over_a_socket_is_answered_and_completed(asha: Client) -> None:
    """Sockets carry every kind of operation."""
    async with asha.socket() as socket:
        await socket.subscribe("1", document("Me"))
        answer = await socket.next()
        assert answer["payload"]["data"]["me"]["email"] == "asha@example.com"
        assert await socket.next() == {"id": "1", "type": "complete"}


async def test_pages_of_other_origins_open_no_socket(base_url: str) -> None:
    """A browser's Origin has to be ours; the older protocol is not spoken."""
    with pytest.raises(InvalidStatus) as refused:
        async with raw_socket(base_url, origin="https://evil.example.com"):
            pass
    assert refused.value.response.status_code == 403
    async with raw_socket(base_url, origin=base_url):
        pass


async def test_events_come_as_server_sent_events_too(asha: Client) -> None:
    """The same subscription over one HTTP response."""
    # given
    cursor = (await asha.ask("Me"))["eventCursor"]
    await crossover(asha)
    headers = {**asha.headers, "accept": "text/event-stream"}
    body = {"query": document("WatchEvents"), "variables": {"after": cursor}}

    # when
    async with asha.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        async with asyncio.timeout(PATIENCE):
            lines = await _event(response)

    # then
    assert response.headers["content-type"].startswith("text/event-stream")
    assert lines[0] == "event: next"
    assert "STRATEGY_CHANGED" in lines[1]


async def _event(response: httpx.Response) -> list[Any]:
    lines: list[str] = []
    async for line in response.aiter_lines():
        if not line:
            return lines
        lines.append(line)
    return lines
