"""Signals of entries, exits, sizes, prices, distances, legs and references."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import signals
from streams.columns import HOLD, lag, market, sma, when
from streams.domain.intents import NOWHERE, Action, Distance, Intent
from streams.domain.market import Chunk, Interval
from streams.domain.money import MAX_PRICE, MAX_QUANTITY, PPM
from streams.frames import moments
from streams.strategies.base import BARS
from streams.strategies.language import (
    Intents,
    capital_percent,
    entries,
    legs,
    limit_order,
    percent,
    points,
    quantity,
    stop_order,
    target,
    value,
)
from tests import builders
from tests.builders import MINUTE, START, at_once, candles, cut, instrument, one_by_one, unhurried

close, opened = BARS.close, BARS.open
up, down = close > 10, close < 5


def formed(asked: Intents, chunks: list[Chunk], references: int = 0) -> list[Intent]:
    """The intents of chunks whose last series are references."""
    listed = tuple(instrument(each.instrument) for each in chunks[0])
    traded = len(listed) - references
    known = signals.start(asked, Interval.ONE_MINUTE, listed[:traded], listed[traded:])
    found: list[Intent] = []
    for chunk in chunks:
        known, more = signals.form(known, chunk)
        found.extend(more)
    return found


def of(asked: Intents, closes: list[float]) -> list[Intent]:
    """The intents on one instrument's closes."""
    return formed(asked, [(candles(closes),)])


def told(asked: Intents, closes: list[float]) -> list[tuple[int, str, int]]:
    """The same as row, action and target."""
    return [((each.time - START) // MINUTE, each.action.value, each.target) for each in of(asked, closes)]


def test_an_entry_acts_where_its_condition_becomes_true_and_not_while_it_stands() -> None:
    """And again once it has been false in between: a re-entry after a stop works."""
    assert told(entries(long=up, size=quantity(3)), [9, 11, 12, 13, 9, 11, 12]) == [
        (1, "ENTER", 3),
        (5, "ENTER", 3),
    ]


def test_a_condition_that_was_never_seen_false_does_not_act() -> None:
    """What has been true since before the first candle has not become true."""
    assert told(entries(long=up), [11, 12, 13]) == []
    assert told(entries(long=sma(close, 3) > 10), [11, 12, 13, 14]) == []


def test_an_exit_closes_the_side_it_names() -> None:
    """With the sign of the position it closes; on one candle exits come before entries."""
    both = entries(long=up, short=down, exit_long=down, exit_short=up, size=quantity(2))
    assert told(both, [7, 11, 4, 11]) == [
        (1, "EXIT", -1),
        (1, "ENTER", 2),
        (2, "EXIT", 1),
        (2, "ENTER", -2),
        (3, "EXIT", -1),
        (3, "ENTER", 2),
    ]


def test_both_ways_at_once_enters_neither() -> None:
    """A candle cannot be a reason to buy and to sell."""
    assert told(entries(long=up, short=close > 11), [9, 12, 9, 11, 12]) == [(3, "ENTER", 1), (4, "ENTER", -1)]


def test_history_tells_whether_a_condition_was_true_before_the_run() -> None:
    """Only what becomes true within the run acts; its first candle can."""
    asked = entries(long=up)
    for before, expected in ((9.0, [START]), (11.0, [])):
        fresh = signals.start(asked, Interval.ONE_MINUTE, (instrument(),))
        earlier = candles([before], times=[START - MINUTE])
        _, found = signals.form(signals.warmed(fresh, (earlier,)), (candles([11.0, 12.0]),))
        assert [each.time for each in found] == expected


def test_a_size_is_read_on_the_candle_that_acts() -> None:
    """Cut toward zero; where it is missing or comes to nothing there is no entry."""
    sized = entries(long=up, size=quantity(lag(close, 1) * 1.5))
    assert told(sized, [9, 9, 12, 9, 12]) == [(2, "ENTER", 13), (4, "ENTER", 13)]
    assert told(entries(long=up, size=quantity(when(close > 11.5, 7, HOLD))), [9, 11, 9, 12]) == [
        (3, "ENTER", 7)
    ]
    assert told(entries(long=up, size=quantity(close - 11)), [9, 11, 9, 10.5, 9, 11.5, 9, 13]) == [
        (7, "ENTER", 2)
    ]


def test_an_exit_needs_no_size() -> None:
    """What there is to close does not depend on what would be bought."""
    assert told(entries(long=up, exit_long=down, size=quantity(HOLD)), [7, 11, 4]) == [(2, "EXIT", 1)]


def test_a_sized_target_acts_when_its_column_changes_and_not_when_its_size_does() -> None:
    """Or a size that breathes with the price would trade on each candle."""
    asked = target(when(up, 1, when(down, -0.5, HOLD)), size=quantity(close * 10))
    assert told(asked, [11, 12, 13, 7, 4, 3]) == [(0, "TARGET", 110), (4, "TARGET", -20)]


def test_a_target_whose_size_is_missing_waits_until_it_is_there() -> None:
    """No opinion yet; but a target of nothing needs no size."""
    asked = target(when(up, 1, 0), size=quantity(when(close > 12, 5, HOLD)))
    assert told(asked, [11, 12, 13, 12, 4, 13]) == [(2, "TARGET", 5), (4, "TARGET", 0), (5, "TARGET", 5)]


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        (value(1000), 10_000_000),
        (value(close), 120_000),
        (capital_percent(12.5), 125_000),
        (capital_percent(close * 1e9), 10 * PPM),
        (quantity(close * 1e300), MAX_QUANTITY),
        (value(close * 1e300), MAX_PRICE * MAX_QUANTITY),
    ],
    ids=repr,
)
def test_a_size_is_a_whole_number_in_its_measure_and_bounded(size: Any, wanted: int) -> None:
    """Money in units, shares in parts per million; products of them fit 64 bits."""
    assert [each.target for each in of(entries(long=up, size=size), [9, 12])] == [wanted]


