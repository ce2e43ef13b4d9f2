"""A quiet batch in the journal: the log's rows of everything that happened, in order."""

import numpy as np

from streams.asked import Asked
from streams.domain.market import Candles
from streams.kernel import layout as at
from streams.kernel.columns import Flight
from streams.kernel.quiet import Asks, Batched, Ints, first_cost
from streams.kernel.tallies import Table


def log_of(flight: Flight, whole: Batched, asks: Asks, candles: Candles, asked: Asked) -> Table:
    """What happened: on each candle contract notes, then fills, then requests and their placing."""
    blocks = [
        (_notes(flight, whole, candles), whole.notes.row * 8),
        (_fills(flight, whole, asks, candles), whole.done.row * 8 + 1),
        (_closes(flight, whole, candles, asked), whole.done.row[~whole.done.entry] * 8 + 1),
    ]
    row = whole.made.row[asks.step]
    for kind, stage in ((at.DECIDED, 2), (at.MOVED, 3)):
        block = np.zeros((len(row), at.LOG), np.int64)
        block[:, at.LOG_KIND], block[:, at.LOG_TIME] = kind, candles.time[row]
        block[:, at.LOG_ASK] = flight.book[at.ASKED] + np.arange(len(row))
        blocks.append((block, row * 8 + stage))
    return np.concatenate([block for block, _ in blocks])[_order(whole, blocks)]


def _order(whole: Batched, blocks: list[tuple[Table, Ints]]) -> Ints:
    """By candle and stage; a closed lot after its exit's fill, an entry's fill after both."""
    keys = [key * 4 for _, key in blocks]
    keys[1] = keys[1] + np.where(whole.done.entry, 2, 0)
    keys[2] = keys[2] + 1
    return np.argsort(np.concatenate(keys), kind="stable")


def _notes(flight: Flight, whole: Batched, candles: Candles) -> Table:
    block = np.zeros((len(whole.notes.row), at.LOG), np.int64)
    block[:, at.LOG_KIND], block[:, at.LOG_ASK] = at.SETTLED, whole.notes.day
    before = np.concatenate(([flight.book[at.TIME]], candles.time))
    block[:, at.LOG_TIME] = before[whole.notes.row]
    block[:, at.LOG_PARTS : at.LOG_PARTS + at.PARTS] = whole.notes.parts
    block[:, at.LOG_CHARGES] = whole.notes.parts.sum(axis=1)
    return block


def _fills(flight: Flight, whole: Batched, asks: Asks, candles: Candles) -> Table:
    done = whole.done
    block = np.zeros((len(done.row), at.LOG), np.int64)
    resting = range(0, flight.book[at.WORKING] * at.ORDER, at.ORDER)
    numbers = [flight.working[place + at.ORDER_ASK] for place in resting]
    numbers += range(flight.book[at.ASKED], flight.book[at.ASKED] + len(asks.step))
    block[:, at.LOG_KIND], block[:, at.LOG_ASK] = at.FILLED, numbers[: len(done.row)]
    block[:, at.LOG_TIME], block[:, at.LOG_SIGNED] = candles.time[done.row], done.signed
    block[:, at.LOG_PRICE] = done.price
    block[:, at.LOG_OPENED] = np.where(done.entry, done.signed, 0)
    block[:, at.LOG_CHARGES] = done.parts.sum(axis=0)
    block[:, at.LOG_PARTS : at.LOG_PARTS + at.PARTS] = done.parts.T
    return block


def _closes(flight: Flight, whole: Batched, candles: Candles, asked: Asked) -> Table:
    done = whole.done
    exits = ~done.entry
    block = np.zeros((int(exits.sum()), at.LOG), np.int64)
    step = done.step[exits]
    cost = np.concatenate(([first_cost(flight)], whole.kept.cost))[step]
    trade = np.concatenate(([flight.lots[at.LOT_TRADE]], whole.kept.trade))[step]
    block[:, at.LOG_KIND], block[:, at.LOG_ASK] = at.LOT_CLOSED, trade
    block[:, at.LOG_TIME], block[:, at.CLOSED_QUANTITY] = (
        candles.time[done.row[exits]],
        whole.made.before[step],
    )
    block[:, at.CLOSED_COST] = cost
    block[:, at.CLOSED_REALISED] = whole.made.before[step] * done.price[exits] - cost
    return block
