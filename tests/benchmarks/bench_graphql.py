"""How many GraphQL queries a server answers: keep-alive connections from this process, the server in its own.

The yardstick of the same run is `/health/live`, a plain Starlette route of the same server.
"""

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import httpx

from app.operations import operation
from tests.api.client import Client
from tests.servers import running_server

CONNECTIONS = 8
SECONDS = 3.0
STRATEGIES = 50


class Load(NamedTuple):
    """What one kind of request came to: answers a second, and milliseconds for one."""

    rate: float
    p50: float
    p99: float


class Line:
    """One keep-alive connection that asks the same thing again and again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> float:
        """One request; seconds until its whole answer is here. Anything but 200 ends the benchmark."""
        begun = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            raise RuntimeError(head.decode())
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        await self._reader.readexactly(length)
        return time.perf_counter() - begun


def get(path: str) -> bytes:
    """A GET as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode()


def post(token: str, query: str) -> bytes:
    """A query as it goes over the wire."""
    body = json.dumps({"query": query}).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(port: int, request: bytes) -> Load:
    """Every connection asks for SECONDS; the first answers, in which caches fill, do not count."""
    lines = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    for line in lines:
        await line.ask(request)
    until = time.perf_counter() + SECONDS
    taken = await asyncio.gather(*(_busy(line, request, until) for line in lines))
    times = sorted(seconds * 1000 for each in taken for seconds in each)
    return Load(len(times) / SECONDS, statistics.median(times), times[int(len(times) * 0.99)])


async def _busy(line: Line, request: bytes, until: float) -> list[float]:
    times = []
    while time.perf_counter() < until:
        times.append(await line.ask(request))
    return times


def main() -> None:
    """Prints a line for each kind of request."""
    with tempfile.TemporaryDirectory(prefix="medha-bench-") as folder:
        Path(folder).chmod(0o711)
        asyncio.run(bench(Path(folder) / "data"))


async def bench(data_dir: Path) -> None:
    """Measures a server of its own."""
    async with running_server(data_dir) as server:
        await measure(server.url)


async def measure(url: str) -> None:
    """Fills a list to read, then loads the server with each request in turn."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        client = Client(http)
        await client.sign_up("bench@example.com")
        for number in range(STRATEGIES):
            config = {"fast": 10, "slow": 30, "quantity": 1}
            await client.do("CreateStrategy", name=f"Strategy {number}", kind="sma_crossover", config=config)
    token, port = client.token or "", int(url.rpartition(":")[2])
    requests = {
        "/health/live (yardstick)": get("/health/live"),
        "{ __typename }": post(token, "{ __typename }"),
        "me, from the database": post(token, operation("Me")),
        f"{STRATEGIES} strategies with their versions": post(token, operation("Strategies")),
    }
    yardstick = None
    print(f"GraphQL over HTTP, {CONNECTIONS} connections, {SECONDS:.0f} s each")
    for name, request in requests.items():
        found = await load(port, request)
        yardstick = yardstick or found.rate
        print(
            f"  {name:<36} {found.rate:>8,.0f} /s   p50 {found.p50:6.2f} ms   p99 {found.p99:6.2f} ms"
            f"   {found.rate / yardstick:5.2f} of the yardstick"
        )


if __name__ == "__main__":
    main()
