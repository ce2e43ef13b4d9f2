"""A run brought back to where it was: its inputs, as recorded, through the same pipeline again."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import asyncpg

from app.brokers.paper import PaperBroker
from app.engine import inputs
from app.engine.courier import Errand
from app.engine.machine import Machine
from app.engine.plan import Plan, plan
from app.engine.recorder import Recorder
from app.engine.reliving import Reliving
from app.store.tables.strategies import InputKind, StrategyRun
from streams.domain.market import Chunk
from streams.events import CandlesClosed
from streams.frames import frames, moments
from streams.pipeline import Executed
from streams.strategies.base import StrategyRegistry

Input = Any
"""A row of `run_inputs`."""


class Recovered(NamedTuple):
    """A run as it stood after its last committed input; new runs have an empty tape.

    `unanswered` are the errands of which the tape does not tell what came of them. `span` holds the open
    times of the run's first and last candles, lived or still to come.
    """

    plan: Plan
    machine: Machine
    recorder: Recorder
    broker: PaperBroker
    sequence: int
    unanswered: tuple[Errand, ...]
    span: tuple[int, int]


class Retraced(NamedTuple):
    """What inputs that went in together led to; `last` is the last of them."""

    last: Input
    steps: list[Executed]


async def recover(
    connection: asyncpg.Connection,
    row: StrategyRun,
    registry: StrategyRegistry,
    broker_of: Callable[[Plan], PaperBroker],
) -> Recovered:
    """Replays the run's tape; nothing is written and nothing is sent. RunRefused when it cannot go on."""
    tape = await recorded(connection, row)
    ready = await planned(connection, row, registry, tape)
    # A year of minutes takes seconds: the other runs must keep their leases meanwhile.
    return await asyncio.to_thread(_relived, ready, tape, broker_of(ready))


def _relived(ready: Plan, tape: Sequence[Input], broker: PaperBroker) -> Recovered:
    machine, recorder = Machine(ready.run), Recorder(ready.identity)
    memory, ahead = Reliving(ready, broker), Ahead(ready, tape)
    for last, steps in retrace(machine, ready, together(tape)):
        recorder.stamp(last["at"])
        for step in steps:
            recorder.record(step.event, step.effects, last["sequence"])
            memory.step(step, partial(ahead.after, last["sequence"]))
        recorder.take()
    sequence = tape[-1]["sequence"] if tape else 0
    span = _span(_lived(tape), ready.market)
    return Recovered(ready, machine, recorder, broker, sequence, tuple(memory.unanswered), span)


class Ahead:
    """What a run came to next: the candles after a place on its tape, else the first still to come."""

    def __init__(self, ready: Plan, tape: Sequence[Input]) -> None:
        self._ready = ready
        self._candles = [each for each in tape if each["kind"] == InputKind.CANDLES]
        self._sequences = [each["sequence"] for each in self._candles]

    def after(self, sequence: int) -> CandlesClosed:
        """The candles that closed next, of what is traded."""
        place = bisect_right(self._sequences, sequence)
        chunks = (_chunk(self._ready, [each]) for each in self._candles[place:])
        return next(closed for chunk in (*chunks, self._ready.market) for closed in first(self._ready, chunk))


def first(ready: Plan, chunk: Chunk) -> tuple[CandlesClosed, ...]:
    """The first moment of a chunk at which a traded instrument has a candle, if there is one."""
    traded = chunk[: len(ready.run.terms.instruments)]
    return frames(traded, moments(traded)[:1], (0,) * len(traded))


async def recorded(connection: asyncpg.Connection, row: StrategyRun) -> Sequence[Input]:
    """The run's tape: what it has taken, in order."""
    tape: Sequence[Input] = await connection.fetch(
        "SELECT sequence, kind, payload, at FROM run_inputs"
        " WHERE run_id = $1 AND sequence IS NOT NULL ORDER BY sequence",
        row.id,
    )
    return tape


async def planned(
    connection: asyncpg.Connection, row: StrategyRun, registry: StrategyRegistry, tape: Sequence[Input]
) -> Plan:
    """The plan of a run with this tape: what is still to come of its market, over the history it began with.

    What is imported into that stretch later must not change what the run has decided.
    """
    ready = await plan(connection, row, registry, max(_lived(tape), default=None))
    pinned = next((each["payload"] for each in tape if "history" in each["payload"]), None)
    if pinned is None:
        return ready
    known = inputs.to_history(pinned, ready.read, ready.identity.interval)
    return ready._replace(run=replace(ready.run, history=known))


def _lived(tape: Sequence[Input]) -> list[int]:
    candles = (bar for each in tape for bar in each["payload"].get("candles", ()))
    return [int(bar[0]) for bar in candles if bar is not None]


def _span(lived: Iterable[int], market: Chunk) -> tuple[int, int]:
    times = [*lived, *(int(time) for each in market if len(each) for time in each.time[[0, -1]])]
    return min(times, default=0), max(times, default=0)


def retrace(machine: Machine, ready: Plan, groups: Iterable[list[Input]]) -> Iterator[Retraced]:
    """Puts recorded inputs through the pipeline again; the inputs of a group go in at once."""
    for group in groups:
        yield Retraced(group[-1], _replay(machine, ready, group))


def together(tape: Sequence[Input]) -> Iterator[list[Input]]:
    """Candles with nothing between them, as groups: the chunk law says it makes no difference."""
    for (kind, _), rows in groupby(_numbered(tape), key=lambda found: found[0]):
        listed = [row for _, row in rows]
        yield from [listed] if kind == InputKind.CANDLES else ([row] for row in listed)


def _numbered(tape: Sequence[Input]) -> Iterator[tuple[tuple[str, int], Input]]:
    """Each input with its kind and its stretch: one begins where the exposure elsewhere changed."""
    stretch = 0
    for row in tape:
        stretch += "elsewhere" in row["payload"]
        yield (row["kind"], stretch), row


def _replay(machine: Machine, ready: Plan, group: list[Input]) -> list[Executed]:
    first = group[0]
    if first["kind"] == InputKind.REPORT:
        return machine.aside(inputs.to_report(first["payload"]))
    if first["kind"] == InputKind.COMMAND:
        return machine.aside(inputs.to_command(first["payload"], first["sequence"]))
    chunk = _chunk(ready, group)
    elsewhere = inputs.to_elsewhere(first["payload"])
    aside = [] if elsewhere is None else machine.aside(elsewhere)
    return [*aside, *machine.candles(chunk)]


def _chunk(ready: Plan, group: Sequence[Input]) -> Chunk:
    return inputs.to_chunk([row["payload"] for row in group], ready.read, ready.identity.interval)
