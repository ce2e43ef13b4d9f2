"""The simulated exchange: a book of resting orders, and what each bar does to them. Pure.

A backtest's closed loop and the paper broker keep the same book. `accept`, `amend` and `withdraw` change it;
`meet` is asked again and again for the same moment until it has nothing more to report, and between two
answers the fold may place, change or withdraw orders. A bar goes by in stages, each reported on its own:

    expired     DAY orders of an earlier trading date
    open        protective orders that the open has gapped through, then all others at the open
    range       others by the bar's high and low, then stops, then take-profits
    over        what IOC orders have left

An order meets the bars that open after it was made. A protective order made during a bar meets the rest of
it; after an entry that filled inside the bar a take-profit waits for the next one (the pessimistic path).
"""

from typing import NamedTuple

from streams.domain.market import MICROSECONDS, Instrument
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, Validity
from streams.domain.venue import Venue
from streams.events import Bar, CandlesClosed, Execution, Report
from streams.matching import Lane, Resting, Taken, taken
from streams.pricing import takeable

_IST = 330 * 60 * MICROSECONDS
_DAY = 86_400 * MICROSECONDS

EXPIRED, OPEN_STOPS, OPEN_TARGETS, OPEN, RANGE, RANGE_STOPS, RANGE_TARGETS, OVER, QUIET = range(9)
"""The stages of a bar."""

_TURNS = {
    Leg.STOP_LOSS: (OPEN_STOPS, RANGE_STOPS),
    Leg.TAKE_PROFIT: (OPEN_TARGETS, RANGE_TARGETS),
    Leg.ENTRY: (OPEN, RANGE),
    Leg.EXIT: (OPEN, RANGE),
}


class Book(NamedTuple):
    """The exchange between two calls: orders in sequence, instruments, the bar at hand (the part of it, where
    finer candles walk it) and its next stage."""

    lanes: tuple[Lane, ...]
    resting: tuple[Resting, ...] = ()
    time: int = -1
    part: int = 0
    stage: int = QUIET


Met = tuple[Book, tuple[Report, ...]]


def opened(instruments: tuple[Instrument, ...]) -> Book:
    """An empty book."""
    return Book(tuple(Lane() for _ in instruments))


def accept(book: Book, request: OrderRequest) -> Book:
    """Takes an order. A protective one meets what is left of the bar at hand."""
    meets = book.time if request.key.leg.protective else -1
    part = book.part if request.time == book.time else -1
    return book._replace(resting=(*book.resting, Resting(request, meets=meets, part=part)))


def amend(book: Book, request: OrderRequest) -> Book:
    """Changes a resting order's quantity and prices to the request's; nothing when it no longer rests."""
    return book._replace(
        resting=tuple(
            each._replace(request=request) if each.request.key == request.key else each
            for each in book.resting
        )
    )


def withdraw(book: Book, key: OrderKey) -> Book:
    """Takes an order out; nothing when it no longer rests."""
    return book._replace(resting=tuple(each for each in book.resting if each.request.key != key))


def meet(
    instruments: tuple[Instrument, ...], venue: Venue, book: Book, closed: CandlesClosed, part: int = 0
) -> Met:
    """What the candles do next to the resting orders: the reports of one stage; none when all are over.

    Where finer candles walk a bar, `closed` holds those of one part of it, counted by `part`.
    """
    if (closed.time, part) != (book.time, book.part):
        book = _begun(instruments, venue, book, closed)._replace(part=part)
    for stage in range(book.stage, QUIET):
        book, reports = _staged(instruments, venue, book._replace(stage=stage + 1), closed, stage)
        if reports:
            return book, reports
    return book, ()


def _begun(instruments: tuple[Instrument, ...], venue: Venue, book: Book, closed: CandlesClosed) -> Book:
    """The book as the bars open: who meets them, how much may be taken of them, from where bands reach."""
    day = (closed.time + _IST) // _DAY
    lanes = tuple(
        lane if bar is None else _lane(instrument, venue, lane, bar, day)
        for instrument, lane, bar in zip(instruments, book.lanes, closed.bars, strict=True)
    )
    resting = tuple(
        each if closed.bars[each.request.instrument] is None else _meeting(venue, each, closed.time, day)
        for each in book.resting
    )
    return Book(lanes, resting, closed.time, stage=EXPIRED if resting else QUIET)


