"""The simulated exchange: market orders fill whole at the next bar's open, worse by the slippage."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.charges import charged
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, Side
from streams.events import Bar, CandlesClosed, Execution, Report
from streams.exchange import market_fill_price, matched
from tests.builders import MINUTE, START, instruments

TICK = 500
KEY = OrderKey("intent:7", Leg.ENTRY)


@pytest.mark.parametrize(
    ("side", "opens", "slippage", "fills"),
    [
        (Side.BUY, 1_000_000, 0, 1_000_000),
        (Side.SELL, 1_000_000, 0, 1_000_000),
        (Side.BUY, 1_000_000, 1000, 1_001_000),
        (Side.SELL, 1_000_000, 1000, 999_000),
        (Side.BUY, 1_000_500, 1000, 1_002_000),
        (Side.SELL, 1_000_500, 1000, 999_000),
        (Side.BUY, 1_000_001, 0, 1_000_500),
        (Side.SELL, 1_000_499, 0, 1_000_000),
        (Side.BUY, 1_000_000, 1, 1_000_500),
        (Side.SELL, 1_000_000, 1, 999_500),
    ],
)
def test_slippage_is_rounded_against_the_trader(side: Side, opens: int, slippage: int, fills: int) -> None:
    """Up to a tick for a buy, down to a tick for a sell, and untouched where it lies on one."""
    assert market_fill_price(side, opens, slippage, TICK) == fills


def test_a_price_never_falls_below_one_tick() -> None:
    """A penny option sold with slippage still has a price."""
    assert market_fill_price(Side.SELL, 499, 10_000, TICK) == TICK
    assert market_fill_price(Side.SELL, 500, 1, TICK) == TICK


@given(
    st.sampled_from(Side),
    st.integers(1, 10**11),
    st.integers(0, 100_000),
    st.sampled_from([1, 100, 500, 2500]),
)
def test_a_fill_is_the_nearest_tick_at_or_beyond_the_slipped_price(
    side: Side, opens: int, slippage: int, tick: int
) -> None:
    """Worse for the trader by less than a tick, never better."""
    price = market_fill_price(side, opens, slippage, tick)
    slipped = Fraction(opens) * (1 + side.sign * Fraction(slippage, 1_000_000))
    assert price % tick == 0
    assert 0 <= (price - slipped) * side.sign < tick or price == tick


def order(instrument: int = 0, side: Side = Side.BUY, time: int = START) -> OrderRequest:
    """A market order for ten."""
    return OrderRequest(KEY, instrument, side, 10, time, 7)


def closed(time: int, *opens: int | None) -> CandlesClosed:
    """Candles that opened at these prices and closed elsewhere."""
    bars = tuple(None if each is None else Bar(each, each + 900, each - 900, each + 400, 1) for each in opens)
    return CandlesClosed(time, bars, tuple(each or 0 for each in opens))


def test_an_order_fills_whole_at_the_open_of_the_next_bar() -> None:
    """With the time of that bar, under a name of its own."""
    reports = matched([order()], closed(START + MINUTE, 1_000_000), instruments(1), 1000)
    execution = Execution("intent:7/ENTRY/0/0/1", 10, 1_001_000, START + MINUTE)
    assert reports == (Report(KEY, OrderStatus.FILLED, execution),)


def test_an_order_does_not_fill_on_the_bar_it_was_decided_on() -> None:
    """Its close is what the decision was made on."""
    assert matched([order()], closed(START, 1_000_000), instruments(1), 0) == ()


def test_an_order_waits_until_its_own_instrument_has_a_bar() -> None:
    """Others' candles do not fill it."""
    waiting = [order(instrument=1)]
    assert matched(waiting, closed(START + MINUTE, 1_000_000, None), instruments(2), 0) == ()
    (report,) = matched(waiting, closed(START + 2 * MINUTE, None, 2_000_000), instruments(2), 0)
    assert report.execution == Execution("intent:7/ENTRY/0/0/1", 10, 2_000_000, START + 2 * MINUTE)


def test_charges_fall_due_with_an_orders_first_fill_only() -> None:
    """One flat amount an order, however many fills."""
    assert charged(20_0000, 0) == 20_0000
    assert charged(20_0000, 1) == 0