def test_prices_are_units_half_to_even_and_an_entry_waits_for_none() -> None:
    """An entry whose price is missing, zero or negative is not asked for."""
    (intent,) = of(entries(long=up, order=limit_order(close * 0 + 10.00005)), [9, 12])
    assert (intent.limit_price, intent.trigger_price) == (100_000, 0)
    (intent,) = of(entries(long=up, order=stop_order(close + 1, close + 1.25)), [9, 12])
    assert (intent.limit_price, intent.trigger_price) == (132_500, 130_000)
    for missing in (HOLD, close - close, -close):
        assert of(entries(long=up, order=limit_order(missing)), [9, 12, 9, 12]) == []


def test_a_target_that_gives_back_needs_no_price() -> None:
    """A position must not be kept because a limit cannot be computed."""
    asked = target(when(up, 1, 0), order=limit_order(when(up, close, HOLD)))
    assert [(each.target, each.limit_price) for each in of(asked, [11, 9])] == [(1, 110_000), (0, 0)]


def test_distances_are_read_on_the_candle_that_enters() -> None:
    """Points in units, per cent in parts per million; an exit carries none."""
    asked = entries(
        long=up,
        exit_long=down,
        stop_loss=points(close / 8),
        take_profit=percent(2.5),
        trailing_stop=percent(close / 10),
    )
    enter, leave = of(asked, [9, 12, 4])
    assert (enter.stop_loss, enter.take_profit, enter.trailing_stop) == (
        Distance(15_000, 0),
        Distance(0, 25_000),
        Distance(0, 12_000),
    )
    assert (leave.stop_loss, leave.take_profit, leave.trailing_stop) == (NOWHERE,) * 3


def test_a_distance_that_is_missing_is_none_and_one_below_nothing_is_the_least() -> None:
    """A stop on the wrong side of the price would be no stop."""
    asked = entries(
        long=up, stop_loss=points(HOLD), take_profit=points(close - 20), trailing_stop=percent(opened - 10)
    )
    (intent,) = of(asked, [10, 12])
    assert (intent.stop_loss, intent.take_profit, intent.trailing_stop) == (
        NOWHERE,
        Distance(1, 0),
        Distance(0, 1),
    )


