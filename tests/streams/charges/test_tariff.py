"""The tariff's data: complete, in order, each rate with its source, and no rate out of reason."""

from collections import Counter

import pytest

from streams.charges import INDIAN, Rates, Segment, rates_by_day, segment_of
from streams.charges.tariff import TARIFF
from streams.domain.market import Exchange, Instrument
from streams.domain.orders import ProductType
from tests.streams.charges.worked import (
    BSE_EQUITY,
    CNC,
    EQUITY,
    FUTURE,
    GOLD,
    GOLD_OPTION,
    INTRADAY,
    MARGIN,
    OPTION,
    SENSEX_FUTURE,
    SENSEX_OPTION,
)

TRADED = (EQUITY, FUTURE, OPTION, BSE_EQUITY, SENSEX_FUTURE, SENSEX_OPTION, GOLD, GOLD_OPTION)


def test_every_line_names_a_rate_and_its_source() -> None:
    """And one day has one line for an item, segment and exchange."""
    assert {line.item for line in TARIFF} == set(Rates._fields)
    assert all(line.source and line.amount >= 0 for line in TARIFF)
    places = Counter(
        (line.item, segment, line.exchange, line.since) for line in TARIFF for segment in line.segments
    )
    assert set(places.values()) == {1}


def test_no_item_is_told_both_for_one_exchange_and_for_all() -> None:
    """Which of the two held would depend on their order."""
    told: dict[tuple[str, Segment], set[Exchange | None]] = {}
    for line in TARIFF:
        for segment in line.segments:
            told.setdefault((line.item, segment), set()).add(line.exchange)
    assert all(exchanges == {None} or None not in exchanges for exchanges in told.values())


@pytest.mark.parametrize("instrument", TRADED, ids=lambda each: each.key)
@pytest.mark.parametrize("product", ProductType)
def test_every_segment_has_all_that_is_charged_in_it(instrument: Instrument, product: ProductType) -> None:
    """On every day: taxes, fees and the grains of its note, none of them out of reason."""
    for _, rates in rates_by_day(INDIAN, instrument, product):
        assert 0 < rates.stt_sell <= 1_500_000
        assert 0 <= rates.exchange <= 505_000
        assert (rates.exchange == 0) == (instrument is SENSEX_FUTURE)
        assert (rates.sebi, rates.gst) == (1_000, 180_000_000)
        assert 0 < rates.stamp <= 150_000
        assert (rates.tax_grain, rates.grain) == (10_000, 100)


def test_brokerage_and_dp_follow_the_segment() -> None:
    """Delivery is free of brokerage and pays the depository; the others the other way round."""
    for instrument in TRADED:
        for product in ProductType:
            segment = segment_of(instrument, product)
            rates = rates_by_day(INDIAN, instrument, product)[-1][1]
            paid = (rates.brokerage_flat, rates.brokerage_rate, rates.brokerage_cap, rates.dp)
            if segment is Segment.DELIVERY:
                assert paid == (0, 0, 0, 125_000)
            elif segment in (Segment.OPTIONS, Segment.COMMODITY_OPTIONS):
                assert paid == (200_000, 0, 0, 0)
            else:
                assert paid == (0, 300_000, 200_000, 0)


def test_equity_is_delivery_or_intraday_by_the_orders_product_type() -> None:
    """Whatever becomes of the position on the day."""
    assert [segment_of(EQUITY, each) for each in (CNC, MARGIN, INTRADAY)] == [
        *(Segment.DELIVERY, Segment.DELIVERY, Segment.INTRADAY)
    ]
