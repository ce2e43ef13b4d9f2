"""The column algebra: what can be said, what cannot, and what it comes to on candles."""

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from streams.columns import (
    BARS,
    HOLD,
    Column,
    LookAheadError,
    constant,
    lag,
    lookback,
    quantile,
    sma,
    when,
)
from streams.columns.column import column
from streams.domain.market import Interval
from tests.streams.columns.markets import closing, on

CLOSE, OPEN = BARS.close, BARS.open


def values(root: Column, closes: list[float]) -> NDArray[np.float64]:
    """A column's values on candles with these closes."""
    return on(root, closing(closes))


def needs(root: Column) -> int:
    """A column's look-back in minutes."""
    return lookback(root, Interval.ONE_MINUTE)


def test_a_column_has_no_truth_value_and_says_what_to_write_instead() -> None:
    """`if fast > slow` would need one answer for all candles."""
    with pytest.raises(LookAheadError, match=r"greater\(close, open\) has no truth value: write when"):
        bool(CLOSE > OPEN)


def test_a_column_cannot_be_chained_through_and() -> None:
    """`a < b < c` asks for the truth of `a < b`."""
    with pytest.raises(LookAheadError, match="no truth value"):
        _ = OPEN < CLOSE < BARS.high


def test_a_column_cannot_be_indexed() -> None:
    """An index could name a later candle."""
    with pytest.raises(LookAheadError, match=r"close cannot be indexed: write lag\(close, k\)"):
        CLOSE[1]


def test_a_column_cannot_be_iterated() -> None:
    """A loop over candles could look ahead of any of them."""
    with pytest.raises(LookAheadError, match="close cannot be iterated"):
        list(CLOSE)


@pytest.mark.parametrize("k", [0, -1, -100])
def test_a_lag_of_nothing_or_less_is_refused_naming_the_column(k: int) -> None:
    """lag(0) is the column itself; a negative lag is the future."""
    with pytest.raises(LookAheadError, match=rf"lag\(sma\(close, 3\), {k}\) would look ahead"):
        lag(sma(CLOSE, 3), k)


@pytest.mark.parametrize("window", [0, -3])
def test_an_average_of_no_candles_is_refused(window: int) -> None:
    """A window counts candles, this one included."""
    with pytest.raises(
        ValueError, match=re.escape(f"sma(close, {window}) would look ahead: a window holds at least 1")
    ):
        sma(CLOSE, window)


def test_equal_expressions_are_one_object() -> None:
    """What two strategies share is computed once."""
    assert sma(CLOSE, 10) + 1 is sma(CLOSE, 10) + 1.0
    assert sma(CLOSE, 10) is not sma(CLOSE, 11)
    assert sma(CLOSE, 10) is not sma(OPEN, 10)


