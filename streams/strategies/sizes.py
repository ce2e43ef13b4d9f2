"""How much a strategy asks for: units, lots, money, or a share of the run's equity."""

from typing import NamedTuple

from streams.columns.column import Column, Operand, as_column
from streams.columns.operators import when
from streams.domain.intents import Sizing
from streams.domain.money import PPM, UNIT
from streams.strategies.numbers import number

PERCENT = PPM // 100
"""Parts per million in one per cent."""


class Size(NamedTuple):
    """A column of sizes above zero, in the measure of `sizing` (money in units, shares in parts per million).

    A candle on which it is NaN or not above zero asks for nothing.
    """

    sizing: Sizing
    column: Column


def quantity(units: Operand) -> Size:
    """So many shares or contracts; cut down to whole lots when the order is decided."""
    return Size(Sizing.QUANTITY, number("quantity", units, above=0))


def lots(count: Operand) -> Size:
    """So many lots of the instrument."""
    return Size(Sizing.LOTS, number("lots", count, above=0))


def value(rupees: Operand) -> Size:
    """As many units as this much money buys at the last close."""
    return Size(Sizing.VALUE, number("value", rupees, above=0, times=UNIT))


def capital_percent(percent: Operand) -> Size:
    """As many units as this share of the run's equity buys at the last close; 1000 per cent at most."""
    return Size(Sizing.CAPITAL, number("capital_percent", percent, above=0, most=1000, times=PERCENT))


def risk_percent(percent: Operand) -> Size:
    """As many units as lose this share of equity at the stop, which it needs (the trailing one, if alone)."""
    return Size(Sizing.RISK, number("risk_percent", percent, above=0, most=100, times=PERCENT))


def volatility_target(annual_percent: Operand, volatility: Column, most: float = 100) -> Size:
    """The share of equity at which the position's yearly volatility is `annual_percent`.

    `volatility` is the instrument's own, in per cent a year. `most` caps the share, in per cent of equity.
    """
    wanted = number("volatility_target", annual_percent, above=0, most=1000)
    own = number("volatility_target", as_column(volatility), above=0)
    ceiling = number("volatility_target", most, above=0, most=1000)
    share = wanted / own * 100
    return Size(Sizing.CAPITAL, when(share > ceiling, ceiling, share) * PERCENT)
