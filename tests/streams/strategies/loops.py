"""Tools for writing the strategies again as plain loops: no columns, no numpy, no shared code."""

from collections.abc import Callable, Sequence
from math import fsum, isnan, nan, sqrt
from typing import Any, NamedTuple

from streams.domain.market import Candles

Series = list[float]
MINUTE = 60_000_000
INDIA = 330 * MINUTE


class Market(NamedTuple):
    """Candles as lists: prices in rupees, the day's number, minutes since midnight at the close."""

    open: Series
    high: Series
    low: Series
    close: Series
    volume: Series
    day: list[int]
    clock: list[int]
    since_open: list[int]

    def __len__(self) -> int:
        return len(self.open)


def market_of(candles: Candles) -> Market:
    """The candles of a market whose sessions open at 09:15."""
    local = [int(time) + INDIA for time in candles.time]
    day = [time // (1440 * MINUTE) for time in local]
    clock = [(time + candles.interval.microseconds) % (1440 * MINUTE) // MINUTE for time in local]
    prices = ([float(each) for each in column] for column in (candles.open, candles.high, candles.low))
    opened, high, low = prices
    close, volume = [float(each) for each in candles.close], [float(each) for each in candles.volume]
    return Market(opened, high, low, close, volume, day, clock, [each - 555 for each in clock])


class Rules(NamedTuple):
    """When to leave and when to enter, candle by candle, and the distances asked for on each."""

    exit_long: list[bool]
    exit_short: list[bool]
    long: list[bool]
    short: list[bool]
    stop: Series
    profit: Series


Asked = tuple[int, str, int]
"""Row, action and sign."""


def rises(rules: Rules) -> list[Asked]:
    """What the rules ask for: each condition where it has become true, the ways out first."""
    found: list[Asked] = []
    for row in range(1, len(rules.long)):
        begins = [each[row] and not each[row - 1] for each in rules[:4]]
        if begins[2] and begins[3]:
            begins[2] = begins[3] = False
        acts = (("EXIT", 1), ("EXIT", -1), ("ENTER", 1), ("ENTER", -1))
        found += [(row, *act) for act, begin in zip(acts, begins, strict=True) if begin]
    return found


def changes(wanted: Sequence[int | None]) -> list[Asked]:
    """What a target asks for: where it differs from the last one there was an opinion about."""
    found: list[Asked] = []
    last: int | None = None
    for row, each in enumerate(wanted):
        if each is not None and each != last:
            found.append((row, "TARGET", each))
            last = each
    return found


def mean(values: Sequence[float]) -> float:
    """Of all of them."""
    return fsum(values) / len(values)


def spread(values: Sequence[float]) -> float:
    """Standard deviation of a population."""
    middle = mean(values)
    return sqrt(fsum((each - middle) ** 2 for each in values) / len(values))


def rolling(values: Series, window: int, function: Callable[[Sequence[float]], float]) -> Series:
    """Of the last so many values; missing until there are so many, or where one is missing."""
    found = []
    for row in range(len(values)):
        seen = values[max(0, row + 1 - window) : row + 1]
        whole = len(seen) == window and not any(map(isnan, seen))
        found.append(function(seen) if whole else nan)
    return found


def smoothed(values: Series, weight: float) -> Series:
    """An average that moves by a share of the difference; it starts at the first value."""
    found: Series = []
    for each in values:
        last = found[-1] if found else each
        found.append(each if isnan(last) else last + weight * (each - last))
    return found


def true_ranges(market: Market) -> Series:
    """High less low, the last close included; missing on the first candle."""
    found = [nan]
    for row in range(1, len(market)):
        before = market.close[row - 1]
        found.append(max(market.high[row], before) - min(market.low[row], before))
    return found


def average_ranges(market: Market, window: int) -> Series:
    """Wilder's average of the true range."""
    return smoothed(true_ranges(market), 1 / window)


def before(values: Sequence[Any], missing: Any = nan) -> list[Any]:
    """A candle earlier."""
    return [missing, *values[:-1]]


def times(factor: float, values: Series) -> Series:
    """Each value so many times over."""
    return [factor * each for each in values]


def never(market: Market) -> list[bool]:
    """A condition that is never true."""
    return [False] * len(market)


def none(market: Market) -> Series:
    """No distance."""
    return [nan] * len(market)
