"""A quiet batch in the journal: the log's rows of everything that happened, in order, and its tallies."""

import numpy as np

from streams.kernel import layout as at
from streams.kernel.quiet import Ints
from streams.kernel.reckoning import Reckoning
from streams.kernel.tallies import Table, Tallies


def tally(tallies: Tallies, whole: Reckoning) -> None:
    """The batch's part in the figures."""
    orders, trade = whole.orders, whole.trade
    began = np.full(len(trade), at.NOBODY)
    began[orders.entries] = trade[orders.entries]
    tallies.ask(began[orders.resting :])
    tallies.orders += len(trade) - orders.resting
    trade, size = trade[: orders.filled], np.abs(orders.signed[: orders.filled])
    entered, left, paid = orders.entries, orders.exits, whole.fills.charges
    tallies.enter(trade[entered], size[entered], paid[entered])
    tallies.leave(trade[left], size[left], paid[left], whole.gains)


def log_of(whole: Reckoning, parts: Table) -> Table:
    """What happened: on each candle contract notes, then fills, then requests and their placing. `parts` are
    the charges of each fill, part by part."""
    orders, fills = whole.orders, whole.fills
    asked = slice(orders.resting, None)
    place = fills.row * 4 + 1
    blocks = [
        (_notes(whole), whole.notes.row * 4),
        (_fills(whole, parts), place),
        (_closes(whole), place[orders.exits]),
        *((_asked(whole, kind), orders.row[asked] * 4 + stage) for kind, stage in _STAGES),
    ]
    # A closed lot comes after its exit's fill, and both before the entry's: a stable order keeps them so.
    keys = [key * 4 for _, key in blocks]
    keys[1][orders.entries] += 2
    keys[2] = keys[2] + 1
    table: Table = np.concatenate([block for block, _ in blocks])
    return table[np.argsort(np.concatenate(keys), kind="stable")]


_STAGES = ((at.DECIDED, 2), (at.MOVED, 3))


def _block(kind: int, about: Ints, time: Ints) -> Table:
    block = np.zeros((len(about), at.LOG), np.int64)
    block[:, at.LOG_KIND], block[:, at.LOG_ASK], block[:, at.LOG_TIME] = kind, about, time
    return block


def _asked(whole: Reckoning, kind: int) -> Table:
    step = whole.orders.step[whole.orders.resting :]
    return _block(kind, int(whole.before.book[at.ASKED]) + np.arange(len(step)), whole.time[step - 1])


def _notes(whole: Reckoning) -> Table:
    block = _block(at.SETTLED, whole.notes.day, whole.notes.time)
    block[:, at.LOG_PARTS : at.LOG_PARTS + at.PARTS] = whole.notes.parts
    block[:, at.LOG_CHARGES] = whole.notes.parts.sum(axis=1)
    return block


def _fills(whole: Reckoning, parts: Table) -> Table:
    orders, fills = whole.orders, whole.fills
    first = int(whole.before.book[at.ASKED]) - orders.resting
    numbers = first + np.arange(len(fills.row))
    resting = np.array(whole.before.resting[: len(numbers)], np.int64)
    numbers[: len(resting)] = resting
    block = _block(at.FILLED, numbers, fills.time)
    block[:, at.LOG_SIGNED], block[:, at.LOG_PRICE] = orders.signed[: orders.filled], fills.price
    block[orders.entries, at.LOG_OPENED] = block[orders.entries, at.LOG_SIGNED]
    block[:, at.LOG_CHARGES] = fills.charges
    block[:, at.LOG_PARTS : at.LOG_PARTS + at.PARTS] = parts
    return block


def _closes(whole: Reckoning) -> Table:
    exits = whole.orders.exits
    block = _block(at.LOT_CLOSED, whole.trade[: whole.orders.filled][exits], whole.fills.time[exits])
    block[:, at.CLOSED_QUANTITY] = -whole.orders.signed[: whole.orders.filled][exits]
    block[:, at.CLOSED_COST] = whole.cost[:-1][exits]
    block[:, at.CLOSED_REALISED] = whole.gains
    return block
