"""Contract notes worked by hand, line by line, from the published rates."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from streams.charges import (
    INDIAN,
    UNTRADED,
    Dealings,
    Rates,
    Schedule,
    contract_note,
    dealt,
    provisional,
    rates_on,
)
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.money import to_rupees, to_units
from streams.domain.orders import ProductType
from streams.domain.portfolio import Charges

EQUITY = Instrument("NSE:RELIANCE", InstrumentKind.EQUITY, 500, 1)
FUTURE = Instrument("NSE:NIFTYFUT", InstrumentKind.FUTURE, 500, 75)
OPTION = Instrument("NSE:NIFTYCE", InstrumentKind.OPTION, 500, 75)
BSE_EQUITY = EQUITY._replace(key="BSE:RELIANCE")
SENSEX_FUTURE = FUTURE._replace(key="BSE:SENSEXFUT")
SENSEX_OPTION = OPTION._replace(key="BSE:SENSEXCE")
GOLD = Instrument("MCX:GOLDFUT", InstrumentKind.FUTURE, 10_000, 1)
GOLD_OPTION = Instrument("MCX:GOLDCE", InstrumentKind.OPTION, 5_000, 1)

CNC, INTRADAY, MARGIN = ProductType.CNC, ProductType.INTRADAY, ProductType.MARGIN
BUY, SELL = 1, -1

Fills = tuple[tuple[int, str], ...]
"""Quantities with their prices in rupees."""


class Order(NamedTuple):
    """One order's partial fills."""

    sign: int
    fills: Fills


class Note(NamedTuple):
    """A day in one instrument, and each part of its contract note in rupees."""

    title: str
    instrument: Instrument
    product: ProductType
    day: str
    orders: tuple[Order, ...]
    brokerage: str
    stt: str
    exchange: str
    sebi: str
    stamp: str
    gst: str
    dp: str
    rounding: str
    total: str

    @property
    def parts(self) -> Charges:
        """The note in units."""
        return Charges(*(to_units(Decimal(each)) for each in self[5:13]))


def day_number(day: str) -> int:
    """Indian dates since 1970-01-01."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def rates_of(instrument: Instrument, product: ProductType, day: str, schedule: Schedule = INDIAN) -> Rates:
    """The rates of a day."""
    return rates_on(schedule, instrument, product, day_number(day))


def traded(rates: Rates, orders: tuple[Order, ...]) -> Dealings:
    """A day's dealings, fill by fill."""
    dealings = UNTRADED
    for sign, fills in orders:
        before = 0
        for quantity, price in fills:
            value = quantity * to_units(Decimal(price))
            parts = provisional(rates, sign, value, before)
            dealings, before = dealt(dealings, sign, quantity, value, parts), before + value
    return dealings


def buy(*fills: tuple[int, str]) -> Order:
    """A purchase."""
    return Order(BUY, fills)


def sell(*fills: tuple[int, str]) -> Order:
    """A sale."""
    return Order(SELL, fills)


def rupees(charges: Charges) -> dict[str, Decimal]:
    """The parts in rupees, by name."""
    return {name: to_rupees(amount) for name, amount in charges._asdict().items()}


def noted(note: Note) -> Charges:
    """What the engine's contract note says."""
    rates = rates_of(note.instrument, note.product, note.day)
    return contract_note(rates, traded(rates, note.orders))


