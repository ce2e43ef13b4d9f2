"""A backtest of a million candles and ten thousand orders: read by the page, while others are served."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from app.api.ids import row_id
from app.store.database import Database, DatabaseRole, connect
from tests.api.client import Client, document
from tests.api.large import enlarge
from tests.api.markets import completed, started

ORDERS, POINTS = 10_000, 1_000_000
LONGEST_PAUSE = 0.25
"""Seconds; a loop that does this work itself pauses for many times as long, and this machine is shared."""

WHOLE = """query ($filter: OrderFilter) { orders(filter: $filter, first: 100) { nodes {
    id run { id } instrument { key } trade { id } events { kind } fills { order { id } }
} } }"""


@pytest.fixture
async def large(asha: Client, instruments: list[str], database: Database) -> str:
    """A backtest's id, its results made large."""
    run = await started(asha, instruments[0])
    await completed(asha, run)
    connection: asyncpg.Connection = await connect(database, DatabaseRole.ENGINE)
    found = row_id(run, "StrategyRun")
    assert found is not None
    await enlarge(connection, found, ORDERS, POINTS)
    await connection.close()
    return run


@asynccontextmanager
async def at_hand() -> AsyncIterator[None]:
    """The event loop never pauses for long inside the block."""
    pauses: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0)
            pauses.append(time.perf_counter() - began)

    ticking = asyncio.create_task(tick())
    yield
    ticking.cancel()
    assert max(pauses) < LONGEST_PAUSE


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (document("Orders"), {"first": 100}),
        (document("Trades"), {"first": 100}),
        (document("Pnl"), {}),
        (WHOLE, {}),
    ],
)
async def test_a_page_of_much_holds_nobody_up(
    asha: Client, large: str, text: str, arguments: dict[str, Any]
) -> None:
    """Whatever has to be decoded, filtered and sorted for it is done beside the event loop."""
    async with at_hand():
        answer = await asha.answer(text, filter={"runId": large}, **arguments)
    assert "errors" not in answer


async def test_each_order_of_a_page_comes_with_its_own_fill_and_trade(asha: Client, large: str) -> None:
    """Fetched together, handed out apart; pages in either direction meet."""
    # when
    orders = (await asha.answer(WHOLE, filter={"runId": large}))["data"]["orders"]["nodes"]

    # then
    assert [order["fills"] for order in orders] == [[{"order": {"id": order["id"]}}] for order in orders]
    assert len({order["trade"]["id"] for order in orders}) == len(orders) == 100
    query = "query ($f: OrderFilter) { orders(filter: $f, last: 2) { nodes { cause } } }"
    last = (await asha.answer(query, f={"runId": large}))["data"]["orders"]["nodes"]
    assert [order["cause"] for order in last] == ["intent:1", "intent:0"]


async def test_a_curve_of_a_million_points_keeps_its_spikes(asha: Client, large: str) -> None:
    """However few points are asked for, in whatever range."""
    whole = await asha.ask("Pnl", filter={"runId": large}, points=5000)
    few = await asha.ask("Pnl", filter={"runId": large}, points=4)
    assert (len(few["equity"]), few["condensedFrom"]) == (4, POINTS)
    for extreme in (min, max):
        assert extreme(map(float, few["equity"])) == extreme(map(float, whole["equity"]))
    assert (few["time"][0], few["time"][-1]) == (whole["time"][0], whole["time"][-1])
    part = await asha.ask("Pnl", filter={"runId": large}, **{"to": "2025-01-01T01:00:00Z"})
    assert part["condensedFrom"] == len(part["time"]) == 60


async def test_a_paper_runs_curve_is_condensed_like_a_backtests(asha: Client, instruments: list[str]) -> None:
    """The same points of the same heights, and in the same ranges."""
    # given
    run = await started(asha, instruments[0], mode="PAPER")
    await completed(asha, run)
    whole = await asha.ask("Pnl", filter={"runId": run})
    heights = [float(height) for height in whole["equity"]]

    # when
    few = await asha.ask("Pnl", filter={"runId": run}, points=6)
    bounds = {"from": whole["time"][3], "to": whole["time"][9]}
    part = await asha.ask("Pnl", filter={"runId": run}, **bounds)

    # then
    shown = [float(height) for height in few["equity"]]
    assert len(shown) <= 6
    assert few["condensedFrom"] == len(heights)
    assert (shown[0], shown[-1], min(shown), max(shown)) == (
        *(heights[0], heights[-1]),
        *(min(heights), max(heights)),
    )
    assert part["time"] == whole["time"][3:9]
    assert part["realised"] == whole["realised"][3:9]
