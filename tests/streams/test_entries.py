"""Entries at the simulated exchange: order types, validity, latency, a share of the volume, bands, slices."""

from typing import Any

import pytest

from streams.domain.intents import Manner
from streams.domain.orders import Leg, OrderStatus, OrderType, Validity
from streams.domain.venue import Slippage, Venue
from streams.state import Terms
from tests.builders import MINUTE, RUPEE, START, terms
from tests.streams.desk import placed, refused
from tests.streams.floor import Came, Row, at, candles, traded

S = OrderStatus
FLAT: Row = (100.0, 100.0, 100.0, 100.0)
DAY = 24 * 60 * MINUTE
LIMIT, STOP, STOP_LIMIT = (
    Manner(order_type=each) for each in (OrderType.LIMIT, OrderType.STOP_LOSS_MARKET, OrderType.STOP_LOSS)
)


def venue(**more: Any) -> Terms:
    """Terms with this venue."""
    return terms()._replace(venue=Venue(**more))


def entered(row: int, signed: int, price: float) -> Came:
    """An entry's fill."""
    return Came(row, Leg.ENTRY, signed, price)


# --- Limit orders.


def test_a_limit_rests_until_a_bar_touches_it() -> None:
    """Filled at its price; at the open where that is better."""
    asked = at(0, 10, LIMIT, limit_price=98 * RUPEE)
    touched = candles(FLAT, FLAT, (100, 101, 98, 99), FLAT)
    assert traded(touched, asked).fills == [entered(2, 10, 98.0)]
    gapped = candles(FLAT, FLAT, (97, 101, 96, 99), FLAT)
    assert traded(gapped, asked).fills == [entered(2, 10, 97.0)]


def test_a_limit_never_slips() -> None:
    """It is filled at its price or better, or not at all."""
    asked = at(0, -10, LIMIT, limit_price=102 * RUPEE)
    market = candles(FLAT, (100, 103, 99, 100))
    assert traded(market, asked, agreed=venue(amount=5000)).fills == [entered(1, -10, 102.0)]


def test_an_offset_counts_ticks_from_the_close_to_the_better_side() -> None:
    """Four ticks of five paise below 100 to buy, above it to sell."""
    manner = LIMIT._replace(limit_offset=4)
    for target, price in ((10, 99.8), (-10, 100.2)):
        (order,) = placed(traded(candles(FLAT), at(0, target, manner)).effects)
        assert order.limit_price == round(price * RUPEE)


# --- Stop orders.


def test_a_stop_entry_triggers_where_the_bar_reaches_it_and_slips() -> None:
    """Bought at 101 and ten basis points, rounded up to the tick: 101.15."""
    asked = at(0, 10, STOP, trigger_price=101 * RUPEE)
    market = candles(FLAT, (100, 100.95, 99, 100), (100, 101, 99, 100))
    assert traded(market, asked, agreed=venue(amount=1000)).fills == [entered(2, 10, 101.15)]


def test_a_stop_entry_that_is_gapped_through_fills_at_the_open() -> None:
    """Sold at 95, though the trigger was 98."""
    asked = at(0, -10, STOP, trigger_price=98 * RUPEE)
    assert traded(candles(FLAT, (95, 99, 94, 98)), asked).fills == [entered(1, -10, 95.0)]


def test_a_stop_limit_fills_at_its_trigger_where_the_limit_allows() -> None:
    """Triggered at 101, limited to 102."""
    asked = at(0, 10, STOP_LIMIT, trigger_price=101 * RUPEE, limit_price=102 * RUPEE)
    market = candles(FLAT, (100, 103, 99, 102))
    assert traded(market, asked, agreed=venue(amount=5000)).fills == [entered(1, 10, 101.0)]


def test_a_stop_limit_that_is_gapped_beyond_its_limit_rests_as_a_limit_from_the_next_bar() -> None:
    """Opened at 105 and came back to 102 within the bar: too late for that bar."""
    asked = at(0, 10, STOP_LIMIT, trigger_price=101 * RUPEE, limit_price=102 * RUPEE)
    market = candles(FLAT, (105, 106, 101, 103), (104, 105, 103, 104), (103, 104, 101.5, 103))
    assert traded(market, asked).fills == [entered(3, 10, 102.0)]


# --- How long an order rests.


def test_a_day_order_expires_before_the_first_bar_of_another_day() -> None:
    """Though that bar would have filled it."""
    asked = at(0, 10, LIMIT, limit_price=98 * RUPEE)
    times = [START, START + MINUTE, START + DAY]
    done = traded(candles(FLAT, FLAT, (97, 97, 97, 97), times=times), asked)
    assert (done.fills, done.ended(S.EXPIRED)) == ([], ["intent:0/ENTRY/0/0"])


def test_an_order_of_the_last_candle_is_the_next_sessions() -> None:
    """It meets that day whole, and expires on the one after."""
    asked = at(0, 10, LIMIT, limit_price=98 * RUPEE)
    times = [START, START + DAY, START + DAY + MINUTE, START + 2 * DAY]
    filled = traded(candles(FLAT, FLAT, (97, 97, 97, 97), FLAT, times=times), asked)
    assert [each.price for each in filled.fills] == [97.0]
    expired = traded(candles(FLAT, FLAT, FLAT, (97, 97, 97, 97), times=times), asked)
    assert (expired.fills, len(expired.ended(S.EXPIRED))) == ([], 1)


