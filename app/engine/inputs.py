"""What a run is given, as rows of `run_inputs` and back: the tape that recovery and replay read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from app.engine.identity import RunIdentity
from app.store.tables.strategies import InputKind
from streams.domain.market import Candles, Chunk, Interval
from streams.domain.orders import Leg, OrderKey, OrderStatus
from streams.events import Command, CommandKind, Execution, ExposureElsewhere, Report

Row = dict[str, Any]
_COLUMNS = ("time", "open", "high", "low", "close", "volume")


def row(run: RunIdentity, sequence: int, kind: InputKind, payload: Row, at: datetime) -> Row:
    """One input as it is stored."""
    return {
        "run_id": run.run_id,
        "user_id": run.user_id,
        "sequence": sequence,
        "kind": kind,
        "payload": payload,
        "at": at,
    }


def from_chunk(chunk: Chunk, elsewhere: ExposureElsewhere | None = None, history: Chunk | None = None) -> Row:
    """One moment's candles; how things stand elsewhere where that changed, the history before the first."""
    payload: Row = {"candles": [next(iter(_bars(candles)), None) for candles in chunk]}
    if elsewhere is not None:
        payload |= {"elsewhere": elsewhere.exposure, "pnlElsewhere": elsewhere.day_pnl}
    if history is not None:
        payload["history"] = [_bars(candles) for candles in history]
    return payload


def to_elsewhere(payload: Row) -> ExposureElsewhere | None:
    """How things stood elsewhere, where that had changed; older tapes tell of the exposure alone."""
    if "elsewhere" not in payload:
        return None
    return ExposureElsewhere(payload["elsewhere"], payload.get("pnlElsewhere", 0))


def _bars(candles: Candles) -> list[list[Any]]:
    columns = (getattr(candles, name).tolist() for name in _COLUMNS)
    return [list(bar) for bar in zip(*columns, strict=True)]


def to_chunk(payloads: Sequence[Row], instruments: Sequence[str], interval: Interval) -> Chunk:
    """Several moments' candles as one chunk."""
    return tuple(
        _candles([each["candles"][place] for each in payloads], key, interval)
        for place, key in enumerate(instruments)
    )


def to_history(payload: Row, instruments: Sequence[str], interval: Interval) -> Chunk:
    """What the run knew before its first candle."""
    return tuple(
        _candles(bars, key, interval) for bars, key in zip(payload["history"], instruments, strict=True)
    )


def _candles(found: Sequence[list[Any] | None], key: str, interval: Interval) -> Candles:
    present = [each for each in found if each is not None]
    time, *prices, volume = zip(*present, strict=True) if present else ((),) * 6
    opened, high, low, close = (np.array(column, np.float64) for column in prices)
    times, volumes = np.array(time, np.int64), np.array(volume, np.int64)
    return Candles(key, interval, times, opened, high, low, close, volumes)


def from_report(report: Report) -> Row:
    """A broker's report."""
    return {
        "order": list(report.order),
        "status": report.status,
        "execution": None if report.execution is None else list(report.execution),
        "brokerOrderId": report.broker_order_id,
        "reason": report.reason,
    }


def to_report(payload: Row) -> Report:
    """The report again."""
    cause, leg, part, generation = payload["order"]
    done = payload["execution"]
    return Report(
        OrderKey(cause, Leg(leg), part, generation),
        OrderStatus(payload["status"]),
        None if done is None else Execution(*done),
        payload["brokerOrderId"],
        payload["reason"],
    )


def to_command(payload: Row, sequence: int) -> Command:
    """What a person asked for."""
    return Command(sequence, CommandKind(payload["command"]), bool(payload.get("squareOff")))
