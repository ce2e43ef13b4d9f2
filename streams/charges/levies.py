"""The arithmetic of charges: pure functions of integers, the same compiled and not.

Amounts are units of 1e-4 rupee, rates parts per billion. Every product stays inside a signed 64-bit integer
while a fill's value is at most MAX_PRICE * MAX_QUANTITY = 1e18, and what is bought or sold of one instrument
in a day at most 4e18.
"""

from typing import NamedTuple

from streams.charges.tariff import Rates
from streams.domain.portfolio import Charges

BILLION = 1_000_000_000


class Dealings(NamedTuple):
    """What was dealt in one instrument on one day: values in units, and the provisional charges so far."""

    bought: int = 0
    sold: int = 0
    quantity_sold: int = 0
    brokerage: int = 0
    stt: int = 0
    exchange: int = 0
    sebi: int = 0
    stamp: int = 0
    gst: int = 0


UNTRADED = Dealings()


def levied(value: int, rate: int) -> int:
    """A rate of a value, rounded down to the unit; exact, though their product may not fit 64 bits."""
    return value // BILLION * rate + value % BILLION * rate // BILLION


def order_brokerage(rates: Rates, value: int) -> int:
    """What the broker takes for an order that has filled to this value: never by the partial fill."""
    if value <= 0:
        return 0
    return rates.brokerage_flat + min(rates.brokerage_cap, levied(value, rates.brokerage_rate))


def provisional(rates: Rates, sign: int, value: int, value_before: int) -> Charges:
    """A fill's charges as they are known at once.

    `sign` is +1 for a purchase and -1 for a sale, `value` quantity times price, `value_before` what the
    order's earlier fills came to: brokerage is what this fill adds to the whole order's. DP charges and
    the contract note's roundings come with the day's settlement.
    """
    brokerage = order_brokerage(rates, value_before + value) - order_brokerage(rates, value_before)
    stt = levied(value, rates.stt_buy if sign > 0 else rates.stt_sell)
    exchange, sebi = levied(value, rates.exchange), levied(value, rates.sebi)
    stamp = levied(value, rates.stamp) if sign > 0 else 0
    gst = levied(brokerage + exchange + sebi, rates.gst)
    return Charges(brokerage, stt, exchange, sebi, stamp, gst, 0, 0)


def dealt(dealings: Dealings, sign: int, quantity: int, value: int, parts: Charges) -> Dealings:
    """The day's dealings with one more fill, whose provisional charges are `parts`."""
    return Dealings(
        dealings.bought + (value if sign > 0 else 0),
        dealings.sold + (0 if sign > 0 else value),
        dealings.quantity_sold + (0 if sign > 0 else quantity),
        dealings.brokerage + parts.brokerage,
        dealings.stt + parts.stt,
        dealings.exchange + parts.exchange,
        dealings.sebi + parts.sebi,
        dealings.stamp + parts.stamp,
        dealings.gst + parts.gst,
    )


def nearest(amount: int, grain: int) -> int:
    """The nearest multiple of the grain; half goes up, as on a contract note."""
    return (2 * amount + grain) // (2 * grain) * grain


def contract_note(rates: Rates, dealings: Dealings) -> Charges:
    """The day's charges of one instrument, whatever partial fills its orders came in.

    STT and stamp duty are to the rupee. Brokerage, exchange, SEBI and DP charges are lines to two decimals,
    and GST is on those lines: the parts here are exact to the unit, and what the lines' decimals add or take
    is `rounding`.
    """
    turnover = dealings.bought + dealings.sold
    brokerage, exchange = dealings.brokerage, levied(turnover, rates.exchange)
    sebi, dp = levied(turnover, rates.sebi), rates.dp if dealings.quantity_sold > 0 else 0
    gst = levied(brokerage + exchange + sebi + dp, rates.gst)
    lines = sum_of_lines(rates, brokerage, exchange, sebi) + dp
    taxed = lines + nearest(levied(lines, rates.gst), rates.grain)
    return Charges(
        brokerage,
        nearest(_both(dealings, rates.stt_buy, rates.stt_sell), rates.tax_grain),
        exchange,
        sebi,
        nearest(levied(dealings.bought, rates.stamp), rates.tax_grain),
        gst,
        dp,
        taxed - (brokerage + exchange + sebi + dp + gst),
    )


def sum_of_lines(rates: Rates, brokerage: int, exchange: int, sebi: int) -> int:
    """The lines GST is on, each to two decimals."""
    grain = rates.grain
    return nearest(brokerage, grain) + nearest(exchange, grain) + nearest(sebi, grain)


def _both(dealings: Dealings, buy: int, sell: int) -> int:
    """A tax on both sides, rounded down once: half a rupee is then told exactly."""
    whole = dealings.bought // BILLION * buy + dealings.sold // BILLION * sell
    return whole + (dealings.bought % BILLION * buy + dealings.sold % BILLION * sell) // BILLION


def settled(rates: Rates, dealings: Dealings) -> Charges:
    """What the contract note adds to the day's provisional charges, or takes off, part by part."""
    note = contract_note(rates, dealings)
    return Charges(
        note.brokerage - dealings.brokerage,
        note.stt - dealings.stt,
        note.exchange - dealings.exchange,
        note.sebi - dealings.sebi,
        note.stamp - dealings.stamp,
        note.gst - dealings.gst,
        note.dp,
        note.rounding,
    )
