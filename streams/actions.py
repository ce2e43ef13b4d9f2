"""Corporate actions: raw prices are stored, and splits and bonuses are taken out of them on reading."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from streams.domain.market import Candles, Chunk, Prices, Volumes
from streams.domain.money import UNIT, spoken
from streams.sessions import DAY, IST, midnight, trading_date

CRASH, LEAP = 0.78, 1.35
"""An overnight ratio of open to close beyond these is no market's doing, or news of the year."""

_EXACT = 2.0**53
"""Below this a float64 holds every integer."""


class ActionKind(StrEnum):
    """What was done to the shares."""

    SPLIT = "SPLIT"
    BONUS = "BONUS"


class CorporateAction(NamedTuple):
    """A split or bonus, in force from the opening of its ex-date.

    SPLIT: `numerator` new shares stand for `denominator` old ones (5:1 cuts one into five, 1:10 is a
    consolidation). BONUS: `numerator` free shares come for every `denominator` held.
    """

    ex_date: date
    kind: ActionKind
    numerator: int
    denominator: int = 1

    @property
    def factor(self) -> Fraction:
        """Shares held after for each one before, exact."""
        kept = self.denominator if self.kind is ActionKind.BONUS else 0
        return Fraction(kept + self.numerator, self.denominator)


class Jump(NamedTuple):
    """An overnight change of price no known action explains; prices in rupees, as adjusted."""

    instrument: str
    day: date
    closed: float
    opened: float

    @property
    def ratio(self) -> float:
        """The opening against the close before it."""
        return self.opened / self.closed

    @property
    def sentence(self) -> str:
        """What a trader should know before believing figures that cross it."""
        prices = f"{_price(self.closed)} to {_price(self.opened)}"
        return (
            f"{self.instrument} opened on {self.day} at {self.ratio:.4f} of its last close ({prices}), and no"
            " split or bonus known here explains it. If there was one, import it with medha actions import."
        )


def adjusted(candles: Candles, actions: Iterable[CorporateAction], as_of: int | None = None) -> Candles:
    """The candles in the shares of `as_of`, microseconds UTC: by default those of the last candle's day.

    Before each ex-date prices are divided by the factor and volumes multiplied by it. The ratio is exact
    and becomes a float once; prices after the last ex-date stay as traded. Actions later than `as_of` are
    not known yet and change nothing.
    """
    if not len(candles):
        return candles
    today = trading_date(int(candles.time[-1]) if as_of is None else as_of)
    known = sorted(each for each in actions if each.ex_date <= today)
    edges = [int(np.searchsorted(candles.time, midnight(each.ex_date))) for each in known]
    if not any(edges):
        return candles
    raw = (candles.open, candles.high, candles.low, candles.close)
    opened, high, low, close = columns = tuple(column.copy() for column in raw)
    volume, factor = candles.volume.copy(), Fraction(1)
    for index in reversed(range(len(known))):
        factor *= known[index].factor
        part = slice(edges[index - 1] if index else 0, edges[index])
        for column in columns:
            column[part] = _divided(column[part], factor)
        volume[part] = _multiplied(volume[part], factor)
    return Candles(candles.instrument, candles.interval, candles.time, opened, high, low, close, volume)


def adjusted_chunk(chunk: Chunk, actions: Sequence[Iterable[CorporateAction]], as_of: int) -> Chunk:
    """Every instrument's candles in the shares of `as_of`; `actions` stand in the order of the chunk.

    Give a run's warm-up, its market and its finer candles the same `as_of`, so that they meet without a jump.
    """
    return tuple(adjusted(candles, known, as_of) for candles, known in zip(chunk, actions, strict=True))


def unexplained_jumps(candles: Candles, actions: Iterable[CorporateAction] = ()) -> tuple[Jump, ...]:
    """The overnight jumps that are left when the known actions are taken out."""
    series = adjusted(candles, actions)
    days = (series.time + IST) // DAY
    first = np.flatnonzero(days[1:] != days[:-1]) + 1
    closed, opened = series.close[first - 1], series.open[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = opened / closed
    beyond = first[(ratio < CRASH) | (ratio > LEAP)]
    return tuple(
        Jump(
            series.instrument,
            trading_date(int(series.time[row])),
            float(series.close[row - 1]),
            float(series.open[row]),
        )
        for row in beyond
    )


def _price(rupees: float) -> str:
    return spoken(round(rupees * UNIT))


def _divided(prices: Prices, factor: Fraction) -> Prices:
    """Prices over the factor, each rounded once, from the exact quotient."""
    units = np.rint(prices * UNIT)
    share, whole = float(factor.denominator), float(factor.numerator * UNIT)
    exact = (units / UNIT == prices) & (np.abs(units) * share < _EXACT) & (whole < _EXACT)
    divided = units * share / whole
    for row in np.flatnonzero(~exact):
        divided[row] = float(Fraction(float(prices[row])) / factor)
    return divided


def _multiplied(volume: Volumes, factor: Fraction) -> Volumes:
    """Volumes times the factor, to the nearest share; OverflowError for one beyond 64 bits."""
    whole, share = factor.numerator, factor.denominator
    if whole * (2 * int(volume.max(initial=0)) + share) < 2**63:
        return (2 * volume * whole + share) // (2 * share)
    return np.array([(2 * count * whole + share) // (2 * share) for count in volume.tolist()], np.int64)
