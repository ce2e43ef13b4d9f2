"""Signals: a target acts when it changes, once its columns have warmed up."""

import numpy as np
import pytest

from streams import signals
from streams.columns import HOLD, constant, lag, sma, when
from streams.columns.column import Column, column
from streams.domain.intents import Intent
from streams.domain.market import Candles, Interval
from streams.domain.money import MAX_QUANTITY
from streams.strategies.base import BARS, Intents, target
from tests.builders import MINUTE, START, candles, instrument

CLOSE = BARS.close


def formed(asked: Intents, *chunks: tuple[Candles, ...]) -> list[Intent]:
    """The intents of chunks fed one after the other."""
    traded = tuple(instrument(each.instrument) for each in chunks[0])
    known = signals.start(asked, Interval.ONE_MINUTE, traded)
    found: list[Intent] = []
    for chunk in chunks:
        known, more = signals.form(known, chunk)
        found.extend(more)
    return found


def rows_and_targets(asked: Intents, closes: list[float]) -> list[tuple[int, int]]:
    """The intents on one instrument's closes, as row and target."""
    return [((each.time - START) // MINUTE, each.target) for each in formed(asked, (candles(closes),))]


def test_a_target_acts_when_it_changes_and_not_while_it_stands() -> None:
    """Three bars of 1, two of 0, one of 1: three intents."""
    above = target(when(CLOSE > 10, 1, 0))
    assert rows_and_targets(above, [11, 12, 13, 9, 8, 11]) == [(0, 1), (3, 0), (5, 1)]


def test_the_first_value_after_warm_up_counts_as_a_change() -> None:
    """Also when it is zero: there was no target before it."""
    assert rows_and_targets(target(constant(0)), [1, 2, 3]) == [(0, 0)]
    assert rows_and_targets(target(sma(CLOSE, 3)), [1, 2, 3, 3]) == [(2, 2)]


def test_rows_within_the_warm_up_never_act() -> None:
    """Even where an operator has a number for them."""
    eager = column("eager", lambda close: np.ones_like(close), CLOSE, own_lookback=3)
    assert rows_and_targets(target(eager), [1, 2, 3, 4, 5]) == [(3, 1)]


def test_the_warm_up_is_that_of_the_whole_expression() -> None:
    """A long look-back in one branch keeps the other branch waiting."""
    asked = target(when(CLOSE > 0, 1, lag(CLOSE, 4)))
    assert rows_and_targets(asked, [1, 2, 3, 4, 5, 6]) == [(4, 1)]


def test_hold_keeps_the_last_target() -> None:
    """No opinion between two equal targets is no change; between two different ones the second acts."""
    asked = target(when(CLOSE > 10, 1, when(CLOSE < 5, 0, HOLD)))
    assert rows_and_targets(asked, [7, 11, 7, 12, 7, 4, 7, 3]) == [(1, 1), (5, 0)]


def test_hold_from_the_start_asks_for_nothing() -> None:
    """There is no last target to keep."""
    assert rows_and_targets(target(HOLD), [1, 2, 3]) == []


def test_a_change_is_seen_across_chunks() -> None:
    """The last target and the look-back outlive the chunk, also over an empty one."""
    # given
    whole = candles([9, 11, 12, 12, 9, 9, 11])
    chunks = [(whole.rows(a, b),) for a, b in ((0, 2), (2, 3), (3, 3), (3, 5), (5, 7))]
    # when
    found = formed(target(when(sma(CLOSE, 2) > 10, 1, 0)), *chunks)
    # then
    assert [(each.sequence, each.time, each.target) for each in found] == [
        (0, START + 1 * MINUTE, 0),
        (1, START + 2 * MINUTE, 1),
        (2, START + 5 * MINUTE, 0),
    ]


def test_intents_are_numbered_in_order_of_time_and_then_of_instrument() -> None:
    """The numbers name the orders: they must not depend on how the candles were chunked."""
    above = target(when(CLOSE > 10, 1, 0))
    first, second = candles([9, 11, 11, 9], key="NSE:A"), candles([9, 11, 9, 9], key="NSE:B")
    at_once = formed(above, (first, second))
    by_row = formed(above, *((first.rows(n, n + 1), second.rows(n, n + 1)) for n in range(4)))
    assert at_once == by_row
    assert [(each.sequence, (each.time - START) // MINUTE, each.instrument) for each in at_once] == [
        (0, 0, 0),
        (1, 0, 1),
        (2, 1, 0),
        (3, 1, 1),
        (4, 2, 1),
        (5, 3, 0),
    ]


def test_history_fills_the_look_back_and_never_acts() -> None:
    """The first candle of the run may act; those before it may not."""
    # given
    asked, before, later = target(sma(CLOSE, 3)), candles([3, 3, 3]), candles([3, 3])
    fresh = signals.start(asked, Interval.ONE_MINUTE, (instrument(),))
    # when
    warmed = signals.warmed(fresh, (before,))
    known, found = signals.form(warmed, (later,))
    # then
    assert found.intents() == (Intent(0, START, 0, 3),)
    assert known.formed == 1


def test_a_history_too_short_fills_what_it_can() -> None:
    """The rest of the warm-up is the run's own."""
    asked = target(sma(CLOSE, 4))
    fresh = signals.start(asked, Interval.ONE_MINUTE, (instrument(),))
    _, found = signals.form(signals.warmed(fresh, (candles([2.0, 2.0]),)), (candles([2.0, 2.0, 2.0]),))
    assert [each.time for each in found] == [START + MINUTE]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (CLOSE * 1e300, MAX_QUANTITY),
        (CLOSE * -1e300, -MAX_QUANTITY),
        (1 / (CLOSE - CLOSE), MAX_QUANTITY),
        (CLOSE * 0.99, 9),
        (CLOSE * -0.99, -9),
    ],
    ids=repr,
)
def test_a_target_is_a_whole_number_within_the_bounds(asked: Column, wanted: int) -> None:
    """Cut toward zero: never more than was asked for."""
    assert rows_and_targets(target(asked), [10]) == [(0, wanted)]
