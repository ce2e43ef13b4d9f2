"""What a backtest amounts to: its equity curve and its figures."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams import positions
from streams.domain.market import Chunk
from streams.events import Effect, FillBooked
from streams.frames import closes, moments
from streams.state import State
from streams.trades import Trade


class Curve(NamedTuple):
    """Equity after each candle's close: open times (microseconds UTC) and units."""

    time: NDArray[np.int64]
    equity: NDArray[np.int64]


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


def curve(before: State, marks: tuple[int, ...], chunk: Chunk, effects: Iterable[Effect]) -> Curve:
    """Equity over a chunk that is not empty, from the state and marks before it and the fills within it."""
    times = moments(chunk)
    cash = np.zeros(len(times), np.int64)
    held = np.zeros((len(chunk), len(times)), np.int64)
    cash[0] = before.cash
    held[:, 0] = [positions.held(each.lots) for each in before.holdings]
    for effect in effects:
        if isinstance(effect, FillBooked):
            fill, row = effect.fill, np.searchsorted(times, effect.fill.time)
            signed = fill.side.sign * fill.quantity
            held[fill.instrument, row] += signed
            cash[row] -= signed * fill.price + fill.charges
    worth = np.cumsum(held, axis=1) * closes(chunk, times, marks)
    return Curve(times, np.cumsum(cash) + worth.sum(axis=0))


def drawdown(equity: NDArray[np.int64], starting_capital: int) -> int:
    """The deepest fall from a former height, the starting capital included."""
    if not len(equity):
        return 0
    heights = np.maximum(np.maximum.accumulate(equity), starting_capital)
    return int((heights - equity).max())


def wins_and_losses(trades: Iterable[Trade]) -> tuple[int, int]:
    """How many closed trades earned more than their charges, and how many did not."""
    earned = [trade.realised - trade.charges for trade in trades if trade.is_closed]
    wins = sum(each > 0 for each in earned)
    return wins, len(earned) - wins
