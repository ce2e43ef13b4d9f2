"""The Indian tariff as data: one line for each rate, with the date it came into force and where it is from.

Rates are parts per billion of a fill's value (0.1 % is 1,000,000), amounts are units of 1e-4 rupee. A day
before an item's first line is charged by that line. Brokerage is Dhan's published one of 2026 throughout: a
backtest asks what trading would cost at this broker.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from streams.domain.market import Exchange, Instrument, InstrumentKind
from streams.domain.orders import ProductType


class Segment(StrEnum):
    """What the tariffs tell apart. Delivery or intraday is the order's product type, not what came of it."""

    DELIVERY = "DELIVERY"
    INTRADAY = "INTRADAY"
    FUTURES = "FUTURES"
    OPTIONS = "OPTIONS"
    COMMODITY_FUTURES = "COMMODITY_FUTURES"
    COMMODITY_OPTIONS = "COMMODITY_OPTIONS"


class Rates(NamedTuple):
    """What one segment of one exchange costs on one day, integers only.

    An order pays `brokerage_flat` and, up to `brokerage_cap`, `brokerage_rate` of its value. `exchange`
    includes the investor protection fund; `stamp` is on purchases, `gst` on brokerage, exchange, SEBI and DP
    charges, `dp` on a day with a sale. A contract note rounds STT and stamp to `tax_grain`, the rest to
    `grain`.
    """

    brokerage_flat: int = 0
    brokerage_rate: int = 0
    brokerage_cap: int = 0
    stt_buy: int = 0
    stt_sell: int = 0
    exchange: int = 0
    sebi: int = 0
    stamp: int = 0
    gst: int = 0
    dp: int = 0
    tax_grain: int = 1
    grain: int = 1


class Line(NamedTuple):
    """One rate from a day on. `item` is a field of `Rates`; no exchange means any."""

    item: str
    segments: tuple[Segment, ...]
    exchange: Exchange | None
    since: date
    amount: int
    source: str


def segment_of(instrument: Instrument, product_type: ProductType) -> Segment | None:
    """The segment an order is charged in; None for an index, which nobody can trade.

    CNC and MARGIN equity pay delivery rates, INTRADAY equity intraday rates, whether or not the position is
    closed on the same day.
    """
    if instrument.kind is InstrumentKind.EQUITY:
        return Segment.INTRADAY if product_type is ProductType.INTRADAY else Segment.DELIVERY
    commodity = instrument.key.startswith(f"{Exchange.MCX}:")
    if instrument.kind is InstrumentKind.FUTURE:
        return Segment.COMMODITY_FUTURES if commodity else Segment.FUTURES
    if instrument.kind is InstrumentKind.OPTION:
        return Segment.COMMODITY_OPTIONS if commodity else Segment.OPTIONS
    return None


_D, _I = (Segment.DELIVERY,), (Segment.INTRADAY,)
_F, _O = (Segment.FUTURES,), (Segment.OPTIONS,)
_CF, _CO = (Segment.COMMODITY_FUTURES,), (Segment.COMMODITY_OPTIONS,)
_CASH, _ALL = (*_D, *_I), tuple(Segment)
_RATED, _FLAT = (*_I, *_F, *_CF), (*_O, *_CO)
_NSE, _BSE, _MCX = Exchange.NSE, Exchange.BSE, Exchange.MCX

_ALWAYS = date(2000, 1, 1)
_STAMP_ACT = date(2020, 7, 1)
_APRIL_2023 = date(2023, 4, 1)
_APRIL_2024 = date(2024, 4, 1)
_TRUE_TO_LABEL = date(2024, 10, 1)
_APRIL_2026 = date(2026, 4, 1)

_DHAN = "Dhan's published pricing, 2026"
_NSE_2023 = "NSE roll-back of its 2021 increase, from 1 April 2023, as brokers published it"
_NSE_2024 = "NSE reduction of 1 %, from 1 April 2024, as brokers published it"
_LABEL = "SEBI circular of 1 July 2024, charges true to label, from 1 October 2024"
_IPFT_CASH = f"{_LABEL}; with the protection fund's 0.0001 %"

