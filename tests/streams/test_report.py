"""The report: equity curve, drawdown, wins and losses."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from streams.curves import BLOCK, Balance, Drawing, Fall, MoneyOverflow, Moves, after, fallen
from streams.domain.orders import Leg, OrderKey, Side
from streams.domain.portfolio import Fill
from streams.events import FillBooked
from streams.report import moves
from tests.builders import MINUTE, RUPEE, START, candles, terms


@pytest.mark.parametrize(
    ("equity", "deepest"),
    [
        ([], 0),
        ([100], 0),
        ([90], 10),
        ([120, 110, 130, 105, 125], 25),
        ([80, 90, 70], 30),
        ([101, 102, 103], 0),
    ],
    ids=str,
)
def test_a_drawdown_is_the_deepest_fall_from_a_former_height(equity: list[int], deepest: int) -> None:
    """The capital a run started with is a height too; a curve may come in any stretches."""
    whole = np.array(equity, np.int64)
    for cut in range(len(equity) + 1):
        assert fallen(fallen(Fall(100), whole[:cut]), whole[cut:]).deepest == deepest


@given(st.lists(st.integers(-20, 20), max_size=40), st.lists(st.integers(0, 40), max_size=4))
def test_a_drawdown_found_by_stretches_is_that_of_every_pair(equity: list[int], cuts: list[int]) -> None:
    """Against all pairs of a height and what came after it."""
    # given
    whole = np.array(equity, np.int64)
    edges = [0, *sorted(cuts), len(equity)]
    # when
    fall = Fall(3)
    for start, stop in pairwise(edges):
        fall = fallen(fall, whole[start:stop])
    # then
    known = [3, *equity]
    assert fall == (max(known), max(a - b for at, a in enumerate(known) for b in known[at:]))


def booked(instrument: int, side: Side, quantity: int, rupees: int, row: int, charges: int = 0) -> FillBooked:
    """A fill at the open of a row."""
    key = OrderKey("intent:0", Leg.ENTRY)
    time = START + row * MINUTE
    return FillBooked(Fill("T", key, instrument, side, quantity, rupees * RUPEE, charges, time), 0, ())


def test_a_curve_follows_cash_and_positions_over_several_instruments() -> None:
    """One that lacks a candle keeps its last close; one not yet seen is worth nothing."""
    # given
    agreed = terms(2, capital=1000 * RUPEE)
    minutes = [START + row * MINUTE for row in range(4)]
    first = candles([10.0, 11.0, 12.0, 13.0], times=minutes)
    second = candles([50.0, 52.0], times=minutes[1::2])
    fills = [
        booked(0, Side.BUY, 10, 10, 1, charges=RUPEE),
        booked(1, Side.SELL, 2, 50, 1),
        booked(0, Side.SELL, 10, 13, 3, charges=RUPEE),
    ]
    # when
    drawing = Drawing(agreed.capital, 2)
    drawing.draw((first, second), moves(fills, np.array(minutes)))
    found = drawing.curve
    # then
    assert_array_equal(found.time, minutes)
    cash = [1000, 1000 - 100 - 1 + 100, 999, 999 + 130 - 1]
    worth = [0, 110 - 100, 120 - 100, -104]
    assert found.equity.tolist() == [(a + b) * RUPEE for a, b in zip(cash, worth, strict=True)]


def test_a_curve_goes_on_from_the_balance_and_marks_before_the_chunk() -> None:
    """A chunk may hold nothing of an instrument that is held; what is settled in the end changes the last."""
    drawing = Drawing(1000 * RUPEE, 2)
    times = START + MINUTE * np.arange(2)
    first, second = times.tolist()
    drawing.draw(
        (candles([7.0], times=[first]), candles([])), moves([booked(0, Side.BUY, 2, 7, 0)], times[:1])
    )
    drawing.draw((candles([]), candles([50.0], times=[second])), moves([], times[:0]))
    assert drawing.curve.equity.tolist() == [1000 * RUPEE] * 2
    drawing.settle(moves([booked(0, Side.SELL, 2, 6, 1)], times[:0]))
    assert drawing.curve.equity.tolist() == [1000 * RUPEE, 1012 * RUPEE]
    assert_array_equal(drawing.curve.time, [first, second])


def test_a_curve_longer_than_a_block_is_one_curve() -> None:
    """It takes room by the block."""
    drawing, rows = Drawing(RUPEE, 1), BLOCK // 2 + 1
    for start in (0, rows):
        times = START + MINUTE * np.arange(start, start + rows)
        drawing.draw((candles([1.0] * rows, times=times.tolist()),), moves([], times))
    assert drawing.curve.equity.tolist() == [RUPEE] * 2 * rows


def test_more_money_than_can_be_counted_is_refused() -> None:
    """Up to the edge it is counted exactly; beyond it, it is never silently wrong."""

    def balanced(cash: int, flow: int) -> Balance:
        nothing = np.zeros(2, np.int64)
        return after(Balance(cash, (0,)), Moves(nothing, nothing, nothing, np.array([flow, -flow])))

    assert balanced(10**18, 4 * 10**18) == Balance(10**18, (0,))
    with pytest.raises(MoneyOverflow, match="more money at once than can be counted"):
        balanced(10**18 + 1, 4 * 10**18 + 10**4)
