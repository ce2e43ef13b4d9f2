"""An SMA crossover in plain Python, written from the documented rules: it shares no code with what it judges.

Prices come as whole grains of 1e-7 rupee, so every mean, fill and balance below is exact.
"""

from collections.abc import Sequence
from typing import NamedTuple

GRAINS_IN_UNIT = 1_000
"""A unit of money is 1e-4 rupee."""


class Rules(NamedTuple):
    """What is traded and on what terms; money in units, slippage in basis points.

    A fill costs `charge` and `rate` parts per billion of its value, rounded down to the unit. The rows before
    `begin` only fill the means.
    """

    fast: int = 10
    slow: int = 30
    quantity: int = 1
    capital: int = 0
    slippage_bps: int = 0
    tick: int = 500
    charge: int = 0
    begin: int = 0
    rate: int = 0


class RoundTrip(NamedTuple):
    """One entry and its exit: rows and prices in units; no exit while it is open."""

    entry_row: int
    entry_price: int
    exit_row: int | None = None
    exit_price: int | None = None


class Result(NamedTuple):
    """What it came to.

    `waiting` is the signed order that no bar has come to fill, `ties` the bars with both means equal.
    """

    trades: list[RoundTrip]
    equity: int
    waiting: int
    ties: int


def crossover(opens: Sequence[int], closes: Sequence[int], rules: Rules) -> Result:
    """Long while the fast mean of the last closes is above the slow one, flat while it is below.

    Decided on a bar's close and only when that changes what is wanted; filled at the next bar's open.
    """
    fast, slow = rules.fast, rules.slow
    fast_sum = slow_sum = order = held = ties = 0
    wanted, cash = None, rules.capital
    trades: list[RoundTrip] = []
    for row, close in enumerate(closes):
        if order:
            price = fill_price(opens[row], order > 0, rules)
            cash -= order * price + rules.charge + abs(order) * price * rules.rate // 10**9
            held += order
            trades.append(RoundTrip(row, price) if order > 0 else _ended(trades.pop(), row, price))
            order = 0
        fast_sum += close - (closes[row - fast] if row >= fast else 0)
        slow_sum += close - (closes[row - slow] if row >= slow else 0)
        lead = fast_sum * slow - slow_sum * fast
        if row < max(slow - 1, rules.begin):
            continue
        ties += lead == 0
        if lead:
            now = rules.quantity if lead > 0 else 0
            if now != wanted:
                wanted, order = now, now - held
    return Result(trades, cash + held * in_units(closes[-1]) if closes else cash, order, ties)


def _ended(trade: RoundTrip, row: int, price: int) -> RoundTrip:
    return RoundTrip(trade.entry_row, trade.entry_price, row, price)


def fill_price(grains: int, buying: bool, rules: Rules) -> int:
    """The open made worse by the slippage, then to the tick on the far side of it."""
    parts = 10_000 + rules.slippage_bps if buying else 10_000 - rules.slippage_bps
    worse = in_units(grains) * parts
    step = 10_000 * rules.tick
    ticks = (worse + step - 1) // step if buying else worse // step
    return max(ticks, 1) * rules.tick


def in_units(grains: int) -> int:
    """To the nearest unit, a half to the even one."""
    units, rest = divmod(grains, GRAINS_IN_UNIT)
    up = rest * 2 > GRAINS_IN_UNIT or (rest * 2 == GRAINS_IN_UNIT and units % 2 == 1)
    return units + up
