"""A paper run led candle by candle through prices made by hand."""

from typing import Any
from uuid import UUID

from app.store.driver import to_moment
from streams.domain.market import Candles
from streams.parity import fingerprint, first_difference
from tests.builders import MINUTE, START, candles
from tests.engines import Engine
from tests.replays import replayed, run_of, stored
from tests.traders import Row, Trader

ENTRY, EXIT, AGAIN, OUT = 2, 7, 13, 19
"""Where the SMA crossover of 2 and 3 candles decides in `zigzag`; each order fills one candle later."""


def zigzag(length: int = 24) -> Candles:
    """From 100 a rupee up a minute to 105, six minutes down, six up, and so on."""
    closes = [100.0]
    while len(closes) < length:
        closes.append(closes[-1] + (1 if len(closes) // 6 % 2 == 0 else -1))
    return candles(closes)


class Walk:
    """A run behind its engine's gate; candles are counted from 0."""

    def __init__(self, engine: Engine, trader: Trader, run_id: UUID) -> None:
        self.engine, self.trader, self.run_id = engine, trader, run_id
        self.heard = 0

    async def let(self, candle: int) -> None:
        """Lets candles through up to this one."""
        await self.engine.gate.open(START + candle * MINUTE)

    async def to(self, candle: int) -> None:
        """The same, and waits until it is in the database."""
        await self.let(candle)
        await self.until("PNL", at=to_moment(START + (candle + 1) * MINUTE).isoformat())

    async def tell(self, command: str, then: str, *, square_off: bool = False) -> None:
        """Gives a command and waits for the status it leads to."""
        await self.trader.command(self.run_id, command, square_off=square_off)
        await self.until("RUN_STATUS", status=then)

    async def until(self, kind: str, **payload: Any) -> None:
        """Waits for an event after all that have been waited for."""
        event = await self.trader.until(self.run_id, kind, beyond=self.heard, **payload)
        self.heard = event.position

    async def restart(self) -> None:
        """Queues the run again and waits until it goes on."""
        await self.trader.restart(self.run_id)
        await self.until("RUN_STATUS", status="RUNNING")

    async def rows(self, table: str) -> list[Row]:
        """The run's rows."""
        return await self.trader.rows(table, self.run_id)

    async def placed(self) -> list[tuple[str, str, int]]:
        """Its orders: cause, side, quantity."""
        return [(row["cause"], row["side"], row["quantity"]) for row in await self.rows("orders")]

    async def states(self) -> list[str]:
        """Where each order stands, in the order of placing."""
        standing = {row["order_id"]: row["status"] for row in await self.rows("order_states")}
        return [standing[row["id"]] for row in await self.rows("orders")]

    async def held(self) -> list[int]:
        """What each position holds."""
        return [row["quantity"] for row in await self.rows("positions")]

    async def check_tape(self) -> None:
        """The recorded inputs, one by one and by groups, give the run and its rows again."""
        row = await run_of(self.trader, self.run_id)
        one = await replayed(self.engine.store, row)
        grouped = await replayed(self.engine.store, row, one_by_one=False)
        assert first_difference(one.did, grouped.did) is None
        assert fingerprint(one.did) == fingerprint(grouped.did)
        kept = await stored(self.trader, self.run_id)
        for table, rows in one.rows.items():
            assert kept[table] == rows, table
