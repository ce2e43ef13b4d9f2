"""The flight where a quiet batch ends."""

import numpy as np

from streams.kernel import layout as at
from streams.kernel.columns import Flight
from streams.kernel.quiet import HOME
from streams.kernel.reckoning import Reckoning


def land(flight: Flight, whole: Reckoning) -> None:
    """The flight where the batch ends."""
    run, end = flight.book, whole.end
    noted, gained = int(whole.notes.parts.sum()), int(whole.gains.sum())
    charges = int(whole.fills.charges.sum()) + noted
    run[at.CASH] = int(whole.cash[-1]) - noted
    run[at.REALISED] += gained
    run[HOME + at.GAINED] += gained
    run[at.CHARGES] += charges
    run[HOME + at.PAID] += charges
    _count(flight, whole)
    run[HOME + at.DEALINGS : HOME + at.DEALINGS + len(whole.notes.left)] = whole.notes.left
    run[HOME + at.MARK] = end.close or run[HOME + at.MARK]
    run[at.TIME] = run[at.NOW] = end.time
    _hold(flight, whole)
    _want(flight, whole)
    _rest(flight, whole)


def _count(flight: Flight, whole: Reckoning) -> None:
    """The day, what it began with, and its orders."""
    run, orders, begin = flight.book, whole.orders, 0
    if len(whole.begins):
        begin = int(whole.begins[-1])
        run[at.DAY], run[at.DAY_EQUITY] = whole.day, int(whole.openings[-1])
        run[at.ORDERS_TODAY] = run[at.TRADES_TODAY] = 0
    since = max(orders.resting, int(np.searchsorted(orders.row, begin)))
    run[at.ORDERS_TODAY] += len(orders.row) - since
    run[at.TRADES_TODAY] += (len(orders.row) - since + (orders.first == since % 2)) // 2
    run[at.ASKED] += len(orders.row) - orders.resting


def _hold(flight: Flight, whole: Reckoning) -> None:
    """The position, in one lot or none."""
    run, orders, last = flight.book, whole.orders, whole.orders.filled - 1
    if last < 0:
        return
    entered = last % 2 == orders.first
    held, cost = (int(orders.signed[last]), int(whole.fills.value[last])) if entered else (0, 0)
    run[HOME + at.HELD], run[HOME + at.COST] = held, cost
    run[HOME + at.LOTS], run[HOME + at.FIRST] = int(entered), 0
    if entered:
        flight.lots[: at.LOT] = [int(whole.trade[last]), held, cost]
    if entered or last > 0:
        run[HOME + at.ENTRIES] = 1


def _want(flight: Flight, whole: Reckoning) -> None:
    """What the last intent wants."""
    run, made, last = flight.book, whole.made, whole.number + len(whole.time) - 1
    if len(whole.time):
        before, wanted = int(made.before[-1]), int(made.wanted[-1])
        run[HOME + at.TARGET], run[HOME + at.AIMED] = wanted, 1
        run[HOME + at.CAUSE_KIND], run[HOME + at.CAUSE] = at.BY_INTENT, last
        run[HOME + at.EXITS], run[HOME + at.FOLLOWED] = int(before not in (0, wanted)), 1
        run[at.HEARD] = last


def _rest(flight: Flight, whole: Reckoning) -> None:
    """The orders made on the last candle."""
    run, orders = flight.book, whole.orders
    run[at.WORKING] = len(orders.row) - orders.filled
    for number in range(run[at.WORKING]):
        place, start = orders.filled + number, number * at.ORDER
        entry = place % 2 == orders.first
        order = {
            at.ORDER_ASK: run[at.ASKED] - run[at.WORKING] + number,
            at.ORDER_SIGNED: int(orders.signed[place]),
            at.ORDER_LEG: at.ENTRY if entry else at.EXIT,
            at.ORDER_TIME: whole.end.time,
            at.ORDER_INTENT: int(whole.trade[place]) if entry else at.NOBODY,
            at.ORDER_ACCEPTED: 1,
            at.ORDER_DAY: -1,
            at.ORDER_MEETS: -1,
        }
        flight.working[start : start + at.ORDER] = [order.get(each, 0) for each in range(at.ORDER)]
