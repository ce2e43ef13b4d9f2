"""A user as the engine sees one: rows that queue runs and commands, and eyes on what comes of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pyarrow as pa

from app.clock import utc_now
from app.store.candles import write_candles
from app.store.driver import to_moment
from app.store.engine import Store
from app.store.events import CursorExpired, after, head
from app.store.instruments import ensure_instrument
from app.store.relay import Relay
from app.store.tables.accounts import BrokerAccount, User
from app.store.tables.strategies import RunInput, Strategy, StrategyRun, StrategyVersion
from app.store.tables.system import Event
from streams.domain.market import Chunk, Instrument, InstrumentKind
from streams.frames import moments
from streams.strategies import BaseStrategy
from streams.strategies.base import source_hash
from streams.strategies.sma_crossover import SmaCrossover
from tests.ledgers import insert

PATIENCE = 20
"""Seconds after which what is waited for is not coming: the machine may be shared."""

ENDED = ("COMPLETED", "STOPPED", "FAILED")
Row = dict[str, Any]
Ids = tuple[UUID, UUID, UUID]
"""Of a user, an account and a strategy."""

ORDER = {
    "orders": "chain_position",
    "order_events": "chain_position",
    "fills": "chain_position",
    "risk_events": "chain_position",
    "charge_settlements": "chain_position",
    "trades": "intent_sequence",
    "pnl_snapshots": "sequence",
    "positions": "instrument_id",
    "order_states": "order_id",
    "run_inputs": "sequence, id",
    "events": "position",
    "system_logs": "at",
}


@dataclass(frozen=True)
class Market:
    """Stored candles: the instruments' ids in the run's order, and the candles under their stored keys."""

    ids: tuple[UUID, ...]
    chunk: Chunk

    @property
    def bounds(self) -> Row:
        """The run's columns that take in all of it."""
        times = moments(self.chunk)
        end = to_moment(int(times[-1])) + timedelta(days=1)
        interval = self.chunk[0].interval.value
        return {"instrument_ids": list(self.ids), "interval": interval, "from_at": None, "to_at": end}


