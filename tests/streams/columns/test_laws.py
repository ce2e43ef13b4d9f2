"""The laws of every operator and indicator: no look-ahead, any chunks, and a look-back that is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.columns import lookback
from streams.domain.market import Chunk, Interval
from tests.streams.columns.every import BOUNDED, EVERY, operators
from tests.streams.columns.markets import BOTH, bits, chunks, cut, evaluated, moments, unhurried

each_operator = pytest.mark.parametrize("name", EVERY)
each_bounded = pytest.mark.parametrize("name", BOUNDED)


def test_every_exported_operator_is_held_to_the_laws() -> None:
    """A new one is not let in without its row in the table."""
    assert operators() <= set(EVERY)


@each_operator
@unhurried
@given(chunk=chunks(), data=st.data())
def test_later_candles_change_no_value(name: str, chunk: Chunk, data: st.DataObject) -> None:
    """Prefix: the values over the first candles are the first of the values over all of them."""
    # given
    times = moments(chunk) or [0]
    end = data.draw(st.sampled_from(times))
    shorter = cut(chunk, [end])[0]
    # when
    whole, warm = evaluated(EVERY[name], chunk)
    prefix, earlier_warm = evaluated(EVERY[name], shorter)
    # then
    for own, each in enumerate(shorter):
        assert earlier_warm[own] == min(warm[own], len(each))
        for root in range(len(EVERY[name])):
            assert bits(prefix[own][root]) == bits(whole[own][root][: len(each)])


@each_operator
@unhurried
@given(chunk=chunks(most=60), data=st.data())
def test_chunks_change_no_value(name: str, chunk: Chunk, data: st.DataObject) -> None:
    """One by one or cut anywhere: the same bits as at once, and the same rows warm."""
    times = moments(chunk)
    places = st.lists(st.sampled_from(times or [0]), max_size=8)
    edges = data.draw(places | st.just(times))
    whole, warm = evaluated(EVERY[name], chunk)
    found, counted = evaluated(EVERY[name], chunk, edges)
    assert counted == warm
    for own in range(len(chunk)):
        for root in range(len(EVERY[name])):
            assert found[own][root].dtype == whole[own][root].dtype
            assert bits(found[own][root]) == bits(whole[own][root])


@each_bounded
@unhurried
@given(chunk=chunks(most=250), data=st.data())
def test_past_the_warm_up_it_does_not_matter_where_the_series_starts(
    name: str, chunk: Chunk, data: st.DataObject
) -> None:
    """Warm-up: a later start gives the same bits on every row it calls warm."""
    # given
    late = data.draw(st.sampled_from(moments(chunk) or [0]))
    rest = cut(chunk, [late])[-1]
    whole, _ = evaluated(BOUNDED[name], chunk)
    # when
    found, _ = evaluated(BOUNDED[name], rest)
    # then
    for root, column in enumerate(BOUNDED[name]):
        _, warm = evaluated([column], rest)
        for own, each in enumerate(rest):
            expected = whole[own][root][len(chunk[own]) - len(each) :]
            assert bits(found[own][root][warm[own] :]) == bits(expected[warm[own] :])


@each_bounded
@unhurried
@given(chunk=chunks(most=250))
def test_the_derived_look_back_is_enough_where_no_candle_is_missing(name: str, chunk: Chunk) -> None:
    """So a run that loads that many candles before its start is warm from its first candle on."""
    full = all(len(each) == len(moments(chunk)) for each in chunk)
    for column in BOUNDED[name]:
        needs = lookback(column, Interval.ONE_MINUTE, BOTH)
        _, warm = evaluated([column], chunk)
        if full:
            assert all(rows <= needs for rows in warm)
