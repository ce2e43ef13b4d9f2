"""A backtest from claim to results: loaded, simulated, saved in one transaction."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from app.clock import Clock
from app.engine.backtests import results, simulate
from app.engine.inbox import WaitingCommand
from app.engine.plan import Plan, RunRefused, plan
from app.engine.progress import Pace, said
from app.engine.rows import Row
from app.store.driver import to_moment
from app.store.engine import Store
from app.store.entries import Entry
from app.store.events import EventDraft, append
from app.store.results import save_results
from app.store.tables.strategies import RunStatus, StrategyRun
from app.store.writer import LeaseLost, Writer
from streams.events import CommandKind
from streams.outcome import Outcome
from streams.strategies.base import StrategyRegistry


class BacktestRun:
    """One claimed backtest; STOP is the only command it knows."""

    def __init__(
        self, row: StrategyRun, store: Store, writer: Writer, registry: StrategyRegistry, clock: Clock
    ) -> None:
        self._row, self._store, self._writer = row, store, writer
        self._registry, self._clock = registry, clock
        self._commands: list[WaitingCommand] = []
        self._pace = Pace()

    def command(self, waiting: WaitingCommand) -> None:
        """A person has asked for something."""
        self._commands.append(waiting)

    def _stopped(self) -> bool:
        return any(each.payload.get("command") == CommandKind.STOP for each in self._commands)

    async def run(self) -> RunStatus:
        """From the first candle to the results; its last status."""
        async with self._store.trading() as connection:
            ready = await plan(connection, self._row, self._registry)
        if not any(len(candles) for candles in ready.market):
            raise RunRefused("There are no candles in the range of this run. Import some and start it again.")
        outcome = await simulate(ready, self._progress, self._stopped)
        if outcome is None:
            return await self._stop()
        await self._save(ready, outcome)
        return RunStatus.COMPLETED

    async def _progress(self, progress: Decimal, last: int) -> None:
        if self._pace.due() or progress == 1:
            columns = {"progress": progress, "last_candle_at": to_moment(last)}
            await self._write(columns, self._event("RUN_PROGRESS", said(columns)))

    async def _stop(self) -> RunStatus:
        columns = {"status": RunStatus.STOPPED, "ended_at": self._clock.now(), "lease_owner": None}
        taken = [{"id": each.id, "sequence": place} for place, each in enumerate(self._commands, 1)]
        await self._write(columns, self._status(RunStatus.STOPPED), taken)
        return RunStatus.STOPPED

    async def _save(self, ready: Plan, outcome: Outcome) -> None:
        """Results and status together, under the fencing token: a stale engine saves nothing."""
        tables = await asyncio.to_thread(results, ready.identity, outcome)
        row, at = self._row, self._clock.now()
        async with self._store.trading() as connection, connection.transaction():
            held = await connection.execute(
                "UPDATE strategy_runs SET status = $3, progress = 1, ended_at = $4, path_note = $5,"
                " warnings = $6, lease_owner = NULL, lease_expires_at = NULL"
                " WHERE id = $1 AND fencing_token = $2",
                *(row.id, row.fencing_token, RunStatus.COMPLETED.value, at),
                *(outcome.reason or None, list(ready.warnings)),
            )
            if held != "UPDATE 1":
                raise LeaseLost(f"run {row.id} is another engine's now")
            await save_results(connection, row.id, row.user_id, tables, at)
            await append(connection, row.user_id, [self._status(RunStatus.COMPLETED)])

    def _status(self, status: RunStatus) -> EventDraft:
        return self._event("RUN_STATUS", {"status": status, "reason": None})

    def _event(self, kind: str, payload: Row) -> EventDraft:
        return EventDraft(kind, self._row.id, {"runId": str(self._row.id), **payload})

    async def _write(self, columns: Row | None, event: EventDraft, taken: Sequence[Row] = ()) -> None:
        row = self._row
        await self._writer.write(
            Entry(row.user_id, None, row.id, row.fencing_token, run=columns, inputs=taken, events=[event])
        )
