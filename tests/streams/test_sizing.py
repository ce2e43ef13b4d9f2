"""From a strategy's numbers to quantities, truncated toward zero to whole lots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.money import MAX_PRICE, MAX_QUANTITY, PPM
from streams.sizing import (
    CAPITAL,
    LOTS,
    QUANTITY,
    RISK,
    VALUE,
    allotted,
    distance,
    portion,
    sized,
    sliced,
    whole_lots,
)
from tests.builders import RUPEE

MARK, EQUITY = 250 * RUPEE, 100_000 * RUPEE


@pytest.mark.parametrize(
    ("measure", "amount", "lot", "stop", "quantity"),
    [
        (QUANTITY, 99, 25, 0, 75),
        (QUANTITY, -99, 25, 0, -75),
        (LOTS, 3, 25, 0, 75),
        (VALUE, 10_099 * RUPEE, 1, 0, 40),  # 40.396 shares at 250
        (VALUE, -10_099 * RUPEE, 25, 0, -25),
        (CAPITAL, 100_000, 1, 0, 40),  # a tenth of a lakh
        (RISK, 10_000, 1, 4 * RUPEE, 250),  # one per cent is 1,000 rupees, four at risk a share
        (RISK, -10_000, 1, 3 * RUPEE, -333),
        (RISK, 10_000, 1, 0, 0),
    ],
)
def test_each_measure_comes_to_its_quantity(
    measure: int, amount: int, lot: int, stop: int, quantity: int
) -> None:
    """At a last price of 250 and an equity of one lakh."""
    assert sized(measure, amount, MARK, lot, EQUITY, stop) == quantity


def test_without_a_price_or_equity_nothing_can_be_sized() -> None:
    """A run that has lost everything, an instrument that has not traded yet."""
    assert sized(VALUE, EQUITY, 0, 1, EQUITY, 0) == 0
    assert sized(CAPITAL, PPM, MARK, 1, -EQUITY, 0) == 0


def test_no_quantity_exceeds_what_the_core_can_count() -> None:
    """In whole lots still."""
    assert sized(QUANTITY, 10**12, MARK, 1, 0, 0) == MAX_QUANTITY
    assert sized(LOTS, 10**12, MARK, 30, 0, 0) == MAX_QUANTITY // 30 * 30


@given(st.integers(0, MAX_PRICE * MAX_QUANTITY), st.integers(0, 9 * PPM))
def test_a_portion_is_exact_though_its_product_may_be_beyond_64_bits(total: int, ppm: int) -> None:
    """Floor of the true quotient, by terms that fit."""
    assert portion(total, ppm) == total * ppm // PPM
    assert total // PPM * ppm + total % PPM * ppm // PPM < 2**63


def test_a_distance_is_points_and_a_share_of_the_price() -> None:
    """Two rupees and half a per cent of 250."""
    assert distance(MARK, 2 * RUPEE, 5000) == 2 * RUPEE + 12_500


def test_lots_are_truncated_toward_zero() -> None:
    """On both sides."""
    assert [whole_lots(each, 10) for each in (19, 9, 0, -9, -19)] == [10, 0, 0, 0, -10]


def test_a_quantity_is_allotted_to_orders_that_have_filled_in_part() -> None:
    """Six over two orders of four at most, of which the first has filled two: two and four."""
    assert allotted(6, (2, 0), 4) == (2, 4)
    assert allotted(3, (2, 0), 4) == (2, 1)
    assert allotted(2, (2, 0), 4) == (2, 0)
    assert allotted(9, (2, 0), 4) == (2, 4)
    assert allotted(9, (2, 0), 0) == (9, 0)


def test_an_order_is_sliced_where_the_exchange_freezes_it() -> None:
    """A freeze quantity of 1,810 in lots of 75 is 1,800 an order."""
    assert sliced(4500, 1810, 75) == (1800, 1800, 900)
    assert sliced(1800, 1810, 75) == (1800,)
    assert sliced(4500, 0, 75) == (4500,)
    assert sliced(0, 1810, 75) == ()
