"""A paper or live run, driven: feed → pipeline → ledger → broker, and back."""

from collections.abc import Callable
from typing import NamedTuple

from app.brokers.base import BrokerInterface
from app.clock import Clock
from app.engine import inputs
from app.engine.courier import Courier, Errand
from app.engine.exposures import Elsewhere, Standing
from app.engine.inbox import Commands, Inbox, WaitingCommand
from app.engine.progress import Pace, Progress, said
from app.engine.recovery import Recovered
from app.engine.rows import Row
from app.feeds.base import Feed
from app.store.tables.strategies import InputKind, RunStatus
from app.store.writer import Writer
from streams.charges import UNTRADED
from streams.domain.market import Chunk
from streams.events import (
    Cancel,
    CandlesClosed,
    CommandKind,
    ExposureElsewhere,
    Modify,
    Place,
    PnlStruck,
    Report,
)
from streams.execution import finished
from streams.frames import frames, moments
from streams.pipeline import Executed
from streams.state import Phase, equity, exposure

BATCH = 256
"""Inputs gathered at most before they are written, when the feed is faster than the database."""


class Desk(NamedTuple):
    """What a shell is given of the world around it.

    `elsewhere` tells how the account's other runs stand on a day, `standing` is told how this one does;
    `price_feed` is the paper broker's: it tells what candles do to its orders stage by stage,
    and False when there is nothing more.
    """

    writer: Writer
    broker: BrokerInterface
    feed: Feed
    commands: Commands
    clock: Clock
    price_feed: Callable[[CandlesClosed], bool]
    elsewhere: Callable[[int], Elsewhere]
    standing: Callable[[Standing], None]


