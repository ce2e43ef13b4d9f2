"""What a trade costs, in plain Python, from docs/charges.md and the published rates: NSE shares and futures.

Amounts are in units of 1e-4 rupee, rates in parts per billion of a value.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

BILLION = 10**9
RUPEE, PAISA = 10_000, 100
GST = 180_000_000
SEBI = 1_000
BROKERAGE, BROKERAGE_CAP = 300_000, 20 * RUPEE
DP = 12_5000

DELIVERY, INTRADAY, FUTURES = "delivery", "intraday", "futures"

STT: dict[str, list[tuple[date, int, int]]] = {
    DELIVERY: [(date.min, 1_000_000, 1_000_000)],
    INTRADAY: [(date.min, 0, 250_000)],
    FUTURES: [
        (date.min, 0, 100_000),
        (date(2023, 4, 1), 0, 125_000),
        (date(2024, 10, 1), 0, 200_000),
        (date(2026, 4, 1), 0, 500_000),
    ],
}
"""From a day on: of what is bought, of what is sold."""

EXCHANGE: dict[str, list[tuple[date, int]]] = {
    "cash": [(date.min, 33_500), (date(2024, 4, 1), 33_200), (date(2024, 10, 1), 30_700)],
    FUTURES: [(date.min, 20_000), (date(2024, 4, 1), 19_800), (date(2024, 10, 1), 18_300)],
}
"""From a day on: NSE's fee and its investor protection fund's."""

STAMP = {DELIVERY: 150_000, INTRADAY: 30_000, FUTURES: 20_000}


class Parts(NamedTuple):
    """What was charged, part by part."""

    brokerage: int = 0
    stt: int = 0
    exchange: int = 0
    sebi: int = 0
    stamp: int = 0
    gst: int = 0
    dp: int = 0
    rounding: int = 0


class Rates(NamedTuple):
    """What a segment costs on a day."""

    brokered: bool
    stt_bought: int
    stt_sold: int
    exchange: int
    stamp: int
    dp: int


def rates_on(segment: str, day: date) -> Rates:
    """The lines in force; before its first day a line's first rate holds."""
    stt = [line for line in STT[segment] if line[0] <= day][-1]
    cash = "cash" if segment != FUTURES else FUTURES
    exchange = [line for line in EXCHANGE[cash] if line[0] <= day][-1]
    delivered = segment == DELIVERY
    return Rates(not delivered, stt[1], stt[2], exchange[1], STAMP[segment], DP if delivered else 0)


def with_the_fill(rates: Rates, value: int, buying: bool) -> Parts:
    """The provisional charges of an order that filled whole at this value; each is cut at the unit."""
    brokerage = min(BROKERAGE_CAP, value * BROKERAGE // BILLION) if rates.brokered else 0
    exchange, sebi = value * rates.exchange // BILLION, value * SEBI // BILLION
    return Parts(
        brokerage,
        value * (rates.stt_bought if buying else rates.stt_sold) // BILLION,
        exchange,
        sebi,
        value * rates.stamp // BILLION if buying else 0,
        (brokerage + exchange + sebi) * GST // BILLION,
    )


def contract_note(rates: Rates, bought: int, sold: int, brokerage: int) -> Parts:
    """The day's charges for one instrument: values bought and sold, and the sum of its orders' brokerage."""
    exchange = (bought + sold) * rates.exchange // BILLION
    sebi = (bought + sold) * SEBI // BILLION
    dp = rates.dp if sold else 0
    stt = _nearest(bought * rates.stt_bought + sold * rates.stt_sold, RUPEE)
    stamp = _nearest(bought * rates.stamp, RUPEE)
    gst = (brokerage + exchange + sebi + dp) * GST // BILLION
    lines = sum(_nearest(each * BILLION, PAISA) for each in (brokerage, exchange, sebi)) + dp
    note = lines + _nearest(lines * GST, PAISA)
    return Parts(
        brokerage, stt, exchange, sebi, stamp, gst, dp, note - (brokerage + exchange + sebi + dp + gst)
    )


def _nearest(billionths: int, grain: int) -> int:
    """So many billionths of a unit to the nearest grain; a half goes up."""
    step = grain * BILLION
    return (2 * billionths + step) // (2 * step) * grain


def settled(note: Parts, provisional: Iterable[Parts]) -> Parts:
    """What the note adds to the day's provisional charges."""
    paid = [sum(column) for column in zip(*provisional, strict=True)]
    return Parts(*(due - had for due, had in zip(note, paid, strict=True)))