def test_parameters_that_only_look_alike_make_two_columns() -> None:
    """A long table is shown by its ends; one that differs in the middle is another."""
    table = np.zeros(5000)
    other = np.where(np.arange(5000) == 2500, 1.0, table)

    def looked_up(prices: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = known[prices.astype(int)]
        return found

    first, second = (column("looked_up", looked_up, CLOSE, parameters=(each,)) for each in (table, other))
    assert values(first, [2500.0]).tolist() == [0.0]
    assert values(second, [2500.0]).tolist() == [1.0]


def test_operators_of_the_same_name_but_another_function_are_not_one() -> None:
    """Two authors may both call their operator `twist`."""
    ours = column("twist", np.negative, CLOSE)
    theirs = column("twist", np.abs, CLOSE)
    assert ours is not theirs
    assert values(theirs, [1.0]).tolist() == [1.0]


def test_a_column_of_someones_own_may_bear_the_name_of_a_candles() -> None:
    """Only the candle's own columns are read off the candle."""
    assert values(column("volume", np.negative, CLOSE), [1.0, 2.0]).tolist() == [-1.0, -2.0]


def test_a_lookback_adds_up_along_a_chain_and_is_the_longest_of_the_branches() -> None:
    """Warm-up is derived, not declared."""
    assert needs(CLOSE) == 0
    assert needs(sma(CLOSE, 10)) == 9
    assert needs(lag(sma(CLOSE, 10), 5)) == 14
    assert needs(sma(CLOSE, 10) > lag(CLOSE, 3)) == 9
    assert needs(when(lag(CLOSE > OPEN, 20), sma(CLOSE, 5), HOLD)) == 20


def test_arithmetic_is_elementwise_with_numbers_on_either_side() -> None:
    """Columns and numbers mix."""
    assert values(2 * CLOSE + 1 - CLOSE / 2, [10.0, 20.0]).tolist() == [16.0, 31.0]
    assert values(100 - (-CLOSE), [10.0]).tolist() == [110.0]
    assert values(1 / CLOSE, [4.0]).tolist() == [0.25]


def test_a_number_of_numpys_mixes_like_any_other() -> None:
    """numpy must not take a column for an array of its own."""
    two: Any = np.float64(2)
    three: Any = np.int64(3)
    assert two * CLOSE is 2.0 * CLOSE
    assert (two > CLOSE) is (CLOSE < 2)
    assert values(CLOSE + three, [1.0]).tolist() == [4.0]


@pytest.mark.parametrize(
    "condition",
    [CLOSE > HOLD, CLOSE >= HOLD, CLOSE < HOLD, CLOSE <= HOLD, CLOSE == HOLD, CLOSE != HOLD, HOLD != HOLD],
    ids=repr,
)
def test_a_missing_value_compares_false_with_everything(condition: Column) -> None:
    """Also by `!=`, where plain NaN would say true."""
    assert values(when(condition, 1, 0), [10.0]).tolist() == [0.0]


def test_comparisons_are_exact_at_equality() -> None:
    """Each comparison on less, equal and greater."""
    closes = [1.0, 2.0, 3.0]
    found = {
        "<": values(when(CLOSE < 2, 1, 0), closes).tolist(),
        "<=": values(when(CLOSE <= 2, 1, 0), closes).tolist(),
        "==": values(when(CLOSE == 2, 1, 0), closes).tolist(),
        "!=": values(when(CLOSE != 2, 1, 0), closes).tolist(),
        ">=": values(when(CLOSE >= 2, 1, 0), closes).tolist(),
        ">": values(when(CLOSE > 2, 1, 0), closes).tolist(),
    }
    assert found == {
        "<": [1, 0, 0],
        "<=": [1, 1, 0],
        "==": [0, 1, 0],
        "!=": [1, 0, 1],
        ">=": [0, 1, 1],
        ">": [0, 0, 1],
    }


def test_conditions_combine_by_and_or_and_not() -> None:
    """&, | and ~ are the words for conditions."""
    closes = [1.0, 2.0, 3.0, 4.0]
    assert values(when((CLOSE > 1) & (CLOSE < 4), 1, 0), closes).tolist() == [0, 1, 1, 0]
    assert values(when((CLOSE < 2) | (CLOSE > 3), 1, 0), closes).tolist() == [1, 0, 0, 1]
    assert values(when(~(CLOSE > 2), 1, 0), closes).tolist() == [1, 1, 0, 0]


def test_a_condition_is_not_a_number_nor_a_number_a_condition() -> None:
    """Mixing them up is said when the strategy is built, with the column named."""
    with pytest.raises(TypeError, match=r"greater\(close, open\) is a condition, not a number"):
        _ = (CLOSE > OPEN) + 1
    with pytest.raises(TypeError, match="close is a number, not a condition"):
        when(CLOSE, 1, 0)
    with pytest.raises(TypeError, match="close is a number, not a condition"):
        _ = CLOSE & (CLOSE > 1)


@pytest.mark.parametrize("operand", [True, "close", None, [1.0]])
def test_only_columns_and_numbers_are_operands(operand: object) -> None:
    """Anything else is a mistake."""
    with pytest.raises(TypeError, match="a column or a number is wanted"):
        _ = CLOSE + operand  # type: ignore[operator]  # the mistake under test


def test_a_lag_gives_earlier_values_and_nothing_before_the_first() -> None:
    """Of numbers as of conditions."""
    np.testing.assert_array_equal(values(lag(CLOSE, 2), [1.0, 2.0, 3.0]), [np.nan, np.nan, 1.0])
    np.testing.assert_array_equal(values(lag(CLOSE, 5), [1.0, 2.0]), [np.nan, np.nan])
    assert values(when(lag(CLOSE > 1, 1), 1, 0), [2.0, 1.0, 1.0]).tolist() == [0, 1, 0]


def test_constants_have_a_value_on_every_candle_and_averages_of_themselves() -> None:
    """A strategy may ask for the same target always."""
    assert values(constant(3), [1.0, 2.0]).tolist() == [3.0, 3.0]
    np.testing.assert_array_equal(values(lag(sma(constant(3), 2), 1), [1.0] * 4), [np.nan, np.nan, 3, 3])
    assert values(lag(constant(3), 2), [1.0, 2.0]).tolist() == [3.0, 3.0]
    assert values(quantile(constant(3), 1, 0.5), [1.0, 2.0]).tolist() == [3.0, 3.0]


def test_dividing_by_nothing_and_overflowing_give_what_floats_give_in_silence() -> None:
    """A volume of 0 must neither raise nor warn."""
    found = values(CLOSE / (OPEN - OPEN), [0.0, 1.0])
    np.testing.assert_array_equal(found, [np.nan, np.inf])
    np.testing.assert_array_equal(
        values(sma(CLOSE * 1e308, 2), [1.0, 9.0, 1.0, 1.0]), [np.nan, np.nan, np.inf, 1e308]
    )
