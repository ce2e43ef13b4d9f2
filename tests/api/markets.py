"""A small market in the store, and what a user needs to trade in it."""

from typing import Any

from app.api.ids import global_id
from app.store.candles import write_candles
from app.store.database import Database, DatabaseRole, connect
from app.store.instruments import ensure_instrument
from streams.domain.market import Instrument, InstrumentKind, Interval
from tests.api.client import Client
from tests.builders import market

SHARES = (
    Instrument("NSE:TEST0", InstrumentKind.EQUITY, 500, 1),
    Instrument("NSE:TEST1", InstrumentKind.EQUITY, 500, 25),
)
INDEX = Instrument("NSE:TESTINDEX", InstrumentKind.INDEX, 500, 1)
SESSIONS, BARS = 2, 60


async def stock(database: Database, seed: int = 7) -> list[str]:
    """Store the market; the global ids of the two shares and the index."""
    connection = await connect(database, DatabaseRole.ENGINE)
    try:
        ids = []
        for instrument in (*SHARES, INDEX):
            known, _ = await ensure_instrument(connection, instrument)
            ids.append(known.id)
        for known_id, candles in zip(ids, market(seed, sessions=SESSIONS, bars=BARS, count=2), strict=False):
            await write_candles(connection, known_id, Interval.ONE_MINUTE, candles, source="test")
    finally:
        await connection.close()
    return [global_id("Instrument", each) for each in ids]


async def paper_account(client: Client, name: str = "Paper") -> str:
    """A paper account's id."""
    payload = await client.do("CreateBrokerAccount", name=name, openingBalance="1000000")
    return str(payload["brokerAccount"]["id"])


async def crossover(client: Client, name: str = "Crossover", **config: Any) -> str:
    """A strategy's id: an SMA crossover that trades often."""
    given = {"fast": 2, "slow": 5, "quantity": 10, **config}
    payload = await client.do("CreateStrategy", name=name, kind="sma_crossover", config=given)
    return str(payload["strategy"]["id"])


async def started(client: Client, instrument: str, mode: str = "BACKTEST", **given: Any) -> str:
    """A run's id, of a strategy and account made for it."""
    name = given.pop("name", f"{mode} account")
    account = given.pop("brokerAccountId", None) or await paper_account(client, name)
    asked = {
        "strategyId": given.pop("strategyId", None) or await crossover(client, f"{mode} strategy"),
        "mode": mode,
        "brokerAccountId": account,
        "instrumentIds": [instrument],
        "interval": "ONE_MINUTE",
        "capital": "100000",
    }
    return str((await client.do("StartRun", **asked | given))["run"]["id"])


async def completed(client: Client, run_id: str, status: str = "COMPLETED") -> None:
    """Wait until the run has ended like this."""
    async with client.watching("WatchRunProgress", runId=run_id) as watch:
        while (seen := await watch.next())["status"] != status:
            assert seen["status"] not in {"COMPLETED", "STOPPED", "FAILED"}, seen