def test_what_an_immediate_order_does_not_fill_in_its_first_bar_is_cancelled() -> None:
    """Nothing of a limit that is not touched, the rest of what the volume did not give."""
    market = candles(FLAT, FLAT, (97, 97, 97, 97), volume=100)
    limit = at(0, 10, LIMIT._replace(validity=Validity.IOC), limit_price=98 * RUPEE)
    assert traded(market, limit).fills == []
    assert len(traded(market, limit).ended(S.CANCELLED)) == 1
    part = traded(market, at(0, 10, Manner(validity=Validity.IOC)), agreed=venue(participation=40_000))
    assert part.fills == [entered(1, 4, 100.0)]
    assert len(part.ended(S.CANCELLED)) == 1


def test_latency_costs_an_order_its_first_bars() -> None:
    """Two bars go by before it is there."""
    market = candles(FLAT, (101, 101, 101, 101), (102, 102, 102, 102), (103, 103, 103, 103), FLAT)
    assert traded(market, at(0, 10), agreed=venue(latency=2)).fills == [entered(3, 10, 103.0)]


# --- A share of the volume.


def test_no_more_is_filled_of_a_bar_than_its_share_and_the_rest_goes_on_at_the_next_open() -> None:
    """Two per cent of a thousand is twenty a bar."""
    market = candles(FLAT, FLAT, (101, 101, 101, 101), (102, 102, 102, 102))
    done = traded(market, at(0, 50), agreed=venue(participation=20_000))
    assert done.fills == [entered(1, 20, 100.0), entered(2, 20, 101.0), entered(3, 10, 102.0)]


def test_the_share_is_for_all_orders_of_the_bar_together_in_sequence() -> None:
    """The exit goes first; what is left of the bar is the flip's entry's."""
    market = candles(FLAT, FLAT, FLAT, FLAT, FLAT)
    done = traded(market, at(0, 20), at(1, -20), agreed=venue(participation=30_000))
    assert done.fills == [
        entered(1, 20, 100.0),
        Came(2, Leg.EXIT, -20, 100.0),
        entered(2, -10, 100.0),
        entered(3, -10, 100.0),
    ]


def test_shares_are_whole_lots() -> None:
    """A share of 20 in lots of 15 gives one lot a bar."""
    agreed = terms(lot_size=15)._replace(venue=Venue(participation=20_000))
    done = traded(candles(FLAT, FLAT, FLAT), at(0, 30), agreed=agreed)
    assert [each.signed for each in done.fills] == [15, 15]


def test_the_impact_of_volume_is_that_of_each_fill() -> None:
    """Half of the bar at 1 % for the whole of it: a quarter of a per cent."""
    agreed = terms()._replace(venue=Venue(Slippage.VOLUME_SHARE, 10_000))
    done = traded(candles(FLAT, FLAT), at(0, 500), agreed=agreed)
    assert done.fills == [entered(1, 500, 100.25)]


# --- Bands and freeze quantities.


def banded(price_band: int, freeze_quantity: int = 0) -> Terms:
    """Terms with a price band in parts per million."""
    (one,) = terms().instruments
    return terms()._replace(
        instruments=(one._replace(price_band=price_band, freeze_quantity=freeze_quantity),)
    )


def test_a_price_beyond_the_days_band_is_refused_by_name() -> None:
    """Ten per cent below yesterday's close of 100 is still permitted, a tick more is not."""
    times = [START, START + DAY]
    market = candles(FLAT, FLAT, times=times)
    for price, refusals in ((90 * RUPEE, 0), (90 * RUPEE - 500, 1)):
        asked = at(0, 10, LIMIT, limit_price=price)._replace(time=times[1])
        decisions = refused(traded(market, asked, agreed=banded(100_000)).effects)
        assert len(decisions) == refusals
    assert decisions[0].decision.verdicts[-1].rule == "price_band"


@pytest.mark.parametrize(("target", "price"), [(10, 109.0), (-10, 110.0)])
def test_a_bar_locked_at_its_band_fills_nothing_on_the_wrong_side(target: int, price: float) -> None:
    """At the upper edge of 110 nobody sells to us until it opens; we can sell to them."""
    market = candles(
        FLAT, (110, 110, 110, 110), (109, 110, 108, 109), times=[START, START + DAY, START + DAY + MINUTE]
    )
    assert [each.price for each in traded(market, at(0, target), agreed=banded(100_000)).fills] == [price]


def test_slippage_ends_at_the_band() -> None:
    """One per cent over 109.50 would be beyond 110."""
    agreed = banded(100_000)._replace(venue=Venue(amount=10_000))
    market = candles(FLAT, (109.5, 110, 108, 109), times=[START, START + DAY])
    assert [each.price for each in traded(market, at(0, 10), agreed=agreed).fills] == [110.0]


def test_an_order_above_the_freeze_quantity_is_made_in_slices() -> None:
    """Each judged by itself; the first refusal ends it."""
    done = traded(candles(FLAT, FLAT), at(0, 10), agreed=banded(0, 4))
    assert [(each.key.slice, each.quantity) for each in placed(done.effects)] == [(0, 4), (1, 4), (2, 2)]
    assert [each.signed for each in done.fills] == [4, 4, 2]