class Shell:
    """One run. `drive` returns the status it ended in; LeaseLost and database errors go to the supervisor."""

    def __init__(self, found: Recovered, desk: Desk) -> None:
        self._plan, self._machine, self._recorder = found.plan, found.machine, found.recorder
        self._desk, self._sequence = desk, found.sequence
        self._inbox = Inbox(desk.feed, desk.commands)
        working = [each.request for each in self._machine.state.working]
        self._courier = Courier(found.plan, desk.broker, working)
        self._progress, self._pace = Progress(*found.span), Pace()
        self._status = RunStatus(found.plan.row.status)
        self._unanswered = found.unanswered
        self._errands: list[Errand] = []
        self._columns: Row = {}

    async def drive(self) -> RunStatus:
        """Until the feed ends or the run has stopped."""
        await self._resume()
        while self._inbox.asked() or not finished(self._machine.state):
            if not self._inbox.ready():
                await self._flush()
            what = await self._inbox.next()
            if what is None:
                return await self._end(_feed_over(self._status))
            await self._taken(what)
            await self._settle()
        return await self._end(RunStatus.STOPPED)

    async def _resume(self) -> None:
        """After a recovery: looks up what was being sent, asks again for cancels the broker may never have
        heard, and starts again what a person has restarted."""
        state = self._machine.state
        self._tell()
        for errand in self._unanswered:
            if isinstance(errand, Place):
                self._report(await self._courier.look_up(errand.request))
            else:
                await self._carry(errand)
        await self._settle()
        if self._status is RunStatus.RUNNING and state.phase is not Phase.TRADING:
            self._on_command({"command": CommandKind.RESTART})

    # What comes in

    async def _taken(self, what: Chunk | WaitingCommand) -> None:
        """Takes it; when the strategy raises, what happened before is written all the same."""
        try:
            if isinstance(what, WaitingCommand):
                self._on_command(what.payload, what)
            else:
                await self._on_chunk(what)
        except Exception:
            await self._flush()
            raise

    def _given(self, kind: InputKind, payload: Row, stored: WaitingCommand | None = None) -> int:
        """Records an input under the next sequence; a stored command keeps the time it has."""
        self._sequence += 1
        at = stored.at if stored else self._desk.clock.now()
        row = inputs.row(self._plan.identity, self._sequence, kind, payload, at)
        self._recorder.given({**row, "id": stored.id} if stored else row)
        return self._sequence

    async def _on_chunk(self, chunk: Chunk) -> None:
        """The broker sees the prices first: what rested meets them before their close is known."""
        elsewhere = self._heard_elsewhere()
        traded = chunk[: len(self._plan.run.terms.instruments)]
        marks = tuple(each.mark for each in self._machine.state.holdings)
        for closed in frames(traded, moments(traded), marks):
            while self._desk.price_feed(closed):
                self._drain_updates()
                await self._settle()
        if elsewhere is not None:
            self._machine.aside(elsewhere)  # changes what risk sees, and nothing else
        # What it knew before its first candle is pinned with that candle.
        history = None if self._machine.state.time else self._plan.run.history
        steps = self._machine.candles(chunk)
        self._took(steps, self._given(InputKind.CANDLES, inputs.from_chunk(chunk, elsewhere, history)))

    def _tell(self) -> None:
        state = self._machine.state
        self._desk.standing(Standing(exposure(state), state.day, equity(state) - state.day_equity))

    def _heard_elsewhere(self) -> ExposureElsewhere | None:
        """How things stand elsewhere, where that has changed and a rule of this run's asks for it."""
        state = self._machine.state
        now = self._desk.elsewhere(state.day)
        asked = self._plan.run.terms.risk.limits.max_account_daily_loss is not None
        heard = ExposureElsewhere(now.exposure, now.day_pnl if asked else 0)
        return None if heard == (state.elsewhere, state.pnl_elsewhere) else heard

    def _on_command(self, payload: Row, stored: WaitingCommand | None = None) -> None:
        sequence = self._given(InputKind.COMMAND, payload, stored)
        self._took(self._machine.aside(inputs.to_command(payload, sequence)), sequence)
        self._move_to(_STATUS[self._machine.state.phase])

    def _report(self, report: Report) -> None:
        sequence = self._given(InputKind.REPORT, inputs.from_report(report))
        self._took(self._machine.aside(report), sequence)

    def _drain_updates(self) -> None:
        for report in self._courier.updates():
            self._report(report)

    def _took(self, steps: list[Executed], sequence: int) -> None:
        for step in steps:
            self._recorder.record(step.event, step.effects, sequence)
            self._errands += [each for each in step.effects if isinstance(each, Place | Modify | Cancel)]
            if any(isinstance(each, PnlStruck) for each in step.effects):
                self._come_to(step.state.time)
        self._tell()

    # What goes out

    async def _settle(self) -> None:
        """Commits before the broker is called; then again what it answered, when there is time."""
        while self._errands:
            await self._flush()
            errands, self._errands = self._errands, []
            for errand in errands:
                await self._carry(errand)
        if len(self._recorder) >= BATCH:
            await self._flush()

    async def _carry(self, errand: Errand) -> None:
        """One errand, and what is said of it, before the next."""
        answer = await self._courier.carry(errand)
        if answer is not None:
            self._report(answer)
        self._drain_updates()

    # What is written

    def _move_to(self, status: RunStatus) -> None:
        if status is not self._status:
            self._status = status
            self._columns |= {"status": status, "status_reason": None}
            self._recorder.say("RUN_STATUS", {"status": status, "reason": None})

    def _come_to(self, time: int) -> None:
        self._columns |= self._progress.columns(time)
        if self._pace.due():
            self._recorder.say("RUN_PROGRESS", said(self._columns))

    async def _flush(self) -> None:
        if len(self._recorder) or self._columns:
            columns, self._columns = self._columns, {}
            await self._desk.writer.write(self._recorder.take(columns or None))

    async def _end(self, status: RunStatus) -> RunStatus:
        """The run is over, and with it the day whose contract note is still to come."""
        if any(each.dealings != UNTRADED for each in self._machine.state.holdings):
            self._on_command({"command": CommandKind.SETTLE})
        if "progress" in self._columns:
            self._recorder.say("RUN_PROGRESS", said(self._columns))
        self._move_to(status)
        self._columns |= {"ended_at": self._desk.clock.now(), "lease_owner": None, "lease_expires_at": None}
        await self._flush()
        return status


_STATUS = {
    Phase.TRADING: RunStatus.RUNNING,
    Phase.PAUSED: RunStatus.PAUSED,
    Phase.STOPPING: RunStatus.STOPPING,
}


def _feed_over(status: RunStatus) -> RunStatus:
    return RunStatus.STOPPED if status is RunStatus.STOPPING else RunStatus.COMPLETED