def test_legs_act_on_the_candles_of_the_first_instrument() -> None:
    """All at once, whether or not the others have a candle then; `row` is their last one by then."""
    first = candles([9, 12, 12, 4], key="NSE:A")
    second = candles([7, 7], key="NSE:B", times=[START, START + 2 * MINUTE])
    asked = legs({0: target(when(up, 1, -1)), 1: target(when(up, -2, 2))})
    known = signals.start(asked, Interval.ONE_MINUTE, (instrument("NSE:A"), instrument("NSE:B")))
    found = signals.form(known, (first, second))[1]
    assert [(each.instrument, (each.time - START) // MINUTE, each.target) for each in found] == [
        (0, 0, -1),
        (1, 0, 2),
        (0, 1, 1),
        (1, 1, -2),
        (0, 3, -1),
        (1, 3, 2),
    ]
    assert found.row.tolist() == [0, 0, 1, 0, 3, 1]


def test_a_strategy_that_needs_more_instruments_is_refused() -> None:
    """Before it starts."""
    with pytest.raises(ValueError, match="needs 2 instruments and the run has 1"):
        signals.start(legs({1: target(1)}), Interval.ONE_MINUTE, (instrument(),))


def test_a_reference_is_read_and_not_traded() -> None:
    """Its candles follow the traded ones in the chunk."""
    asked = entries(long=market("NSE:NIFTY").close > 100)
    own, nifty = candles([9, 9, 9], key="NSE:A"), candles([99, 101, 102], key="NSE:NIFTY")
    assert asked.markets == ("NSE:NIFTY",)
    assert asked.references(("NSE:A",)) == ("NSE:NIFTY",)
    found = formed(asked, [(own, nifty)], references=1)
    assert [(each.instrument, each.time) for each in found] == [(0, START + MINUTE)]
    assert asked.references(("NSE:A", "NSE:NIFTY")) == ()


def test_intents_as_tuples_say_what_the_columns_say() -> None:
    """Lazily: who wants columns never pays for tuples."""
    asked = entries(long=up, exit_long=down, order=limit_order(close), stop_loss=points(2), tag="x")
    known = signals.start(asked, Interval.ONE_MINUTE, (instrument(),))
    known, found = signals.form(known, (candles([9, 12, 4, 12]),))
    assert len(found) == known.formed == 3
    assert found.intents()[1] == Intent(1, START + 2 * MINUTE, 0, 1, Action.EXIT, manner=found.manners[0])
    assert [each.sequence for each in found] == [0, 1, 2]
    assert found.row.tolist() == [1, 2, 3]
    assert found.limit_price.tolist() == [120_000, 0, 120_000]
    assert found.stop_loss.points.tolist() == [20_000, 0, 20_000]


EVERYTHING = {
    "entries": entries(
        long=close > sma(close, 3),
        short=close < lag(close, 2),
        exit_long=close < sma(close, 5),
        exit_short=close > opened,
        size=quantity(when(close > 500, close - 495, HOLD)),
        order=limit_order(when(close > opened, opened, HOLD)),
        stop_loss=points(close - opened),
        trailing_stop=percent(close / opened),
    ),
    "target": target(
        when(close > sma(close, 3), 1, when(close < opened, -1, HOLD)),
        size=value(when(close < 500, close * 20, HOLD)),
        order=stop_order(lag(close, 1)),
    ),
    "legs": legs({0: target(when(close > opened, 1, -1)), 1: entries(long=close > lag(close, 3))}),
}


@pytest.mark.parametrize("asked", EVERYTHING.values(), ids=EVERYTHING.keys())
@unhurried
@given(seed=builders.SEED, data=st.data())
def test_what_is_asked_does_not_depend_on_the_chunks(asked: Intents, seed: int, data: st.DataObject) -> None:
    """Rows, sizes, prices and distances alike, on two instruments that lack candles now and then."""
    # given
    chunk = builders.market(seed, bars=30, count=2, missing=data.draw(st.sampled_from([0.0, 0.3])))
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist()), max_size=6))
    # when
    whole = formed(asked, at_once(chunk))
    # then
    assert formed(asked, one_by_one(chunk)) == whole
    assert formed(asked, cut(chunk, cuts)) == whole
    assert np.all(np.diff([each.time for each in whole]) >= 0)
