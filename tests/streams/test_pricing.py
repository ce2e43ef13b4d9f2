"""At what price an order meets a bar: slippage against the trader, limits, triggers, bands."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.money import MAX_PRICE, MAX_QUANTITY
from streams.domain.venue import Slippage
from streams.pricing import (
    BPS,
    HALF_SPREAD,
    TICKS,
    VOLUME_SHARE,
    band_edge,
    impact,
    inside_band,
    limit_at_open,
    limit_within,
    locked,
    model_of,
    slipped,
    stop_at_open,
    stop_within,
    takeable,
    worse,
)

TICK = 500
BUY, SELL = 1, -1


@pytest.mark.parametrize(
    ("sign", "opens", "slippage", "fills"),
    [
        (BUY, 1_000_000, 0, 1_000_000),
        (SELL, 1_000_000, 0, 1_000_000),
        (BUY, 1_000_000, 1000, 1_001_000),
        (SELL, 1_000_000, 1000, 999_000),
        (BUY, 1_000_500, 1000, 1_002_000),
        (SELL, 1_000_500, 1000, 999_000),
        (BUY, 1_000_001, 0, 1_000_500),
        (SELL, 1_000_499, 0, 1_000_000),
        (BUY, 1_000_000, 1, 1_000_500),
        (SELL, 1_000_000, 1, 999_500),
    ],
)
def test_slippage_is_rounded_against_the_trader(sign: int, opens: int, slippage: int, fills: int) -> None:
    """Up to a tick for a buy, down to a tick for a sell, and untouched where it lies on one."""
    assert slipped(sign, opens, BPS, slippage, 10, 1000, TICK) == fills


def test_a_price_never_falls_below_one_tick() -> None:
    """A penny option sold with slippage still has a price."""
    assert slipped(SELL, 499, BPS, 10_000, 1, 1, TICK) == TICK
    assert slipped(SELL, 1000, TICKS, 9, 1, 1, TICK) == TICK


def test_ticks_are_counted_from_the_tick_at_or_beyond_the_price() -> None:
    """Two ticks of five paise from 100.02: bought at 100.15, sold at 99.90."""
    assert slipped(BUY, 1_000_200, TICKS, 2, 10, 1000, TICK) == 1_001_500
    assert slipped(SELL, 1_000_200, TICKS, 2, 10, 1000, TICK) == 999_000


def test_half_a_spread_is_half_of_what_is_assumed() -> None:
    """A spread of 0.1 % costs 0.05 % either way."""
    assert slipped(BUY, 1_000_000, HALF_SPREAD, 1000, 10, 1000, TICK) == 1_000_500
    assert slipped(SELL, 1_000_000, HALF_SPREAD, 1000, 10, 1000, TICK) == 999_500


def test_the_impact_of_a_share_of_the_volume_grows_with_its_square() -> None:
    """A tenth of the bar moves the price by a hundredth of what the whole bar would."""
    assert impact(VOLUME_SHARE, 100_000, 100, 1000) == 2 * 1000
    assert impact(VOLUME_SHARE, 100_000, 1000, 1000) == 2 * 100_000
    assert impact(VOLUME_SHARE, 100_000, 10, 0) == 2 * 100_000
    assert slipped(BUY, 1_000_000, VOLUME_SHARE, 100_000, 100, 1000, TICK) == 1_001_000


@given(
    st.sampled_from([BUY, SELL]),
    st.integers(1, MAX_PRICE),
    st.sampled_from([model_of(each) for each in Slippage if each is not Slippage.TICKS]),
    st.integers(0, 1_000_000),
    st.integers(1, MAX_QUANTITY),
    st.integers(0, 10**12),
    st.sampled_from([1, 100, 500, 2500]),
)
def test_a_fill_is_the_nearest_tick_at_or_beyond_the_slipped_price(
    sign: int, price: int, model: int, amount: int, quantity: int, volume: int, tick: int
) -> None:
    """Worse for the trader by less than a tick, never better; nothing on the way leaves 64 bits."""
    parts = impact(model, amount, quantity, volume)
    paid = slipped(sign, price, model, amount, quantity, volume, tick)
    exact = Fraction(price) * (1 + sign * Fraction(parts, 2_000_000))
    assert paid % tick == 0
    assert 0 <= (paid - exact) * sign < tick or paid == tick
    assert price * (2_000_000 + parts) < 2**63


def test_a_limit_fills_at_the_open_where_that_is_better_and_else_where_the_bar_touches_it() -> None:
    """A limit of 99 to buy, of 101 to sell."""
    assert [limit_at_open(BUY, opens, 99) for opens in (98, 99, 100)] == [98, 99, 0]
    assert [limit_at_open(SELL, opens, 101) for opens in (102, 101, 100)] == [102, 101, 0]
    assert [limit_within(BUY, 105, low, 99) for low in (98, 99, 100)] == [99, 99, 0]
    assert [limit_within(SELL, high, 95, 101) for high in (102, 101, 100)] == [101, 101, 0]


def test_a_stop_triggers_at_the_open_where_that_has_gapped_through_and_else_where_the_bar_touches_it() -> (
    None
):
    """A trigger of 101 to buy, of 99 to sell."""
    assert [stop_at_open(BUY, opens, 101) for opens in (102, 101, 100)] == [102, 101, 0]
    assert [stop_at_open(SELL, opens, 99) for opens in (98, 99, 100)] == [98, 99, 0]
    assert [stop_within(BUY, high, 95, 101) for high in (102, 101, 100)] == [101, 101, 0]
    assert [stop_within(SELL, 105, low, 99) for low in (98, 99, 100)] == [99, 99, 0]


def test_a_band_ends_on_ticks_inside_it() -> None:
    """Ten per cent about 123.45: from 111.15 to 135.75; unknown closes have none."""
    assert band_edge(1, 1_234_500, 100_000, TICK) == 1_357_500
    assert band_edge(-1, 1_234_500, 100_000, TICK) == 1_111_500
    assert band_edge(1, 0, 100_000, TICK) == band_edge(1, 1_234_500, 0, TICK) == 0


def test_a_bar_locked_at_its_band_has_nobody_on_the_other_side() -> None:
    """At the upper edge nobody sells: a purchase does not fill, a sale does."""
    assert locked(BUY, 1100, 1100, 1100)
    assert not locked(SELL, 1100, 1100, 900)
    assert not locked(BUY, 1100, 1099, 1100)
    assert locked(SELL, 900, 900, 900)
    assert not locked(BUY, 1100, 1100, 0)


def test_slippage_ends_at_the_band_but_makes_no_price_better_than_the_market() -> None:
    """Where the market itself is beyond a band that we assume, its price holds."""
    assert inside_band(BUY, 1105, 1099, 1100) == 1100
    assert inside_band(BUY, 1105, 1102, 1100) == 1102
    assert inside_band(SELL, 895, 901, 900) == 900
    assert inside_band(BUY, 1105, 1099, 0) == 1105


def test_what_may_be_taken_of_a_bar_is_whole_lots_of_its_share() -> None:
    """A tenth of 1,234 in lots of 25 is 100; no cap is said by -1."""
    assert takeable(1234, 100_000, 25) == 100
    assert takeable(1234, 0, 25) == -1
    assert takeable(0, 100_000, 1) == 0


@given(st.sampled_from([BUY, SELL]), st.integers(1, MAX_PRICE), st.sampled_from([1, 5, 500]))
def test_nothing_made_worse_is_the_price_on_its_grid(sign: int, price: int, tick: int) -> None:
    """Up for a buy, down for a sale."""
    assert 0 <= (worse(sign, price, 0, tick) - price) * sign < tick or price < tick
