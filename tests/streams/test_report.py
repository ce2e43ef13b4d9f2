"""The report: equity curve, drawdown, wins and losses."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from streams.domain.orders import Leg, OrderKey, Side
from streams.domain.portfolio import Fill
from streams.events import FillBooked
from streams.report import Balance, curve, drawdown, moves
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
    """The capital a run started with is a height too."""
    whole = np.array(equity, np.int64)
    assert drawdown([whole], 100) == drawdown([whole[:2], whole[2:]], 100) == deepest


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
    found = curve(Balance(agreed.capital, (0, 0)), (0, 0), (first, second), moves(fills))
    # then
    assert_array_equal(found.time, minutes)
    cash = [1000, 1000 - 100 - 1 + 100, 999, 999 + 130 - 1]
    worth = [0, 110 - 100, 120 - 100, -104]
    assert found.equity.tolist() == [(a + b) * RUPEE for a, b in zip(cash, worth, strict=True)]


def test_a_curve_goes_on_from_the_state_and_marks_before_the_chunk() -> None:
    """A chunk may hold nothing of an instrument that is held."""
    agreed = terms(2, capital=1000 * RUPEE)
    nothing = candles([])
    before, bought = Balance(agreed.capital, (0, 0)), moves([booked(0, Side.BUY, 1, 7, 0)])
    found = curve(before, (7 * RUPEE, 0), (nothing, candles([50.0])), bought)
    assert found.equity.tolist() == [1000 * RUPEE]
