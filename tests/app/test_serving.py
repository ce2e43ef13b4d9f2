"""The served process: how it stops, and how long it bears with a client that does not read."""

import asyncio
import socket
import time
from pathlib import Path

from app.serving import GRACE, SEND_BUFFER, STALLED, listening
from app.settings import Settings
from tests.api.client import Client, document
from tests.servers import running_server


async def streamed(client: Client, begun: asyncio.Event) -> str:
    """Everything that a subscription over server-sent events brings, to its end."""
    headers = {**client.headers, "accept": "text/event-stream"}
    body = {"query": document("WatchEvents")}
    text = ""
    async with client.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        begun.set()
        async for part in response.aiter_text():
            text += part
    return text


async def test_a_stop_ends_every_subscription_with_a_code_and_waits_for_none(open_tmp: Path) -> None:
    """Over a socket and over HTTP: SERVER_STOPPING, and the process is gone before its grace is over."""
    begun = asyncio.Event()
    async with running_server(open_tmp / "data") as server, Client.at(server.url) as client:
        # given
        await client.sign_up("asha@example.com")
        async with client.socket() as watching:
            await watching.subscribe("1", document("WatchEvents"))
            streaming = asyncio.create_task(streamed(client, begun))
            await begun.wait()
            await client.do("CreateStrategy", name="Seen", kind="sma_crossover", config={})
            seen = await watching.next()

            # when
            asked = time.perf_counter()
            stopping = asyncio.create_task(server.stop())
            farewell = await watching.next()

            # then
            assert seen["payload"]["data"]["events"]["strategy"]["name"] == "Seen"
            assert farewell["payload"]["errors"][0]["extensions"]["code"] == "SERVER_STOPPING"
            assert "SERVER_STOPPING" in await streaming
        assert await stopping == 0
        assert time.perf_counter() - asked < GRACE


def test_a_connection_has_bounds_for_what_is_not_read(tmp_path: Path) -> None:
    """In bytes and in time, for every connection that the listener accepts."""
    with listening(Settings(data_dir=tmp_path, port=0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 4 * SEND_BUFFER
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == STALLED


def test_small_answers_do_not_wait_for_more(tmp_path: Path) -> None:
    """asyncio turns Nagle's algorithm off only on a listener that says it is TCP: 40 ms an answer."""
    # when
    with listening(Settings(data_dir=tmp_path, port=0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            # then
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert listener.proto == socket.IPPROTO_TCP
