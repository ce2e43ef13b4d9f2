"""What a backtest amounts to: its figures, and what moved its equity."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from streams.curves import Moves
from streams.events import ChargesSettled, Effect, FillBooked
from streams.frames import Moments
from streams.sessions import DAY, IST
from streams.trades import Trade


class Figures(NamedTuple):
    """The figures of a backtest; amounts in units. A win is a closed trade that earned after its charges."""

    starting_capital: int
    final_equity: int
    realised_pnl: int
    unrealised_pnl: int
    charges: int
    trades: int
    wins: int
    losses: int
    max_drawdown: int
    candles: int
    orders_count: int
    refusals: int


class Tally(NamedTuple):
    """The sums of a run, amounts in units."""

    equity: int
    realised: int
    unrealised: int
    charges: int
    trades: int
    wins: int
    losses: int
    orders: int
    refusals: int


def moves(effects: Iterable[Effect], times: Moments) -> Moves:
    """The moves among some effects of a chunk with these moments. A day is settled when a later one begins,
    whenever that was noticed."""
    found = []
    for each in effects:
        if isinstance(each, FillBooked):
            fill = each.fill
            signed = fill.side.sign * fill.quantity
            found.append((fill.time, fill.instrument, signed, -signed * fill.price - fill.charges))
        elif isinstance(each, ChargesSettled):
            found.append(((each.day + 1) * DAY - IST, each.instrument, 0, -each.parts.total))
    time, *rest = np.array(found, np.int64).reshape(-1, 4).T
    return Moves(np.searchsorted(times, time), *rest)


def wins_and_losses(trades: Iterable[Trade]) -> tuple[int, int]:
    """How many closed trades earned more than their charges, and how many did not."""
    earned = [trade.realised - trade.charges for trade in trades if trade.is_closed]
    wins = sum(each > 0 for each in earned)
    return wins, len(earned) - wins
