"""When two runs are the same: the canonical projection of what they did, and its hash.

Ids and wall-clock times are left out: what remains is sequence, candle, instrument, leg, side, quantity,
type, price and every change of them, each rule's verdict with its numbers, every fill and what it cost. A
backtest's outcome and the effects replayed from a paper run's tape give the same projection when the runs did
the same.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from streams.domain.intents import Intent
from streams.domain.orders import OrderKey, OrderRequest
from streams.events import (
    ChargesSettled,
    Decided,
    Effect,
    FillBooked,
    Modify,
    OrderMoved,
    Place,
    PnlStruck,
    PositionChanged,
)
from streams.trades import Trades

Fact = list[Any]


class Projection(NamedTuple):
    """What a run did, stage by stage, in plain numbers and words: units, microseconds UTC."""

    intents: list[Fact]
    decisions: list[Fact]
    orders: list[Fact]
    fills: list[Fact]
    settlements: list[Fact]
    trades: list[Fact]
    positions: list[Fact]
    equity: list[Fact]


class Difference(NamedTuple):
    """The first fact two runs do not share; None where one of them has no more."""

    stage: str
    place: int
    one: Fact | None
    other: Fact | None


def projection(
    intents: Iterable[Intent], effects: Iterable[Effect], equity: Iterable[tuple[int, int]]
) -> Projection:
    """The canonical form of a run; `equity` pairs the open time of each candle with the equity after it."""
    listed = tuple(effects)
    return Projection(
        intents=[list(each) for each in intents],
        decisions=[_decision(each) for each in listed if isinstance(each, Decided)],
        orders=_orders(listed),
        fills=[_fill(each) for each in listed if isinstance(each, FillBooked)],
        settlements=[list(each) for each in listed if isinstance(each, ChargesSettled)],
        trades=_trades(listed),
        positions=_positions(listed),
        equity=[[int(time), int(amount)] for time, amount in equity],
    )


def struck_equity(effects: Iterable[Effect]) -> Iterator[tuple[int, int]]:
    """Equity at each candle as a run that lived through them struck it, after its contract note if that came
    then."""
    struck = {each.time: each.equity for each in effects if isinstance(each, PnlStruck)}
    return iter(struck.items())


def fingerprint(of: Projection) -> str:
    """SHA-256 of a projection, in hexadecimal."""
    return hashlib.sha256(json.dumps(of, separators=(",", ":")).encode()).hexdigest()


def first_difference(one: Projection, other: Projection) -> Difference | None:
    """Where two runs part, in the order of the stages; None when they are identical."""
    for stage, left, right in zip(Projection._fields, one, other, strict=True):
        for place in range(max(len(left), len(right))):
            pair = _at(left, place), _at(right, place)
            if pair[0] != pair[1]:
                return Difference(stage, place, *pair)
    return None


def _at(facts: list[Fact], place: int) -> Fact | None:
    return facts[place] if place < len(facts) else None


def _request(request: OrderRequest) -> Fact:
    return [request.key.name, *request[1:]]


def _decision(decided: Decided) -> Fact:
    verdicts = [list(each) for each in decided.decision.verdicts]
    return [_request(decided.request), decided.decision.permitted, verdicts]


def _orders(effects: tuple[Effect, ...]) -> list[Fact]:
    """Each order as asked, in the order of placing, with what it was changed to, the states it went through
    and what it filled."""
    states: dict[OrderKey, list[Fact]] = {}
    for each in effects:
        if isinstance(each, Place):
            states[each.request.key] = []
        elif isinstance(each, OrderMoved):
            states[each.request.key].append([each.status, each.filled, each.value])
        elif isinstance(each, Modify):
            request = each.request
            states[request.key].append([request.quantity, request.limit_price, request.trigger_price])
    placed = (each.request for each in effects if isinstance(each, Place))
    return [[*_request(request), states[request.key]] for request in placed]


def _fill(booked: FillBooked) -> Fact:
    """A fill without its trade id, its charges in parts, and what it opened and closed."""
    _, order, *rest = booked.fill
    closed = [list(each) for each in booked.closed]
    return [order.name, *rest, list(booked.parts), booked.opened, closed]


def _trades(effects: tuple[Effect, ...]) -> list[Fact]:
    known = Trades()
    for each in effects:
        known.take(each)
    return [
        [number, trade.side, trade.quantity, trade.decision.permitted, *trade[4:]]
        for number, trade in known.by_intent.items()
    ]


def _positions(effects: tuple[Effect, ...]) -> list[Fact]:
    last = {each.instrument: list(each) for each in effects if isinstance(each, PositionChanged)}
    return [last[instrument] for instrument in sorted(last)]
