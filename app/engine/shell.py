"""A paper or live run, driven: feed → pipeline → ledger → broker, and back."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from app.brokers.base import Accepted, BrokerInterface, BrokerUpdate, Refused
from app.clock import Clock
from app.engine import inputs
from app.engine.inputs import Row
from app.engine.machine import Machine
from app.engine.outgoing import to_broker
from app.engine.plan import Plan
from app.engine.recorder import Recorder
from app.feeds.base import Feed
from app.store.driver import to_moment
from app.store.tables.strategies import InputKind, RunStatus
from app.store.writer import Writer
from streams.domain.market import Chunk
from streams.domain.money import to_units
from streams.domain.orders import OrderKey, OrderRequest, OrderStatus
from streams.events import (
    Cancel,
    CandlesClosed,
    CommandKind,
    Execution,
    ExposureElsewhere,
    Place,
    PnlStruck,
    Report,
)
from streams.execution import finished
from streams.frames import frames, moments
from streams.pipeline import Executed
from streams.state import Phase, exposure

BATCH = 256
"""Inputs gathered at most before they are written, when the feed is faster than the database."""

PROGRESS_EVERY = 0.25
"""Seconds between two progress events of a run."""


class WaitingCommand(NamedTuple):
    """A command its run has not taken yet: the stored input's id and payload."""

    id: int
    payload: Row


class Desk(NamedTuple):
    """What a shell is given of the world around it.

    `elsewhere` tells what the strategy's other runs in the account are exposed by, `exposed` is told what
    this one is; `price_feed` is the paper broker's.
    """

    writer: Writer
    broker: BrokerInterface
    feed: Feed
    clock: Clock
    price_feed: Callable[[CandlesClosed], None]
    elsewhere: Callable[[], int]
    exposed: Callable[[int], None]