def _lane(instrument: Instrument, venue: Venue, lane: Lane, bar: Bar, day: int) -> Lane:
    reference = lane.close if day > lane.day else lane.reference
    left = takeable(bar.volume, venue.participation, instrument.lot_size)
    return Lane(day, bar.close, reference, left)


def _meeting(venue: Venue, order: Resting, time: int, day: int) -> Resting:
    if order.request.key.leg.protective:
        return order._replace(meets=time)
    if order.request.time >= time:
        return order
    if order.missed_at == time:
        return order
    if order.missed < venue.latency:
        return order._replace(missed=order.missed + 1, missed_at=time)
    return order._replace(meets=time, day=day if order.day < 0 else order.day)


def _staged(
    instruments: tuple[Instrument, ...], venue: Venue, book: Book, closed: CandlesClosed, stage: int
) -> Met:
    reports: list[Report] = []
    for each in book.resting:
        if stage in (EXPIRED, OVER):
            book, report = _ended(book, each, stage)
        elif each.meets == closed.time and stage in _TURNS[each.request.key.leg]:
            book, report = _turn(instruments[each.request.instrument], venue, book, each, closed, stage)
        else:
            continue
        if report is not None:
            reports.append(report)
    return book, tuple(reports)


def _ended(book: Book, order: Resting, stage: int) -> tuple[Book, Report | None]:
    """A DAY order's date is over; an IOC order has met its bar."""
    request = order.request
    if request.key.leg.protective or order.day < 0:
        return book, None
    if (
        stage == EXPIRED
        and request.validity is Validity.DAY
        and order.day < book.lanes[request.instrument].day
    ):
        return withdraw(book, request.key), Report(request.key, OrderStatus.EXPIRED)
    if stage == OVER and request.validity is Validity.IOC:
        return withdraw(book, request.key), Report(request.key, OrderStatus.CANCELLED, reason=_IOC)
    return book, None


_IOC = "immediate or cancel: the first bar has gone by"


def _turn(
    instrument: Instrument, venue: Venue, book: Book, order: Resting, closed: CandlesClosed, stage: int
) -> tuple[Book, Report | None]:
    """An order's turn; one made during the bar has missed its open, a target an entry inside it waits."""
    request, inside = order.request, stage >= RANGE
    bar, lane = closed.bars[request.instrument], book.lanes[request.instrument]
    late = request.time >= closed.time and order.part in (-1, book.part) and not inside
    if bar is None or late or (lane.entered and request.key.leg is Leg.TAKE_PROFIT):
        return book, None
    came = taken(instrument, venue, lane, order, bar, inside)
    if not came.quantity:
        meets = -1 if came.waits else order.meets
        return _exchanged(book, order, order._replace(triggered=came.triggered, meets=meets)), None
    return _filled(book, order, came, closed.time, inside)


def _filled(book: Book, order: Resting, came: Taken, time: int, inside: bool) -> tuple[Book, Report]:
    request, lane = order.request, book.lanes[order.request.instrument]
    after = order._replace(
        filled=order.filled + came.quantity, fills=order.fills + 1, triggered=came.triggered
    )
    left = lane.left if lane.left < 0 else lane.left - came.quantity
    entered = lane.entered or (inside and request.key.leg is Leg.ENTRY)
    lanes = list(book.lanes)
    lanes[request.instrument] = lane._replace(left=left, entered=entered)
    book = _exchanged(book._replace(lanes=tuple(lanes)), order, after)
    execution = Execution(f"{request.key.name}/{after.fills}", came.quantity, came.price, time)
    status = OrderStatus.PARTIALLY_FILLED if after.rest else OrderStatus.FILLED
    return book, Report(request.key, status, execution)


def _exchanged(book: Book, former: Resting, after: Resting) -> Book:
    """The order as it has become, in its place; one that is done leaves the book."""
    if former == after:
        return book
    kept = (after if each is former else each for each in book.resting)
    return book._replace(resting=tuple(each for each in kept if each.rest > 0))
