"""The whole main job as a new user does it: a real server, the CLI, GraphQL only, on real candles."""

from bisect import bisect_left
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pyarrow.parquet as pq
import pytest

from tests.api.client import PATIENCE, Client
from tests.laws.oracle import Result, RoundTrip, Rules, crossover
from tests.market_data import real
from tests.servers import Server, medha, running_server

CONFIG = {"fast": 10, "slow": 30, "quantity": 10}
CAPITAL, BPS, FEE = Decimal(1_000_000), Decimal(2), Decimal(20)
WEEK, FRIDAY = ("2025-03-03", "2025-03-08"), "2025-03-07"
"""From Monday to before Saturday, in India."""

UNIT = 10_000


@pytest.fixture
async def server(open_tmp: Path) -> AsyncIterator[Server]:
    """A server on an empty data folder."""
    async with running_server(open_tmp / "data") as server:
        yield server


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Its HTTP."""
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        yield client


async def test_a_new_user_goes_from_a_file_to_right_numbers_in_backtest_and_paper(
    server: Server, http: httpx.AsyncClient
) -> None:
    """Import, register, create, backtest, paper, watch, command, read: and every number is the loop's."""
    # given a real file, imported beside the running server, and the first user
    file = real("1m/RELIANCE.parquet")
    await _import(server, file)
    asha = Client(http)
    await asha.sign_up("asha@example.com")
    assert (await asha.ask("Me"))["role"] == "ADMIN"

    # when she sets up what a run needs
    given = await _prepared(asha)

    # then a backtest over the whole file says what the loop says
    table = _table(file)
    await _check_backtest(asha, given, table, _loop(table, 0, len(table.time)))

    # and a paper run over a week says it too, though its watcher loses the line half-way
    begin, end = (bisect_left(table.time, _micros(f"{day}T00:00:00+05:30")) for day in WEEK)
    paper = await _check_paper(asha, given, table, _loop(table, begin, end))

    # and a run does as it is told
    await _check_commands(asha, given)

    # and nobody else sees any of it
    await _check_isolation(http, paper)


async def _import(server: Server, file: Path) -> None:
    words = ("candles", "import", str(file), "--instrument", "RELIANCE", "--interval", "1m")
    code, out, err = await medha(server.data_dir, *words)
    assert code == 0, err
    assert "52,125" in out


async def _prepared(asha: Client) -> dict[str, Any]:
    """An account, a strategy (a wrong config is refused first), and what every run of hers asks for."""
    kind = next(each for each in await asha.ask("StrategyKinds") if each["key"] == "sma_crossover")
    opened = await asha.do("CreateBrokerAccount", name="Paper", openingBalance=str(CAPITAL))
    wrong = {"name": "SMA", "kind": kind["key"], "config": {"fast": 30, "slow": 10}}
    assert [code for code, _ in await asha.refusals("CreateStrategy", **wrong)] == ["INVALID"]
    made = await asha.do("CreateStrategy", name="SMA", kind=kind["key"], config=CONFIG)
    (share,) = (await asha.ask("Instruments", search="RELIANCE"))["nodes"]
    return {
        "strategyId": made["strategy"]["id"],
        "brokerAccountId": opened["brokerAccount"]["id"],
        "instrumentIds": [share["id"]],
        "interval": "ONE_MINUTE",
        "capital": str(CAPITAL),
        "slippageBps": str(BPS),
        "chargePerOrder": str(FEE),
        "productType": "MARGIN",  # the loop that checks it carries its positions over the night
    }


class Table(NamedTuple):
    """The file's columns: open times in microseconds, opens and closes in grains of 1e-7 rupee."""

    time: list[int]
    opens: list[int]
    closes: list[int]


def _table(file: Path) -> Table:
    rows = pq.read_table(file, columns=["timestamp", "open", "close"]).to_pydict()
    times = [round(stamp.timestamp() * 1_000_000) for stamp in rows["timestamp"]]
    opens, closes = (
        [int(Decimal(repr(price)) * 10**7) for price in rows[name]] for name in ("open", "close")
    )
    return Table(times, opens, closes)


def _loop(table: Table, begin: int, end: int) -> Result:
    rules = Rules(10, 30, 10, int(CAPITAL * UNIT), int(BPS), charge=int(FEE * UNIT), begin=begin)
    return crossover(table.opens[:end], table.closes[:end], rules)


