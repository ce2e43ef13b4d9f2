"""The story's own arithmetic: an SMA crossover as a plain loop over a file, sharing no code with the product.

Rules, from the README: on each close compare the mean of the last `fast` closes with that of the last `slow`;
above means long, below means flat. A change is ordered at the market and fills at the next bar's open, made
worse by the slippage and rounded against the trader to the tick of 0.05. Each order costs the flat charge.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

TICK = Decimal("0.05")


class Bar(NamedTuple):
    """A candle of the file: open time in microseconds, open and close as the decimals they are."""

    time: int
    open: Decimal
    close: Decimal


class RoundTrip(NamedTuple):
    """A trade: when it was decided, when and at what it was entered and left (None while open)."""

    decided: int
    entered: int
    entry: Decimal
    left: int | None
    exit: Decimal | None


class Ending(NamedTuple):
    """What the loop comes to."""

    trades: list[RoundTrip]
    equity: Decimal
    charges: Decimal


def crossover(
    bars: Sequence[Bar],
    begin: int,
    fast: int,
    slow: int,
    quantity: int,
    capital: Decimal,
    bps: Decimal,
    fee: Decimal,
) -> Ending:
    """Trades from the bar at `begin` on; the bars before it only fill the averages."""
    cash, held, ordered, decided = capital, False, 0, 0
    trades: list[RoundTrip] = []
    for number, bar in enumerate(bars):
        if ordered:
            price = _worse(bar.open, bps, ordered)
            cash -= ordered * quantity * price + fee
            held = ordered > 0
            _note(trades, decided, bar.time, price, held)
            ordered = 0
        if bar.time >= begin and number + 1 >= slow:
            ordered = _order(bars[number + 1 - slow : number + 1], fast, slow, held)
            decided = bar.time if ordered > 0 else decided
    worth = quantity * bars[-1].close if held else Decimal(0)
    fills = sum(1 + (trade.left is not None) for trade in trades)
    return Ending(trades, cash + worth, fills * fee)


def _note(trades: list[RoundTrip], decided: int, time: int, price: Decimal, entered: bool) -> None:
    if entered:
        trades.append(RoundTrip(decided, time, price, None, None))
    else:
        trades[-1] = trades[-1]._replace(left=time, exit=price)


def _order(recent: Sequence[Bar], fast: int, slow: int, held: bool) -> int:
    """+1 to buy, -1 to sell, 0 for neither; the means are compared as whole sums."""
    closes = [bar.close for bar in recent]
    difference = slow * sum(closes[-fast:]) - fast * sum(closes)
    if difference > 0 and not held:
        return 1
    return -1 if difference < 0 and held else 0


def _worse(price: Decimal, bps: Decimal, direction: int) -> Decimal:
    slipped = price * (1 + direction * bps / 10_000)
    rounding = ROUND_CEILING if direction > 0 else ROUND_FLOOR
    return (slipped / TICK).to_integral_value(rounding) * TICK
