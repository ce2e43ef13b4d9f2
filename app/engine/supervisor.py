"""The supervisor: claims runs, drives each in a task of its own, and outlives all of their failures."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from functools import partial
from itertools import chain
from uuid import UUID, uuid4

import asyncpg
import structlog

from app.clock import Clock
from app.engine.backtest_run import BacktestRun
from app.engine.exposures import Exposures
from app.engine.failures import fail
from app.engine.inbox import WaitingCommand
from app.engine.leases import RENEWAL, claim, engine_name, release, renew
from app.engine.paper_run import PaperRun
from app.feeds.base import Feeds
from app.feeds.replay import ReplayFeed
from app.logging import log_context
from app.store.database import LOST
from app.store.engine import Store
from app.store.tables.strategies import RunMode, StrategyRun
from app.store.unavailable import StoreUnavailable
from app.store.writer import COLLIDED, LeaseLost, RunMustRecover, Writer
from streams.strategies.base import StrategyRegistry

log = structlog.get_logger(__name__)

POLL = 0.25
"""Seconds between two looks for waiting runs and commands, when nobody wakes the supervisor."""

CLAIMS = 8
BACKTESTS = 2
"""Backtests at once: each keeps a core busy."""

TRANSIENT = (*LOST, *COLLIDED, StoreUnavailable, RunMustRecover, TimeoutError)
"""Failures of the way to the database: the run is claimed again once its lease is over, not failed."""

Runner = PaperRun | BacktestRun


class Supervisor:
    """One an engine process."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        registry: StrategyRegistry,
        clock: Clock,
        feeds: Feeds = ReplayFeed,
    ) -> None:
        self._store, self._writer, self._registry, self._clock = store, writer, registry, clock
        self._feeds = feeds
        self._owner = engine_name()
        self._exposures = Exposures()
        self._runners: dict[UUID, Runner] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._delivered: dict[UUID, set[int]] = defaultdict(set)
        self._slots = asyncio.Semaphore(BACKTESTS)
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._beat = self._renewed = 0.0

    def wake(self) -> None:
        """Something waits: look now."""
        self._woken.set()

    def alive(self) -> bool:
        """Whether the loop has gone round lately; for the health page."""
        return self._loop is not None and asyncio.get_running_loop().time() - self._beat < 4 * RENEWAL

    def start(self) -> None:
        """Begins to claim runs."""
        self._loop = asyncio.create_task(self._supervise(), name="supervisor")

    async def close(self) -> None:
        """Stops driving; what was committed is there for the next engine, which may start at once."""
        tasks = [*self._tasks.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        with suppress(*TRANSIENT):
            async with self._store.trading() as connection:
                await release(connection, self._owner, self._clock.now())

    async def _supervise(self) -> None:
        while True:
            try:
                await self._round()
            except TRANSIENT as lost:
                log.warning("engine.database_lost", reason=str(lost))
            except Exception:  # whatever it was, the runs need their leases kept
                log.exception("engine.round_failed")
            await self._pause()

    async def _round(self) -> None:
        now = asyncio.get_running_loop().time()
        async with self._store.trading() as connection:
            if now - self._renewed >= RENEWAL:
                await self._renew(connection)
                self._renewed = now
            await self._claim(connection)
            await self._deliver(connection)
        self._beat = asyncio.get_running_loop().time()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._woken.wait()
        self._woken.clear()

    async def _renew(self, connection: asyncpg.Connection) -> None:
        """A run whose claim is gone is somebody else's: its task must not go on."""
        held = await renew(connection, self._owner, self._clock.now(), list(self._tasks))
        for run_id, task in list(self._tasks.items()):
            if run_id not in held and not task.done() and run_id in self._runners:
                log.warning("run.claim_lost", run_id=str(run_id))
                task.cancel()

    async def _claim(self, connection: asyncpg.Connection) -> None:
        for row in await claim(connection, self._owner, self._clock.now(), list(self._tasks), CLAIMS):
            task = asyncio.create_task(self._execute(row), name=f"run {row.id}")
            self._tasks[row.id] = task
            task.add_done_callback(partial(self._forget, row.id))

    def _forget(self, run_id: UUID, _: object) -> None:
        self._tasks.pop(run_id, None)
        self._runners.pop(run_id, None)
        self._delivered.pop(run_id, None)
        self._exposures.forget(run_id)
        self._woken.set()

    async def _deliver(self, connection: asyncpg.Connection) -> None:
        """Hands stored commands to their runs, each once; a run that starts anew gets its own again."""
        rows = await connection.fetch(
            "SELECT id, run_id, payload, at FROM run_inputs"
            " WHERE sequence IS NULL AND run_id = ANY($1) AND id <> ALL($2) ORDER BY id",
            list(self._runners),
            list(chain.from_iterable(self._delivered.values())),
        )
        for row in rows:
            runner = self._runners.get(row["run_id"])
            if runner is not None:  # else it has ended while we asked
                self._delivered[row["run_id"]].add(row["id"])
                runner.command(WaitingCommand(row["id"], row["payload"], row["at"]))

    async def _execute(self, row: StrategyRun) -> None:
        """One run to its end; whatever it does, the others go on."""
        with log_context(run_id=str(row.id)):
            try:
                await self._drive(row)
            except LeaseLost:
                log.warning("run.claim_lost")
            except TRANSIENT as lost:
                log.warning("run.interrupted", reason=str(lost))
            except Exception as cause:
                trace_id = uuid4().hex
                log.exception("run.failed", trace_id=trace_id)
                await self._fail(row, cause, trace_id)

    async def _drive(self, row: StrategyRun) -> None:
        parts = (row, self._store, self._writer, self._registry, self._clock)
        if row.mode == RunMode.BACKTEST:
            async with self._slots:
                await self._run(row, BacktestRun(*parts))
        else:
            await self._run(row, PaperRun(*parts, self._exposures, self._feeds))

    async def _run(self, row: StrategyRun, runner: Runner) -> None:
        self._runners[row.id] = runner
        self.wake()
        status = await runner.run()
        log.info("run.ended", status=status)

    async def _fail(self, row: StrategyRun, cause: Exception, trace_id: str) -> None:
        with suppress(LeaseLost, *TRANSIENT):
            await fail(self._writer, row, cause, self._clock.now(), trace_id)
