"""What a backtest amounts to: its equity curve and its figures."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.market import Chunk
from streams.events import ChargesSettled, Effect, FillBooked
from streams.frames import closes, moments, units
from streams.sessions import DAY, IST
from streams.trades import Trade

Ints = NDArray[np.int64]


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


class Moves(NamedTuple):
    """What happened to cash and positions, in any order: when, in which instrument, by how much (signed)."""

    time: Ints
    instrument: Ints
    quantity: Ints
    cash: Ints


def moves(effects: Iterable[Effect]) -> Moves:
    """The moves among some effects. A day is settled when a later one begins, whenever that was noticed."""
    found = []
    for each in effects:
        if isinstance(each, FillBooked):
            fill = each.fill
            signed = fill.side.sign * fill.quantity
            found.append((fill.time, fill.instrument, signed, -signed * fill.price - fill.charges))
        elif isinstance(each, ChargesSettled):
            found.append(((each.day + 1) * DAY - IST, each.instrument, 0, -each.parts.total))
    return Moves(*np.array(found, np.int64).reshape(-1, 4).T)


class Balance(NamedTuple):
    """Cash in units, and each instrument's signed quantity."""

    cash: int
    held: tuple[int, ...]


def after(balance: Balance, moved: Moves) -> Balance:
    """The balance once the moves are done."""
    held = np.array(balance.held, np.int64)
    np.add.at(held, moved.instrument, moved.quantity)
    return Balance(balance.cash + int(moved.cash.sum()), tuple(held.tolist()))


def curve(before: Balance, marks: tuple[int, ...], chunk: Chunk, moved: Moves) -> Curve:
    """Equity over a chunk that is not empty, from the balance and marks before it and the moves within it."""
    times = moments(chunk)
    row = np.searchsorted(times, moved.time)
    cash = np.zeros(len(times), np.int64)
    cash[0] = before.cash
    np.add.at(cash, row, moved.cash)
    held = np.zeros((len(chunk), len(times)), np.int64)
    held[:, 0] = before.held
    np.add.at(held, (moved.instrument, row), moved.quantity)
    equity = np.cumsum(cash)
    known = [units(chunk[0].close)] if len(chunk) == 1 else closes(chunk, times, marks)
    for quantity, close in zip(held, known, strict=True):
        equity += np.cumsum(quantity) * close
    return Curve(times, equity)


def drawdown(stretches: Iterable[Ints], starting_capital: int) -> int:
    """The deepest fall from a former height over stretches of equity, the starting capital included."""
    height, deepest = starting_capital, 0
    for equity in stretches:
        if len(equity):
            heights = np.maximum(np.maximum.accumulate(equity), height)
            height, deepest = int(heights[-1]), max(deepest, int((heights - equity).max()))
    return deepest


def wins_and_losses(trades: Iterable[Trade]) -> tuple[int, int]:
    """How many closed trades earned more than their charges, and how many did not."""
    earned = [trade.realised - trade.charges for trade in trades if trade.is_closed]
    wins = sum(each > 0 for each in earned)
    return wins, len(earned) - wins
