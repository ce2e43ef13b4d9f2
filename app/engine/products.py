"""How positions are carried: what a trader expects on these candles, what cannot be, and when they end."""

from collections.abc import Collection, Iterable

from streams.domain.market import MICROSECONDS, Exchange, Instrument, InstrumentKind, Interval
from streams.domain.orders import ProductType

SQUARE_OFF_BEFORE = 15
SESSION = 375
"""Minutes of a full session of the share markets; commodities close at several times of the evening."""


def expected_product(interval: Interval, instruments: Iterable[Instrument]) -> ProductType:
    """INTRADAY within the day; over days shares are delivered and derivatives carried on margin."""
    if interval is not Interval.ONE_DAY:
        return ProductType.INTRADAY
    return ProductType.MARGIN if any(map(_derivative, instruments)) else ProductType.CNC


def product_refusal(
    product: ProductType, interval: Interval, instruments: Iterable[Instrument]
) -> str | None:
    """Why positions in these cannot be carried so on such candles, if they cannot."""
    if product is ProductType.INTRADAY and interval is Interval.ONE_DAY:
        return (
            "An INTRADAY position is closed within the day, and daily candles show no time within it:"
            " choose CNC or MARGIN, or shorter candles."
        )
    if product is ProductType.CNC and any(map(_derivative, instruments)):
        return "Derivatives cannot be delivered: choose MARGIN or INTRADAY."
    return None


def square_off_before(
    products: Collection[ProductType], interval: Interval, instruments: Iterable[Instrument]
) -> int | None:
    """How many minutes before the close INTRADAY positions end: time for one more candle, to fill at."""
    if ProductType.INTRADAY not in products:
        return None
    return max(SQUARE_OFF_BEFORE, *(last_candle(interval, each) for each in instruments))


def last_candle(interval: Interval, instrument: Instrument) -> int:
    """The most minutes a session's last candle may last."""
    minutes = interval.microseconds // (60 * MICROSECONDS)
    evening = instrument.key.startswith(f"{Exchange.MCX}:")
    return minutes if evening else (SESSION - 1) % minutes + 1


def _derivative(instrument: Instrument) -> bool:
    return instrument.kind in (InstrumentKind.FUTURE, InstrumentKind.OPTION)