# Every part is the exact amount cut at the fourth decimal; STT and stamp are to the rupee, half up.
# `rounding` is what the lines' two decimals add: (line - part) for brokerage, exchange and SEBI, and 18 % of
# the lines, to two decimals, less the gst part.
NOTES = (
    # Turnover 10,000,000. STT 0.1 % both ways; exchange 0.00307 %; stamp 0.015 % of 5,000,000.
    # GST 18 % of 307 + 10 + 12.50 = 329.50.
    Note(
        *("delivery, bought and sold on a day", EQUITY, CNC, "2026-05-04"),
        (buy((5000, "1000")), sell((5000, "1000"))),
        *("0", "10000", "307", "10", "750", "59.31", "12.50", "0", "11138.81"),
    ),
    # STT 0.025 % of 250,000 = 62.50: up. Stamp 0.003 % of 250,000 = 7.50: up.
    # GST 18 % of 40 + 15.35 + 0.50 = 10.053, line 10.05.
    Note(
        *("intraday, both taxes on the half rupee", EQUITY, INTRADAY, "2026-05-04"),
        (buy((100, "2500")), sell((100, "2500"))),
        *("40", "63", "15.35", "0.50", "8", "10.053", "0", "-0.003", "136.90"),
    ),
    # STT 0.02 % of 1,875,000 = 375. Exchange 0.00183 % of 3,750,000 = 68.625, line 68.63. Stamp 37.50: 38.
    # GST part 18 % of 112.375 = 20.2275, line 18 % of 112.38 = 20.2284: 20.23. Rounding 0.005 + 0.0025.
    Note(
        *("futures, the last day of March 2026", FUTURE, INTRADAY, "2026-03-31"),
        (buy((75, "25000")), sell((75, "25000"))),
        *("40", "375", "68.625", "3.75", "38", "20.2275", "0", "0.0075", "545.61"),
    ),
    # The same with STT 0.05 % = 937.50: 938.
    Note(
        *("futures, the first of April 2026", FUTURE, MARGIN, "2026-04-01"),
        (buy((75, "25000")), sell((75, "25000"))),
        *("40", "938", "68.625", "3.75", "38", "20.2275", "0", "0.0075", "1108.61"),
    ),
    # STT 0.1 % of 15,000 = 15. Exchange 0.03553 % of 30,000 = 10.659, line 10.66. Stamp 0.45: 0.
    # GST part 18 % of 50.689 = 9.12402, cut 9.1240; line 18 % of 50.69 = 9.1242: 9.12.
    Note(
        *("options, the last day of March 2026", OPTION, INTRADAY, "2026-03-31"),
        (buy((75, "200")), sell((75, "200"))),
        *("40", "15", "10.659", "0.03", "0", "9.1240", "0", "-0.0030", "74.81"),
    ),
    # Two partial fills are one order: ₹20. STT 0.15 % of 15,750 = 23.625: 24. Exchange 0.03553 % of 30,750
    # = 10.925475, cut 10.9254, line 10.93. SEBI 0.03075, cut 0.0307, line 0.03. GST part 18 % of 50.9561
    # = 9.172098; line 18 % of 50.96 = 9.1728: 9.17. Rounding 0.0046 - 0.0007 - 0.0020.
    Note(
        *("options in partial fills, April 2026", OPTION, INTRADAY, "2026-04-01"),
        (buy((25, "200"), (50, "200")), sell((75, "210"))),
        *("40", "24", "10.9254", "0.0307", "0", "9.1720", "0", "0.0019", "84.13"),
    ),
    # Brokerage 0.03 % of 60,000 = 18, of 70,000 = 21: capped at 20. STT 17.50: 18. Stamp 1.80: 2.
    # Exchange 3.991, line 3.99. GST part 18 % of 42.121 = 7.58178; line 18 % of 42.12 = 7.5816: 7.58.
    Note(
        *("intraday on both sides of the brokerage cap", EQUITY, INTRADAY, "2026-05-04"),
        (buy((100, "600")), sell((100, "700"))),
        *("38", "18", "3.991", "0.13", "2", "7.5817", "0", "-0.0027", "69.70"),
    ),
    # Brokerage 15 + 15, and 0.03 % of 101,000 = 30.30 capped over three fills: 20. STT 25.25: 25. Stamp 3.
    # Exchange 0.00307 % of 201,000 = 6.1707, line 6.17. SEBI 0.201, line 0.20.
    # GST part 18 % of 56.3717 = 10.146906; line 18 % of 56.37 = 10.1466: 10.15.
    Note(
        *("several orders of a day, one in three fills", EQUITY, INTRADAY, "2025-06-02"),
        (buy((50, "1000")), buy((50, "1000")), sell((30, "1010"), (30, "1010"), (40, "1010"))),
        *("50", "25", "6.1707", "0.201", "3", "10.1469", "0", "0.0014", "94.52"),
    ),
    # STT 0.1 % of 2,490 = 2.49: 2. Stamp 0.3735: 0. Exchange 0.076443, cut 0.0764, line 0.08.
    # SEBI 0.00249, cut 0.0024, line 0. GST part 18 % of 0.0788 = 0.014184; line 18 % of 0.08: 0.01.
    Note(
        *("STT at forty-nine paise goes down", EQUITY, CNC, "2026-05-04"),
        (buy((1, "2490")),),
        *("0", "2", "0.0764", "0.0024", "0", "0.0141", "0", "-0.0029", "2.09"),
    ),
    # STT 0.1 % of 2,500 = 2.50: 3. Stamp 0.375: 0. Exchange 0.07675, cut 0.0767, line 0.08. SEBI 0.0025.
    # GST part 18 % of 0.0792 = 0.014256; line 0.01. Rounding 0.0033 - 0.0025 - 0.0042.
    Note(
        *("STT at fifty paise goes up", EQUITY, CNC, "2026-05-04"),
        (buy((1, "2500")),),
        *("0", "3", "0.0767", "0.0025", "0", "0.0142", "0", "-0.0034", "3.09"),
    ),
    # DP once a day: 12.50, and GST on it. STT 0.1 % of 15,000 = 15; no stamp on a sale. Exchange 0.4605, line
    # 0.46. SEBI 0.015, line 0.02. GST part 18 % of 12.9755 = 2.33559; line 18 % of 12.98 = 2.3364: 2.34.
    Note(
        *("delivery sold twice in a day", EQUITY, CNC, "2025-03-10"),
        (sell((4, "1500")), sell((6, "1500"))),
        *("0", "15", "0.4605", "0.015", "0", "2.3355", "12.50", "0.0090", "30.32"),
    ),
    # BSE cash 0.00375 % of 10,000 = 0.375, line 0.38. Stamp 1.50: 2.
    # GST part 18 % of 0.385 = 0.0693; line 18 % of 0.39 = 0.0702: 0.07.
    Note(
        *("BSE delivery", BSE_EQUITY, CNC, "2026-05-04"),
        (buy((20, "500")),),
        *("0", "10", "0.375", "0.01", "2", "0.0693", "0", "0.0057", "12.46"),
    ),
    # BSE options 0.0325 % of 6,000 = 1.95. STT 0.1 % = 6. SEBI 0.006, line 0.01.
    # GST part 18 % of 21.956 = 3.95208, cut 3.9520; line 18 % of 21.96 = 3.9528: 3.95.
    Note(
        *("BSE options sold", SENSEX_OPTION, MARGIN, "2025-06-02"),
        (sell((20, "300")),),
        *("20", "6", "1.95", "0.006", "0", "3.9520", "0", "0.0020", "31.91"),
    ),
    # BSE takes nothing on futures. SEBI 1.60. Stamp 0.002 % of 1,600,000 = 32. GST 18 % of 21.60 = 3.888.
    Note(
        *("BSE futures bought", SENSEX_FUTURE, MARGIN, "2026-05-04"),
        (buy((20, "80000")),),
        *("20", "0", "0", "1.60", "32", "3.888", "0", "0.002", "57.49"),
    ),
    # MARGIN equity is delivery: STT 10 on the purchase, stamp 1.50: 2, no brokerage. Exchange 0.307, line
    # 0.31. GST part 18 % of 0.317 = 0.05706; line 18 % of 0.32 = 0.0576: 0.06.
    Note(
        *("equity on margin", EQUITY, MARGIN, "2026-05-04"),
        (buy((10, "1000")),),
        *("0", "10", "0.307", "0.01", "2", "0.0570", "0", "0.0060", "12.38"),
    ),
    # CTT 0.01 % of 700,000 = 70. MCX 0.0021 % = 14.70. SEBI 0.70. GST 18 % of 35.40 = 6.372, line 6.37.
    Note(
        *("gold futures sold", GOLD, MARGIN, "2025-06-02"),
        (sell((1, "700000")),),
        *("20", "70", "14.70", "0.70", "0", "6.372", "0", "-0.002", "111.77"),
    ),
    # CTT 0.05 % of 5,000 = 2.50: 3. MCX 0.0418 % = 2.09. SEBI 0.005, line 0.01.
    # GST part 18 % of 22.095 = 3.9771; line 18 % of 22.10 = 3.978: 3.98. Rounding 0.005 + 0.0029.
    Note(
        *("gold options sold", GOLD_OPTION, MARGIN, "2025-06-02"),
        (sell((1, "5000")),),
        *("20", "3", "2.09", "0.005", "0", "3.9771", "0", "0.0079", "29.08"),
    ),
    # Before 1 October 2024: STT 0.0625 % of 10,000 = 6.25: 6. NSE 0.0495 % + 0.0005 % = 5.
    # GST 18 % of 25.01 = 4.5018, line 4.50.
    Note(
        *("options, the last day of September 2024", OPTION, INTRADAY, "2024-09-30"),
        (sell((25, "400")),),
        *("20", "6", "5", "0.01", "0", "4.5018", "0", "-0.0018", "35.51"),
    ),
    # From then on: STT 0.1 % = 10. NSE 0.03553 % = 3.553, line 3.55. GST part 18 % of 23.563 = 4.24134, cut
    # 4.2413; line 18 % of 23.56 = 4.2408: 4.24.
    Note(
        *("options, the first of October 2024", OPTION, INTRADAY, "2024-10-01"),
        (sell((25, "400")),),
        *("20", "10", "3.553", "0.01", "0", "4.2413", "0", "-0.0043", "37.80"),
    ),
)