async def _check_backtest(asha: Client, given: dict[str, Any], table: Table, expected: Result) -> None:
    run = (await asha.do("StartRun", mode="BACKTEST", **given))["run"]
    async with asha.watching("WatchRunProgress", runId=run["id"]) as watch:
        seen = [await watch.next()]
        while seen[-1]["status"] not in {"COMPLETED", "FAILED"}:
            seen.append(await watch.next())
    assert seen[-1]["status"] == "COMPLETED", seen[-1]
    report = await asha.ask("BacktestReport", runId=run["id"])
    assert Decimal(report["finalEquity"]) * UNIT == expected.equity
    assert report["candles"] == 52_125
    assert await _round_trips(asha, run["id"], table) == expected.trades
    assert len(expected.trades) > 900


async def _check_paper(asha: Client, given: dict[str, Any], table: Table, expected: Result) -> str:
    asked = {"from": WEEK[0], "to": FRIDAY, "speed": "20000"}
    run_id = str((await asha.do("StartRun", mode="PAPER", **given | asked))["run"]["id"])
    first, cursor = await _watch(asha, run_id, None, fills=5)
    rest, _ = await _watch(asha, run_id, cursor, fills=None)
    fills = [event["fill"]["id"] for event in (*first, *rest) if event["__typename"] == "OrderFilled"]
    assert len(fills) == len(set(fills))
    stored = await _all(asha, "Orders", run_id)
    assert sorted(fill["id"] for order in stored for fill in order["fills"]) == sorted(fills)
    assert rest[-1]["runStatus"] == "COMPLETED"
    assert await _round_trips(asha, run_id, table) == expected.trades
    pnl = await asha.ask("Pnl", filter={"runId": run_id})
    assert Decimal(pnl["equity"][-1]) * UNIT == expected.equity
    return run_id


async def _check_commands(asha: Client, given: dict[str, Any]) -> None:
    asked = {"from": WEEK[0], "to": FRIDAY, "speed": "600"}
    async with asha.watching("WatchEvents", filter={"kinds": ["RUN_STATUS"]}) as watch:
        run_id = (await asha.do("StartRun", mode="PAPER", **given | asked))["run"]["id"]
        await watch.until("RunStatusChanged", runStatus="RUNNING")
        await asha.do("PauseRun", runId=run_id)
        await watch.until("RunStatusChanged", runStatus="PAUSED")
        await asha.do("ResumeRun", runId=run_id)
        await watch.until("RunStatusChanged", runStatus="RUNNING")
        for _ in range(2):
            await asha.do("StopRun", runId=run_id, squareOff=True)
            await watch.until("RunStatusChanged", runStatus="STOPPED")
            assert all(held["quantity"] == 0 for held in await _all(asha, "Positions", run_id))
            await asha.do("RestartRun", runId=run_id)
            await watch.until("RunStatusChanged", runStatus="RUNNING")
        await asha.do("StopRun", runId=run_id)
        await watch.until("RunStatusChanged", runStatus="STOPPED")


async def _watch(
    asha: Client, run_id: str, after: str | None, fills: int | None
) -> tuple[list[dict[str, Any]], str]:
    """Events until the run is over, or until so many fills have been seen; and where to go on."""
    seen: list[dict[str, Any]] = []
    async with asha.watching("WatchEvents", filter={"runId": run_id}, after=after) as watch:
        while not _enough(seen, fills):
            seen.append(await watch.next())
    return seen, str(seen[-1]["cursor"])


def _enough(seen: list[dict[str, Any]], fills: int | None) -> bool:
    if fills is not None:
        return len([event for event in seen if event["__typename"] == "OrderFilled"]) >= fills
    return bool(seen) and seen[-1].get("runStatus") in {"COMPLETED", "FAILED", "STOPPED"}


async def _round_trips(asha: Client, run_id: str, table: Table) -> list[RoundTrip]:
    return sorted(
        RoundTrip(
            bisect_left(table.time, _micros(trade["openedAt"])),
            int(Decimal(trade["entryPrice"]) * UNIT),
            bisect_left(table.time, _micros(trade["closedAt"])) if trade["closedAt"] else None,
            int(Decimal(trade["exitPrice"]) * UNIT) if trade["exitPrice"] else None,
        )
        for trade in await _all(asha, "Trades", run_id)
    )


async def _all(asha: Client, name: str, run_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        answer = await asha.ask(name, filter={"runId": run_id}, first=100, after=page["endCursor"])
        found += answer["nodes"]
        page = answer["pageInfo"]
    return found


def _micros(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1_000_000)


async def _check_isolation(http: httpx.AsyncClient, run_id: str) -> None:
    ravi = Client(http)
    await ravi.sign_up("ravi@example.com")
    assert (await ravi.ask("Me"))["role"] == "TRADER"
    assert await ravi.ask("Run", id=run_id) is None
    assert (await ravi.ask("Runs"))["nodes"] == []
    assert await ravi.refusals("StopRun", runId=run_id) == [("NOT_FOUND", "runId")]