TARIFF: tuple[Line, ...] = (
    # Brokerage, for each order.
    Line("brokerage_rate", _RATED, None, _ALWAYS, 300_000, f"{_DHAN}: 0.03 % or ₹20, whichever is lower"),
    Line("brokerage_cap", _RATED, None, _ALWAYS, 20_0000, f"{_DHAN}: 0.03 % or ₹20, whichever is lower"),
    Line("brokerage_flat", _FLAT, None, _ALWAYS, 20_0000, f"{_DHAN}: ₹20 an order"),
    # Securities and commodities transaction tax.
    Line("stt_buy", _D, None, _ALWAYS, 1_000_000, "Finance Act 2012: 0.1 %"),
    Line("stt_sell", _D, None, _ALWAYS, 1_000_000, "Finance Act 2012: 0.1 %"),
    Line("stt_sell", _I, None, _ALWAYS, 250_000, "Finance Act 2006: 0.025 %"),
    Line("stt_sell", _F, None, _ALWAYS, 100_000, "Finance Act 2013, from 1 June 2013: 0.01 %"),
    Line("stt_sell", _F, None, _APRIL_2023, 125_000, "Finance Act 2023: 0.0125 %"),
    Line("stt_sell", _F, None, _TRUE_TO_LABEL, 200_000, "Finance (No. 2) Act 2024: 0.02 %"),
    Line("stt_sell", _F, None, _APRIL_2026, 500_000, "Budget of 1 February 2026: 0.05 %"),
    Line("stt_sell", _O, None, _ALWAYS, 500_000, "Finance Act 2016, from 1 June 2016: 0.05 % of premium"),
    Line("stt_sell", _O, None, _APRIL_2023, 625_000, "Finance Act 2023: 0.0625 % of premium"),
    Line("stt_sell", _O, None, _TRUE_TO_LABEL, 1_000_000, "Finance (No. 2) Act 2024: 0.1 % of premium"),
    Line("stt_sell", _O, None, _APRIL_2026, 1_500_000, "Budget of 1 February 2026: 0.15 % of premium"),
    Line("stt_sell", _CF, None, _ALWAYS, 100_000, "Finance Act 2013: 0.01 %, but for farm goods"),
    Line("stt_sell", _CO, None, _ALWAYS, 500_000, "Finance Act 2018: 0.05 % of premium"),
    # The exchange's fee; NSE's with the investor protection fund: 0.0001 %, options 0.0005 % of premium.
    Line("exchange", _CASH, _NSE, _ALWAYS, 33_500, f"{_NSE_2023}: 0.00325 % + 0.0001 %"),
    Line("exchange", _CASH, _NSE, _APRIL_2024, 33_200, f"{_NSE_2024}: 0.00322 % + 0.0001 %"),
    Line("exchange", _CASH, _NSE, _TRUE_TO_LABEL, 30_700, f"{_LABEL}: 0.00297 % + 0.0001 %"),
    Line("exchange", _F, _NSE, _ALWAYS, 20_000, f"{_NSE_2023}: 0.0019 % + 0.0001 %"),
    Line("exchange", _F, _NSE, _APRIL_2024, 19_800, f"{_NSE_2024}: 0.00188 % + 0.0001 %"),
    Line("exchange", _F, _NSE, _TRUE_TO_LABEL, 18_300, f"{_LABEL}: 0.00173 % + 0.0001 %"),
    Line("exchange", _O, _NSE, _ALWAYS, 505_000, f"{_NSE_2023}: 0.05 % + 0.0005 %"),
    Line("exchange", _O, _NSE, _APRIL_2024, 500_000, f"{_NSE_2024}: 0.0495 % + 0.0005 %"),
    Line("exchange", _O, _NSE, _TRUE_TO_LABEL, 355_300, f"{_LABEL}: 0.03503 % + 0.0005 %"),
    Line("exchange", _CASH, _BSE, _ALWAYS, 37_500, "BSE, groups A and B: 0.00375 %"),
    Line("exchange", _F, _BSE, _ALWAYS, 0, "BSE: none on futures"),
    Line("exchange", _O, _BSE, _ALWAYS, 495_000, "BSE, index options before 1 October 2024: 0.0495 %"),
    Line("exchange", _O, _BSE, _TRUE_TO_LABEL, 325_000, f"{_LABEL}: 0.0325 % of premium"),
    Line("exchange", _CF, _MCX, _ALWAYS, 26_000, "MCX before 1 October 2024: 0.0026 %"),
    Line("exchange", _CF, _MCX, _TRUE_TO_LABEL, 21_000, "MCX circular of 24 September 2024: 0.0021 %"),
    Line("exchange", _CO, _MCX, _ALWAYS, 500_000, "MCX before 1 October 2024: 0.05 % of premium"),
    Line("exchange", _CO, _MCX, _TRUE_TO_LABEL, 418_000, "MCX circular of 24 September 2024: 0.0418 %"),
    # The regulator, the state, and the tax on services.
    Line("sebi", _ALL, None, _ALWAYS, 1_000, "SEBI turnover fee: ₹10 a crore"),
    Line("stamp", _D, None, _STAMP_ACT, 150_000, "Indian Stamp Act as amended, 1 July 2020: 0.015 %"),
    Line("stamp", _I, None, _STAMP_ACT, 30_000, "Indian Stamp Act as amended, 1 July 2020: 0.003 %"),
    Line("stamp", (*_F, *_CF), None, _STAMP_ACT, 20_000, "Indian Stamp Act as amended: 0.002 %"),
    Line("stamp", (*_O, *_CO), None, _STAMP_ACT, 30_000, "Indian Stamp Act as amended: 0.003 % of premium"),
    Line("gst", _ALL, None, date(2017, 7, 1), 180_000_000, "GST on stockbroking, from 1 July 2017: 18 %"),
    # The depository, for each instrument and day of sale; GST on top.
    Line("dp", _D, None, _ALWAYS, 12_5000, f"{_DHAN}: ₹12.50"),
    # Contract notes: STT and stamp duty to the rupee, other lines to two decimals.
    Line("tax_grain", _ALL, None, _ALWAYS, 1_0000, "Contract notes: the nearest rupee, half up"),
    Line("grain", _ALL, None, _ALWAYS, 100, "Contract notes: the nearest paisa, half up"),
)
