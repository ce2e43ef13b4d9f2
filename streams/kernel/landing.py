"""The flight where a quiet batch ends."""

import numpy as np

from streams.asked import Asked
from streams.domain.market import Candles
from streams.kernel import layout as at
from streams.kernel.columns import Flight
from streams.kernel.quiet import HOME, Asks, Batched, balance, first_cost, held_before


def land(flight: Flight, whole: Batched, asks: Asks, candles: Candles, asked: Asked) -> None:
    """The flight where the batch ends."""
    run, done, made, last = flight.book, whole.done, whole.made, len(candles) - 1
    exits, closes = ~done.entry, whole.notes.parts.sum()
    before = np.concatenate(([first_cost(flight)], whole.kept.cost))
    gained = int((made.before[done.step] * done.price - before[done.step])[exits].sum())
    charges, begins = int(done.parts.sum() + closes), whole.turns.begins
    run[at.CASH] += int(done.cash.sum() - closes)
    run[at.REALISED] += gained
    run[HOME + at.GAINED] += gained
    run[at.CHARGES] += charges
    run[HOME + at.PAID] += charges
    if len(begins):
        money = _opening(flight, whole, int(begins[-1]), int(done.cash.sum() - closes))
        run[at.DAY], run[at.DAY_EQUITY] = int(whole.turns.of[-1]), money
        run[at.ORDERS_TODAY] = run[at.TRADES_TODAY] = 0
    since = asks.step[made.row[asks.step] >= (begins[-1] if len(begins) else 0)]
    run[at.ORDERS_TODAY] += len(since)
    run[at.TRADES_TODAY] += int(asks.entry[len(asks.step) - len(since) :].sum())
    for place, number in enumerate(whole.notes.left):
        run[HOME + at.DEALINGS + place] = number
    run[HOME + at.MARK] = int(whole.marks[last]) or run[HOME + at.MARK]
    run[at.TIME] = run[at.NOW] = int(candles.time[last])
    run[at.ASKED] += len(asks.step)
    _hold(flight, whole)
    _want(flight, whole, asked)
    _rest(flight, whole, asks, candles, asked)


def _opening(flight: Flight, whole: Batched, begin: int, flow: int) -> int:
    """The equity with which the day that began at this candle began; `flow` is in the cash by now."""
    row = np.array([begin])
    cash = int(balance(flight, whole, row, row)[0]) - flow
    mark = int(whole.marks[begin - 1]) if begin else flight.book[HOME + at.MARK]
    return cash + int(held_before(whole, row)[0]) * mark


def _hold(flight: Flight, whole: Batched) -> None:
    """The position, in one lot or none."""
    run, done = flight.book, whole.done
    if not len(done.step):
        return
    last = int(done.step[-1])
    held = int(whole.made.wanted[last])
    cost = int(whole.kept.cost[last])
    run[HOME + at.HELD], run[HOME + at.COST] = held, cost
    run[HOME + at.LOTS], run[HOME + at.FIRST] = int(held != 0), 0
    if held:
        flight.lots[at.LOT_TRADE] = int(whole.kept.trade[last])
        flight.lots[at.LOT_QUANTITY], flight.lots[at.LOT_COST] = held, cost
    if done.entry.any():
        run[HOME + at.ENTRIES] = 1


def _want(flight: Flight, whole: Batched, asked: Asked) -> None:
    """What the last intent wants."""
    run, last = flight.book, len(asked)
    if last:
        run[HOME + at.TARGET], run[HOME + at.AIMED] = int(whole.made.wanted[-1]), 1
        run[HOME + at.CAUSE_KIND], run[HOME + at.CAUSE] = at.BY_INTENT, asked.first + last - 1
        run[HOME + at.EXITS], run[HOME + at.FOLLOWED] = int(whole.made.exits[-1]), 1
        run[at.HEARD] = asked.first + last - 1


def _rest(flight: Flight, whole: Batched, asks: Asks, candles: Candles, asked: Asked) -> None:
    """The orders made on the last candle."""
    waiting = np.flatnonzero(whole.made.row[asks.step] == len(candles) - 1)
    flight.book[at.WORKING] = len(waiting)
    for number, place in enumerate(waiting.tolist()):
        start, entry = number * at.ORDER, bool(asks.entry[place])
        flight.working[start : start + at.ORDER] = [0] * at.ORDER
        order = {
            at.ORDER_ASK: flight.book[at.ASKED] - len(asks.step) + place,
            at.ORDER_SIGNED: int(asks.signed[place]),
            at.ORDER_LEG: at.ENTRY if entry else at.EXIT,
            at.ORDER_TIME: int(candles.time[-1]),
            at.ORDER_INTENT: asked.first + int(asks.step[place]) - 1 if entry else at.NOBODY,
            at.ORDER_ACCEPTED: 1,
            at.ORDER_DAY: -1,
            at.ORDER_MEETS: -1,
        }
        for offset, value in order.items():
            flight.working[start + offset] = value
