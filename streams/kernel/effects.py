"""The journal read back as the fold's effects: the same tuples in the same order, made on asking."""

from collections.abc import Iterator, Sequence

from streams.domain.intents import Intent, Manner
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, OrderType, Side, Validity
from streams.domain.portfolio import Charges, Fill
from streams.events import (
    Cancel,
    ChargesSettled,
    Decided,
    Effect,
    FillBooked,
    Modify,
    OrderMoved,
    Place,
    PositionChanged,
)
from streams.exchange import _IOC as IMMEDIATE_REASON
from streams.kernel import layout as at
from streams.kernel.journal import Journal
from streams.kernel.verdicts import decision
from streams.positions import Closed
from streams.state import Terms
from streams.timetable import product_of

LEGS, TYPES, VALIDITIES = tuple(Leg), tuple(OrderType), tuple(Validity)
CAUSES = ("intent", "stop_loss", "take_profit", "square_off", "exit_after")
ENDS = {
    at.IS_SUBMITTED: (OrderStatus.SUBMITTED, None),
    at.IS_CANCELLED: (OrderStatus.CANCELLED, None),
    at.IS_EXPIRED: (OrderStatus.EXPIRED, None),
    at.IS_OVER: (OrderStatus.CANCELLED, IMMEDIATE_REASON),
}
Row = list[int]


def cause_of(kind: int, number: int, instrument: int) -> str:
    """What is behind an order, by the name the fold gives it."""
    if kind == at.BY_INTENT:
        return f"{CAUSES[kind]}:{number}"
    return f"{CAUSES[kind]}:{number}:{instrument}"


def effects(terms: Terms, intents: Sequence[Intent], journal: Journal) -> Iterator[Effect]:
    """Every effect the fold would have had, the P&L struck at single candles left out."""
    return _Reading(terms, intents, journal).effects()


def requests_of(terms: Terms, intents: Sequence[Intent], journal: Journal) -> list[OrderRequest]:
    """Every request as it stands in the end."""
    reading = _Reading(terms, intents, journal)
    for row in journal.of(at.MODIFIED).tolist():
        reading.modified(row)
    return reading.requests


class _Reading:
    """The journal, and what its rows have changed so far."""

    def __init__(self, terms: Terms, intents: Sequence[Intent], journal: Journal) -> None:
        self.terms, self.intents = terms, intents
        self.asks, self.log = journal.asks.tolist(), journal.log.tolist()
        manners = {each.instrument: each.manner for each in intents}
        self.requests = [_request(terms, row, manners[row[at.ASK_INSTRUMENT]]) for row in self.asks]
        self.positions = [PositionChanged(each, 0, 0, 0, 0) for each in range(len(terms.instruments))]

    def effects(self) -> Iterator[Effect]:
        readers = {
            at.DECIDED: self._decided,
            at.MOVED: self._moved,
            at.FILLED: self._filled,
            at.CANCELLED: self._cancelled,
            at.MODIFIED: self._modified,
            at.SETTLED: self._settled,
        }
        for place, row in enumerate(self.log):
            reader = readers.get(row[at.LOG_KIND])
            if reader is not None:
                yield from reader(place, row)

    def _decided(self, place: int, row: Row) -> Iterator[Effect]:
        asked, request = self.asks[row[at.LOG_ASK]], self.requests[row[at.LOG_ASK]]
        answered = asked[at.ASK_INTENT]
        intent = None if answered < 0 else self.intents[answered]
        yield Decided(intent, request, decision(self.terms, asked))
        if asked[at.ASK_PERMITTED]:
            yield Place(request)

    def _moved(self, place: int, row: Row) -> Iterator[Effect]:
        status, reason = ENDS[row[at.LOG_STATUS]]
        yield OrderMoved(self.requests[row[at.LOG_ASK]], status, 0, 0, None, reason)

    def _cancelled(self, place: int, row: Row) -> Iterator[Effect]:
        yield Cancel(self.requests[row[at.LOG_ASK]].key)

    def modified(self, row: Row) -> OrderRequest:
        """The request as this row has changed it."""
        former, price = self.requests[row[at.LOG_ASK]], row[at.LOG_PRICE]
        stop = former.order_type is OrderType.STOP_LOSS_MARKET
        after = former._replace(
            quantity=abs(row[at.LOG_SIGNED]),
            limit_price=former.limit_price if stop else price,
            trigger_price=price if stop else former.trigger_price,
        )
        self.requests[row[at.LOG_ASK]] = after
        return after

    def _modified(self, place: int, row: Row) -> Iterator[Effect]:
        yield Modify(self.modified(row))

    def _filled(self, place: int, row: Row) -> Iterator[Effect]:
        request = self.requests[row[at.LOG_ASK]]
        price, quantity = row[at.LOG_PRICE], abs(row[at.LOG_SIGNED])
        yield OrderMoved(request, OrderStatus.FILLED, quantity, quantity * price, None, None)
        fill = Fill(
            f"{request.key.name}/1",
            request.key,
            request.instrument,
            request.side,
            quantity,
            price,
            row[at.LOG_CHARGES],
            row[at.LOG_TIME],
        )
        booked = FillBooked(fill, row[at.LOG_OPENED], tuple(self._closed(place + 1)), _parts(row))
        yield booked
        yield self._position(booked)

    def _closed(self, place: int) -> Iterator[Closed]:
        while place < len(self.log) and self.log[place][at.LOG_KIND] == at.LOT_CLOSED:
            row = self.log[place]
            trade = None if row[at.LOG_ASK] < 0 else row[at.LOG_ASK]
            yield Closed(trade, row[at.CLOSED_QUANTITY], row[at.CLOSED_COST], row[at.CLOSED_REALISED])
            place += 1

    def _position(self, booked: FillBooked) -> PositionChanged:
        fill, before = booked.fill, self.positions[booked.fill.instrument]
        after = PositionChanged(
            fill.instrument,
            before.quantity + fill.side.sign * fill.quantity,
            before.cost - sum(each.cost for each in booked.closed) + booked.opened * fill.price,
            before.realised + sum(each.realised for each in booked.closed),
            before.charges + fill.charges,
        )
        self.positions[fill.instrument] = after
        return after

    def _settled(self, place: int, row: Row) -> Iterator[Effect]:
        parts, instrument = _parts(row), row[at.LOG_INSTRUMENT]
        yield ChargesSettled(row[at.LOG_ASK], instrument, parts)
        before = self.positions[instrument]
        self.positions[instrument] = before._replace(charges=before.charges + parts.total)
        yield self.positions[instrument]


def _parts(row: Row) -> Charges:
    return Charges(*row[at.LOG_PARTS : at.LOG_PARTS + at.PARTS])


def _request(terms: Terms, row: Row, manner: Manner) -> OrderRequest:
    """What was asked for."""
    leg, cause = LEGS[row[at.ASK_LEG]], row[at.ASK_CAUSE]
    kind, instrument = TYPES[row[at.ASK_TYPE]], row[at.ASK_INSTRUMENT]
    return OrderRequest(
        OrderKey(cause_of(row[at.ASK_CAUSE_KIND], cause, instrument), leg, 0, row[at.ASK_GENERATION]),
        instrument,
        Side.BUY if row[at.ASK_SIGNED] > 0 else Side.SELL,
        abs(row[at.ASK_SIGNED]),
        row[at.ASK_TIME],
        cause if leg is Leg.ENTRY else None,
        kind,
        product_of(terms, manner),
        VALIDITIES[row[at.ASK_VALIDITY]],
        row[at.ASK_LIMIT] or None,
        row[at.ASK_TRIGGER] or None,
    )
