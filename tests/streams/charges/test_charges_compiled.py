"""Charges compiled give the same bits as plain, up to the bounds the core keeps."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.charges import INDIAN, Dealings, dealt, provisional, rates_on, settled
from streams.domain.market import Instrument
from streams.domain.money import MAX_PRICE, MAX_QUANTITY
from streams.domain.orders import ProductType
from streams.domain.portfolio import Charges
from streams.kernel.compiled import Bound
from tests.streams.charges.test_charges import days, segments

MOST = MAX_PRICE * MAX_QUANTITY
values = st.integers(1, MOST) | st.sampled_from([1, MOST - 1, MOST])


Compiled = dict[Callable[..., Any], Any]


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    """The three functions, compiled."""
    numba = pytest.importorskip("numba", reason="the extra `fast` is not installed")
    bound = Bound(numba.njit, {})
    plain: tuple[Any, ...] = (provisional, dealt, settled)
    return {each: numba.njit(bound.copy(each)) for each in plain}


@settings(deadline=None)
@given(segments, days, st.sampled_from([1, -1]), values, values)
def test_a_fill_and_its_settlement_are_the_same_compiled(
    compiled: Compiled,
    segment: tuple[Instrument, ProductType],
    day: int,
    sign: int,
    value: int,
    other: int,
) -> None:
    """The greatest fill there may be, both sides of a day: nothing wraps."""
    rates = rates_on(INDIAN, *segment, day)
    before = min(other, MOST - value)
    parts = provisional(rates, sign, value, before)
    assert tuple(compiled[provisional](rates, sign, value, before)) == tuple(parts)
    former = Dealings(4 * MOST - value, 4 * MOST - value, MAX_QUANTITY)
    dealings = dealt(former, sign, MAX_QUANTITY, value, parts)
    again = compiled[dealt](former, sign, MAX_QUANTITY, value, Charges(*parts))
    assert tuple(again) == tuple(dealings)
    assert tuple(compiled[settled](rates, dealings)) == tuple(settled(rates, dealings))