class Trader:
    """One user with a paper account; `wake` is called whenever an engine should look."""

    def __init__(
        self, superuser: asyncpg.Connection, store: Store, relay: Relay, ids: Ids | None = None
    ) -> None:
        self._superuser, self._store, self._relay = superuser, store, relay
        self.ids = ids or (uuid4(), uuid4(), uuid4())
        self.user_id, self.account_id, self.strategy_id = self.ids
        self.wake: Callable[[], None] = lambda: None

    async def settle_in(self) -> "Trader":
        """Inserts the user, the account and the strategy."""
        name = self.user_id.hex
        user = User(id=self.user_id, email=f"{name}@example.com", password_hash="argon2")
        account = BrokerAccount(id=self.account_id, user_id=self.user_id, name="Paper", broker="PAPER")
        strategy = Strategy(id=self.strategy_id, user_id=self.user_id, name="Mine", kind="sma_crossover")
        for row in (user, account, strategy):
            await insert(self._superuser, row)
        return self

    async def market(self, chunk: Chunk, tick_size: int = 500, lot_size: int = 1) -> Market:
        """Stores candles under instruments that nobody has used yet."""
        ids, kept = [], []
        for candles in chunk:
            key = f"NSE:T{uuid4().hex.upper()}"
            fresh = Instrument(key, InstrumentKind.EQUITY, tick_size, lot_size)
            async with self._store.trading() as connection:
                known, _ = await ensure_instrument(connection, fresh)
                if len(candles):
                    await write_candles(connection, known.id, candles.interval, candles, source="test")
            ids.append(known.id)
            kept.append(replace(candles, instrument=key))
        return Market(tuple(ids), tuple(kept))

    async def start(
        self,
        market: Market,
        mode: str = "PAPER",
        *,
        config: Mapping[str, Any] | None = None,
        strategy: type[BaseStrategy] = SmaCrossover,
        **columns: Any,
    ) -> UUID:
        """Queues a run of a strategy, by default the SMA crossover with small windows."""
        settings = dict(config or {"fast": 2, "slow": 3, "quantity": 1})
        version = await self._version(settings)
        values: Row = {
            "id": uuid4(),
            "user_id": self.user_id,
            "mode": mode,
            "strategy_id": self.strategy_id,
            "strategy_version_id": version,
            "broker_account_id": self.account_id,
            "strategy_kind": strategy.key,
            "config": settings,
            "code_hash": source_hash(strategy),
            "capital": Decimal(1_000_000),
            "limits": {},
            **market.bounds,
            **columns,
        }
        await insert(self._superuser, StrategyRun(**values))
        self.wake()
        return UUID(str(values["id"]))

    async def _version(self, config: Row) -> UUID:
        number = await self._superuser.fetchval(
            "SELECT 1 + count(*) FROM strategy_versions WHERE strategy_id = $1", self.strategy_id
        )
        row = StrategyVersion(
            strategy_id=self.strategy_id, user_id=self.user_id, version=number, config=config
        )
        await insert(self._superuser, row)
        return row.id

    async def command(self, run_id: UUID, kind: str, *, square_off: bool = False) -> None:
        """Asks a run for something, as the API does."""
        payload = {"command": kind, "squareOff": square_off, "by": str(self.user_id)}
        row = RunInput(run_id=run_id, user_id=self.user_id, kind="COMMAND", payload=payload, at=utc_now())
        await insert(self._superuser, row)
        self.wake()

    async def restart(self, run_id: UUID) -> None:
        """Queues a stopped or failed run again, as the API does."""
        await self._superuser.execute(
            "UPDATE strategy_runs SET status = 'QUEUED', status_reason = NULL, ended_at = NULL"
            " WHERE id = $1 AND status IN ('STOPPED', 'FAILED')",
            run_id,
        )
        self.wake()

    async def until(
        self, run_id: UUID, kind: str, *, beyond: int = 0, count: int = 1, **payload: Any
    ) -> Event:
        """Waits for the run's `count`th event of this kind and payload after a position."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self._store.reader(self.user_id, fresh=True) as session:
                    known = await head(session)  # asked first: what is committed meanwhile is not skipped
                    page = await after(session, beyond, run_id=run_id)
                assert not isinstance(page, CursorExpired)
                for event in page:
                    count -= event.kind == kind and payload.items() <= event.payload.items()
                    if not count:
                        return event
                beyond = page[-1].position if page else max(beyond, known)
                if not page:
                    await self._relay.changed(self.user_id, beyond)

    async def changed(self, beyond: int) -> int:
        """Waits until something has been committed beyond a position; the last one."""
        async with asyncio.timeout(PATIENCE):
            return await self._relay.changed(self.user_id, beyond)

    async def head(self) -> int:
        """The position of the user's last event."""
        async with self._store.reader(self.user_id, fresh=True) as session:
            return await head(session)

    async def ended(self, run_id: UUID, status: str = "COMPLETED", *, beyond: int = 0) -> Row:
        """Waits for the run to end in this status; its row. Any other end fails the test at once."""
        while True:
            event = await self.until(run_id, "RUN_STATUS", beyond=beyond)
            beyond = event.position
            if event.payload["status"] in ENDED:
                assert event.payload["status"] == status, event.payload
                return await self.run(run_id)

    async def run(self, run_id: UUID) -> Row:
        """The run's row."""
        return dict(await self._superuser.fetchrow("SELECT * FROM strategy_runs WHERE id = $1", run_id))

    async def rows(self, table: str, run_id: UUID) -> list[Row]:
        """The run's rows, in the order they were made."""
        query = f"SELECT * FROM {table} WHERE run_id = $1 ORDER BY {ORDER[table]}"
        return [dict(row) for row in await self._superuser.fetch(query, run_id)]

    async def results(self, run_id: UUID) -> dict[str, list[Row]]:
        """A backtest's tables by kind."""
        found = await self._superuser.fetch("SELECT kind, payload FROM run_results WHERE run_id = $1", run_id)
        return {
            row["kind"]: pa.ipc.open_file(pa.BufferReader(row["payload"])).read_all().to_pylist()
            for row in found
        }

    async def events(self, run_id: UUID, beyond: int = 0) -> Sequence[Event]:
        """The run's events after a position, 500 at most, as its user reads them."""
        async with self._store.reader(self.user_id, fresh=True) as session:
            found = await after(session, beyond, run_id=run_id)
        assert not isinstance(found, CursorExpired)
        return found
