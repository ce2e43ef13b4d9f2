"""The exchange's book: what a bar does to resting orders, stage by stage, asked until it is quiet."""

from typing import Any

from streams import exchange
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, OrderType, Side
from streams.domain.venue import Venue
from streams.events import Bar, CandlesClosed, Execution, Report
from streams.exchange import Book, accept, amend, meet, withdraw
from tests.builders import MINUTE, RUPEE, START, instruments

S = OrderStatus
ONE = instruments(1)
KEY = OrderKey("intent:7", Leg.ENTRY)
PLAIN = Venue()


def order(cause: int = 7, leg: Leg = Leg.ENTRY, time: int = START, **more: Any) -> OrderRequest:
    """A market order to buy ten."""
    key = OrderKey(f"intent:{cause}", leg)
    made = OrderRequest(key, 0, Side.BUY, 10, time, cause)
    return made._replace(**more)


def stop(trigger: int, **more: Any) -> OrderRequest:
    """A protective stop that sells ten."""
    made = order(leg=Leg.STOP_LOSS, side=Side.SELL, order_type=OrderType.STOP_LOSS_MARKET)
    return made._replace(trigger_price=trigger * RUPEE, **more)


def target(limit: int, **more: Any) -> OrderRequest:
    """A take-profit that sells ten."""
    made = order(leg=Leg.TAKE_PROFIT, side=Side.SELL, order_type=OrderType.LIMIT)
    return made._replace(limit_price=limit * RUPEE, **more)


def bar(minute: int, *prices: float) -> CandlesClosed:
    """One instrument's candle: open, high, low, close in rupees; no prices, no candle."""
    time = START + minute * MINUTE
    if not prices:
        return CandlesClosed(time, (None,), (0,))
    opens, high, low, close = (round(each * RUPEE) for each in prices)
    return CandlesClosed(time, (Bar(opens, high, low, close, 1000),), (close,))


def holding(*orders: OrderRequest) -> Book:
    """A book with these orders."""
    book = exchange.opened(ONE)
    for each in orders:
        book = accept(book, each)
    return book


def told(book: Book, closed: CandlesClosed) -> tuple[Book, list[tuple[Leg, str, float]]]:
    """The next reports, in short: leg, status, price."""
    book, reports = meet(ONE, PLAIN, book, closed)
    return book, [_short(each) for each in reports]


def _short(report: Report) -> tuple[Leg, str, float]:
    done = report.execution
    return report.order.leg, report.status, done.price / RUPEE if done else 0.0


def test_a_market_order_fills_whole_at_the_open_of_the_next_bar() -> None:
    """With the time of that bar, under a name of its own; then there is nothing more."""
    book, reports = meet(ONE, Venue(amount=1000), holding(order()), bar(1, 100, 101, 99, 100.5))
    execution = Execution("intent:7/ENTRY/0/0/1", 10, 1_001_000, START + MINUTE)
    assert reports == (Report(KEY, S.FILLED, execution),)
    assert book.resting == ()
    assert meet(ONE, PLAIN, book, bar(1, 100, 101, 99, 100.5))[1] == ()


def test_an_order_does_not_meet_the_bar_it_was_decided_on() -> None:
    """Its close is what the decision was made on."""
    book, reports = told(holding(order()), bar(0, 100, 100, 100, 100))
    assert reports == []
    assert len(book.resting) == 1


def test_an_order_waits_until_its_own_instrument_has_a_bar() -> None:
    """Moments without one leave it alone."""
    book, reports = told(holding(order()), bar(1))
    assert reports == []
    assert told(book, bar(2, 101, 101, 101, 101))[1] == [(Leg.ENTRY, S.FILLED, 101.0)]


def test_a_bar_goes_by_in_stages_each_reported_on_its_own() -> None:
    """At the open first; then inside the bar what enters, the stop, and the target last."""
    limit = order(8, order_type=OrderType.LIMIT, limit_price=98 * RUPEE)
    book = holding(target(102), stop(97), order(9), limit)
    closed, seen = bar(1, 100, 103, 96, 100), []
    while True:
        book, reports = told(book, closed)
        if not reports:
            break
        seen.append(reports)
    assert seen == [
        [(Leg.ENTRY, S.FILLED, 100.0)],
        [(Leg.ENTRY, S.FILLED, 98.0)],
        [(Leg.STOP_LOSS, S.FILLED, 97.0)],
    ]


def test_a_gap_is_for_protection_before_anything_else_at_the_open() -> None:
    """The stop is out at 95 before the entry is in."""
    book, first = told(holding(order(9), stop(97)), bar(1, 95, 96, 94, 95))
    assert first == [(Leg.STOP_LOSS, S.FILLED, 95.0)]
    assert told(book, bar(1, 95, 96, 94, 95))[1] == [(Leg.ENTRY, S.FILLED, 95.0)]


def test_protection_made_during_a_bar_meets_what_is_left_of_it() -> None:
    """Not its open: the stop at 99 is made after an entry at the open of 100."""
    closed = bar(1, 100, 101, 98, 100)
    book, _ = told(holding(order()), closed)
    book = accept(book, stop(99, time=closed.time))
    assert told(book, closed)[1] == [(Leg.STOP_LOSS, S.FILLED, 99.0)]


def test_a_stop_that_finds_the_open_beyond_it_fills_there() -> None:
    """An entry that slipped to 101 puts its stop above the open of 100: nobody pays 100.50 for it."""
    closed = bar(1, 100, 102, 98, 100)
    book, _ = told(holding(order()), closed)
    half = stop(100, time=closed.time)._replace(trigger_price=1_005_000)
    assert told(accept(book, half), closed)[1] == [(Leg.STOP_LOSS, S.FILLED, 100.0)]


def test_a_target_made_after_an_entry_inside_the_bar_waits_for_the_next() -> None:
    """The high may have come before."""
    limit = order(order_type=OrderType.LIMIT, limit_price=98 * RUPEE)
    closed = bar(1, 100, 103, 97.5, 100)
    book, _ = told(holding(limit), closed)
    book, reports = told(accept(book, target(102, time=closed.time)), closed)
    assert reports == []
    assert told(book, bar(2, 100, 102, 100, 101))[1] == [(Leg.TAKE_PROFIT, S.FILLED, 102.0)]


def test_an_amended_order_is_met_as_it_has_become() -> None:
    """Its quantity is the whole of it, what has filled included."""
    book = amend(holding(stop(97)), stop(99)._replace(quantity=4))
    _, reports = meet(ONE, PLAIN, book, bar(1, 100, 101, 98, 100))
    assert [(each.execution.quantity, each.execution.price) for each in reports if each.execution] == [
        (4, 99 * RUPEE)
    ]


def test_what_does_not_rest_is_neither_amended_nor_withdrawn() -> None:
    """An order may have filled meanwhile."""
    book = holding(order())
    assert withdraw(book, stop(97).key) == book == amend(book, stop(97))
    assert withdraw(book, KEY).resting == ()


def test_parts_of_a_fill_are_named_in_order() -> None:
    """One, two: a name is never given twice."""
    capped = Venue(participation=6_000)
    book, (first,) = meet(ONE, capped, holding(order()), bar(1, 100, 100, 100, 100))
    _, (second,) = meet(ONE, capped, book, bar(2, 101, 101, 101, 101))
    assert (first.status, second.status) == (S.PARTIALLY_FILLED, S.FILLED)
    assert [each.execution and each.execution.trade_id for each in (first, second)] == [
        "intent:7/ENTRY/0/0/1",
        "intent:7/ENTRY/0/0/2",
    ]
