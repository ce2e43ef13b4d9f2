"""A run brought back to where it was: its inputs, as recorded, through the same pipeline again."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import asyncpg

from app.engine import inputs
from app.engine.machine import Machine
from app.engine.plan import PRODUCT, Plan, plan
from app.engine.recorder import Recorder
from app.store.tables.strategies import InputKind, StrategyRun
from streams.domain.portfolio import Fill
from streams.events import ExposureElsewhere, FillBooked
from streams.pipeline import Executed
from streams.strategies.base import StrategyRegistry


class Recovered(NamedTuple):
    """A run as it stood after its last committed input; new runs have an empty tape."""

    plan: Plan
    machine: Machine
    recorder: Recorder
    sequence: int
    fills: tuple[Fill, ...]


async def recover(connection: asyncpg.Connection, row: StrategyRun, registry: StrategyRegistry) -> Recovered:
    """Replays the run's tape; nothing is written and nothing is sent. RunRefused when it cannot go on."""
    tape = await connection.fetch(
        "SELECT sequence, kind, payload, at FROM run_inputs"
        " WHERE run_id = $1 AND sequence IS NOT NULL ORDER BY sequence",
        row.id,
    )
    ready = await plan(connection, row, registry, _last_candle(tape))
    machine, recorder = Machine(ready.run), Recorder(ready.identity, PRODUCT)
    fills: list[Fill] = []
    for group in _groups(tape):
        for step in _replay(machine, ready, group):
            recorder.stamp(group[-1]["at"])
            recorder.record(step.event, step.effects, group[-1]["sequence"])
            fills += [each.fill for each in step.effects if isinstance(each, FillBooked)]
        recorder.take()
    last = tape[-1]["sequence"] if tape else 0
    return Recovered(ready, machine, recorder, last, tuple(fills))


def _last_candle(tape: Sequence[Any]) -> int | None:
    for row in reversed(tape):
        if row["kind"] == InputKind.CANDLES:
            return max(int(each[0]) for each in row["payload"]["candles"] if each is not None)
    return None


def _groups(tape: Sequence[Any]) -> Iterator[list[Any]]:
    """Candles with nothing between them go in together: the chunk law says it makes no difference."""
    for (kind, _), rows in groupby(_numbered(tape), key=lambda found: found[0]):
        listed = [row for _, row in rows]
        yield from [listed] if kind == InputKind.CANDLES else ([row] for row in listed)


def _numbered(tape: Sequence[Any]) -> Iterator[tuple[tuple[str, int], Any]]:
    stretch = 0
    for row in tape:
        stretch += "elsewhere" in row["payload"]
        yield (row["kind"], stretch), row


def _replay(machine: Machine, ready: Plan, group: list[Any]) -> list[Executed]:
    first = group[0]
    if first["kind"] == InputKind.REPORT:
        return machine.aside(inputs.to_report(first["payload"]))
    if first["kind"] == InputKind.COMMAND:
        return machine.aside(inputs.to_command(first["payload"], first["sequence"]))
    keys = [each.key for each in ready.run.terms.instruments]
    chunk = inputs.to_chunk([row["payload"] for row in group], keys, ready.identity.interval)
    if "elsewhere" not in first["payload"]:
        return machine.candles(chunk)
    aside = machine.aside(ExposureElsewhere(first["payload"]["elsewhere"]))
    return [*aside, *machine.candles(chunk)]