class Shell:
    """One run. `drive` returns the status it ended in; LeaseLost and database errors go to the supervisor."""

    def __init__(self, plan: Plan, machine: Machine, recorder: Recorder, desk: Desk, sequence: int) -> None:
        self._plan, self._machine, self._recorder, self._desk = plan, machine, recorder, desk
        self._sequence = sequence
        self._status = RunStatus(plan.row.status)
        self._elsewhere = machine.state.elsewhere
        self._errands: list[Place | Cancel] = []
        self._updates: list[BrokerUpdate] = []
        self._orders: dict[str, OrderKey] = {}
        self.commands: asyncio.Queue[WaitingCommand] = asyncio.Queue()
        self._said_at = 0.0
        self._columns: Row = {}
        for order in machine.state.working:
            self._orders[plan.identity.correlation_id(order.request.key)] = order.request.key
        desk.broker.updates.subscribe(self._updates.append)

    async def drive(self) -> RunStatus:
        """Until the feed ends or the run has stopped."""
        await self._resume()
        while True:
            ended = await self._turn()
            if ended is not None:
                return ended

    async def _resume(self) -> None:
        """After a recovery: looks up what was being sent, and starts again what a person has restarted."""
        for order in self._machine.state.working:
            if order.status is OrderStatus.SENDING:
                await self._look_up(order.request)
        if self._status is RunStatus.RUNNING and self._machine.state.phase is not Phase.TRADING:
            self._on_command({"command": CommandKind.RESTART})
        self._say_status()

    async def _look_up(self, request: OrderRequest) -> None:
        """Never sent again: the broker either has it, or it was not placed."""
        found = await self._desk.broker.get_order_status(self._plan.identity.correlation_id(request.key))
        if found is None:
            self._report(Report(request.key, OrderStatus.UNKNOWN, reason="no answer was recorded"))
        else:
            self._report(Report(request.key, OrderStatus.SUBMITTED, None, found.broker_order_id))

    async def _turn(self) -> RunStatus | None:
        """One moment of the feed, or one command; the run's last status when it is over."""
        what = await self._wait()
        if isinstance(what, WaitingCommand):
            self._on_command(what.payload, what.id)
        elif what is None:
            return await self._end(_feed_over(self._status))
        else:
            self._on_chunk(what)
        await self._settle()
        return await self._end(RunStatus.STOPPED) if finished(self._machine.state) else None

    async def _wait(self) -> Chunk | WaitingCommand | None:
        """What comes first; a command before a candle."""
        if not self.commands.empty():
            return self.commands.get_nowait()
        if self._desk.feed.ready():
            return await self._desk.feed.next()
        await self._flush()
        return await self._first()

    async def _first(self) -> Chunk | WaitingCommand | None:
        candle = asyncio.ensure_future(self._desk.feed.next())
        command = asyncio.ensure_future(self.commands.get())
        try:
            await asyncio.wait({candle, command}, return_when=asyncio.FIRST_COMPLETED)
            return (
                command.result()
                if command.done() and not candle.done()
                else await self._keep(candle, command)
            )
        finally:
            candle.cancel()
            command.cancel()

    async def _keep(self, candle: asyncio.Future[Any], command: asyncio.Future[Any]) -> Any:
        if command.done():
            self.commands.put_nowait(command.result())
        return await candle

    # What comes in

    def _given(self, kind: InputKind, payload: Row, stored_id: int | None = None) -> int:
        self._sequence += 1
        at = self._desk.clock.now()
        row = inputs.row(self._plan.identity, self._sequence, kind, payload, at)
        self._recorder.given(row if stored_id is None else {**row, "id": stored_id})
        return self._sequence

    def _on_chunk(self, chunk: Chunk) -> None:
        """The broker sees the prices first: what rested fills at the open, before the close is known."""
        elsewhere = self._exposure_elsewhere()
        marks = tuple(each.mark for each in self._machine.state.holdings)
        for closed in frames(chunk, moments(chunk), marks):
            self._desk.price_feed(closed)
        self._drain_updates()
        sequence = self._given(InputKind.CANDLES, inputs.from_chunk(chunk, elsewhere))
        if elsewhere is not None:
            self._took(self._machine.aside(ExposureElsewhere(elsewhere)), sequence)
        self._took(self._machine.candles(chunk), sequence)

    def _exposure_elsewhere(self) -> int | None:
        now = self._desk.elsewhere()
        if now == self._elsewhere:
            return None
        self._elsewhere = now
        return now

    def _on_command(self, payload: Row, stored_id: int | None = None) -> None:
        sequence = self._given(InputKind.COMMAND, payload, stored_id)
        command = inputs.to_command(payload, sequence)
        self._took(self._machine.aside(command), sequence)
        self._move_to(_AFTER.get(command.kind, self._status))

    def _move_to(self, status: RunStatus, reason: str | None = None) -> None:
        if status is not self._status:
            self._status = status
            self._columns |= {"status": status, "status_reason": reason}
            self._say_status(reason)

    def _say_status(self, reason: str | None = None) -> None:
        self._recorder.say("RUN_STATUS", {"status": self._status, "reason": reason})

    def _report(self, report: Report) -> None:
        sequence = self._given(InputKind.REPORT, inputs.from_report(report))
        self._took(self._machine.aside(report), sequence)

    def _drain_updates(self) -> None:
        updates, self._updates[:] = list(self._updates), []
        for update in updates:
            self._report(self._to_report(update))

    def _to_report(self, update: BrokerUpdate) -> Report:
        key = self._orders[update.order.correlation_id]
        done = update.trade
        execution = done and Execution(
            done.broker_trade_id, done.quantity, to_units(done.price), done.traded_at
        )
        return Report(key, update.order.status, execution, update.order.broker_order_id, update.order.reason)

    def _took(self, steps: list[Executed], sequence: int) -> None:
        for step in steps:
            self._recorder.record(step.event, step.effects, sequence)
            self._errands += [each for each in step.effects if isinstance(each, Place | Cancel)]
            if any(isinstance(each, PnlStruck) for each in step.effects):
                self._progress(step.state.time)
        self._desk.exposed(exposure(self._machine.state))

    # What goes out

    async def _settle(self) -> None:
        """Commits before the broker is called; then again what it answered, when there is time."""
        while self._errands:
            await self._flush()
            errands, self._errands = self._errands, []
            for errand in errands:
                await self._run_errand(errand)
            self._drain_updates()
        if len(self._recorder) >= BATCH:
            await self._flush()

    async def _run_errand(self, errand: Place | Cancel) -> None:
        if isinstance(errand, Place):
            await self._place(errand.request)
        else:
            correlation = self._plan.identity.correlation_id(errand.order)
            found = await self._desk.broker.get_order_status(correlation)
            if found is not None:
                await self._desk.broker.cancel_order(found.broker_order_id)

    async def _place(self, request: OrderRequest) -> None:
        order = to_broker(self._plan, request)
        self._orders[order.correlation_id] = request.key
        answer = await self._desk.broker.place_order(order)
        if isinstance(answer, Accepted):
            self._report(Report(request.key, OrderStatus.SUBMITTED, None, answer.broker_order_id))
        elif isinstance(answer, Refused):
            self._report(Report(request.key, OrderStatus.REJECTED, reason=f"{answer.code}: {answer.reason}"))
        else:
            self._report(Report(request.key, OrderStatus.UNKNOWN, reason=answer.reason))

    # What is written

    def _progress(self, time: int) -> None:
        self._columns |= {"last_candle_at": to_moment(time), "progress": self._share(time)}
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= PROGRESS_EVERY:
            self._said_at = now
            self._say_progress()

    def _say_progress(self) -> None:
        if "progress" in self._columns:
            said = {"progress": str(self._columns["progress"])}
            self._recorder.say(
                "RUN_PROGRESS", {**said, "lastCandleAt": self._columns["last_candle_at"].isoformat()}
            )

    def _share(self, time: int) -> Decimal:
        times = [candles.time for candles in self._plan.market if len(candles)]
        first, last = min(int(each[0]) for each in times), max(int(each[-1]) for each in times)
        return (
            Decimal(1)
            if last <= first
            else (Decimal(time - first) / (last - first)).quantize(Decimal("0.0001"))
        )

    async def _flush(self) -> None:
        if len(self._recorder) or self._columns:
            columns, self._columns = self._columns, {}
            await self._desk.writer.write(self._recorder.take(columns or None))

    async def _end(self, status: RunStatus) -> RunStatus:
        self._say_progress()
        self._move_to(status)
        self._columns |= {"ended_at": self._desk.clock.now(), "lease_owner": None, "lease_expires_at": None}
        await self._flush()
        return status


_AFTER = {
    CommandKind.PAUSE: RunStatus.PAUSED,
    CommandKind.RESUME: RunStatus.RUNNING,
    CommandKind.STOP: RunStatus.STOPPING,
    CommandKind.RESTART: RunStatus.RUNNING,
}


def _feed_over(status: RunStatus) -> RunStatus:
    return RunStatus.STOPPED if status is RunStatus.STOPPING else RunStatus.COMPLETED
