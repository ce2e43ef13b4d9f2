"""Protection: a stop-loss and a take-profit beside every position that asks for them, and time's exits.

They belong to the position, not to the order that opened it: one stop and one target an instrument (sliced
where the exchange takes no more in one), sized to what is confirmed, at the distances from the average entry
price that the last entering intent named. `aligned` brings the working orders in line, whatever has happened.
"""

from itertools import zip_longest
from typing import NamedTuple

from streams import positions
from streams.domain.intents import NOWHERE, Intent
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderType
from streams.events import Bar, Decided, Effect, Modify
from streams.judging import Reason
from streams.levels import best_price, reference_of, stop_level, target_level, tighter
from streams.proposing import Step, propose, request_of, withdraw
from streams.sizing import sliced
from streams.state import Guard, Holding, Phase, State, Terms, Working, changed, protective
from streams.wanting import leaving


def protects(intent: Intent) -> bool:
    """Whether a position entered by this intent has to be watched."""
    near = intent.stop_loss, intent.take_profit, intent.trailing_stop
    return any(each != NOWHERE for each in near) or intent.manner.exit_after > 0


def entered(state: State, instrument: int, intent: Intent, before: int) -> State:
    """An entry has filled on a position of `before`: the latest intent's distances hold from now on."""
    holding = state.holdings[instrument]
    held, guard = positions.held(holding.lots), holding.guard
    begins = not before or before * held < 0
    entries = () if begins else holding.entries
    if intent.sequence not in entries:
        entries = (*entries, intent.sequence)
    if guard is None or guard.intent.sequence < intent.sequence:
        kept = Guard(intent) if guard is None else guard._replace(intent=intent, placed=0)
        guard = kept if guard is not None or protects(intent) else None
    if guard is not None and begins and held:
        best = reference_of(positions.cost(holding.lots), held)
        guard = guard._replace(best=best, fresh=True, age=0)
    return changed(state, instrument, entries=entries, guard=guard)


def watched(state: State, instrument: int, bar: Bar) -> State:
    """A candle has closed on the position: its trail follows, its time passes.

    Of the candle in which it was opened only the close is known to have come after.
    """
    holding = state.holdings[instrument]
    guard = holding.guard
    if guard is None or not holding.lots:
        return state
    best = guard.best
    if guard.intent.trailing_stop != NOWHERE:
        high, low = (bar.close, bar.close) if guard.fresh else (bar.high, bar.low)
        best = best_price(_sign(holding), best, high, low)
    age = guard.age + (guard.intent.manner.exit_after > 0)
    if not guard.fresh and best == guard.best and age == guard.age:
        return state
    return changed(state, instrument, guard=guard._replace(best=best, fresh=False, age=age))


def timed_out(holding: Holding) -> bool:
    """Whether the position has lasted as many candles as its intent gave it."""
    guard = holding.guard
    return guard is not None and 0 < guard.intent.manner.exit_after <= guard.age


def aligned(terms: Terms, state: State, instrument: int) -> Step:
    """Places, moves and withdraws protective orders until they are what the position asks for.

    Not while something is being given back; and none is placed while the end of one asked to be cancelled is
    unknown.
    """
    holding = state.holdings[instrument]
    resting = protective(state, instrument)
    if not resting and holding.guard is None:
        return state, ()
    if not holding.lots or state.phase is Phase.STOPPING:
        return withdraw(state, resting)
    if leaving(state, instrument):
        return state, ()
    staying = [each for each in resting if each.request.key not in state.withdrawn]
    held, traded = abs(positions.held(holding.lots)), terms.instruments[instrument]
    sizes = sliced(held, traded.freeze_quantity, traded.lot_size)
    effects: tuple[Effect, ...] = ()
    for leg, price in _levels(holding, traded.tick_size):
        orders = [each for each in staying if each.request.key.leg is leg]
        wanted = _Wanted(instrument, leg, price, sizes if price else (), placeable=staying == resting)
        state, more = _leg(terms, state, wanted, orders)
        effects += more
    return _counted(state, instrument, effects), effects


class _Wanted(NamedTuple):
    """What one leg of an instrument's protection should be: its level, the sizes of its orders, and whether
    new ones may be placed."""

    instrument: int
    leg: Leg
    price: int
    sizes: tuple[int, ...]
    placeable: bool


def _sign(holding: Holding) -> int:
    return 1 if holding.lots[0].quantity > 0 else -1


def _levels(holding: Holding, tick_size: int) -> tuple[tuple[Leg, int], ...]:
    """Where each leg belongs; 0 where there is none."""
    guard, sign = holding.guard, _sign(holding)
    if guard is None:
        return (Leg.STOP_LOSS, 0), (Leg.TAKE_PROFIT, 0)
    reference = reference_of(positions.cost(holding.lots), positions.held(holding.lots))
    stop = stop_level(sign, reference, *guard.intent.stop_loss, tick_size)
    trail = stop_level(sign, guard.best, *guard.intent.trailing_stop, tick_size)
    target = target_level(sign, reference, *guard.intent.take_profit, tick_size)
    return (Leg.STOP_LOSS, tighter(sign, stop, trail)), (Leg.TAKE_PROFIT, target)


def _leg(terms: Terms, state: State, wanted: _Wanted, orders: list[Working]) -> Step:
    """One leg's orders against the sizes they should have."""
    effects: tuple[Effect, ...] = ()
    for place, (order, size) in enumerate(zip_longest(orders, wanted.sizes)):
        if order is None:
            state, more = _place(terms, state, wanted, place)
        elif size is None:
            state, more = withdraw(state, [order])
        else:
            state, more = _move(state, order, _priced(order.request, order.filled + size, wanted.price))
        effects += more
    return state, effects


def _place(terms: Terms, state: State, wanted: _Wanted, place: int) -> Step:
    holding = state.holdings[wanted.instrument]
    if holding.guard is None or not wanted.placeable:
        return state, ()
    intent = holding.guard.intent
    key = OrderKey(f"intent:{intent.sequence}", wanted.leg, place, holding.guard.placed)
    size = wanted.sizes[place]
    request = request_of(terms, state, key, wanted.instrument, -_sign(holding) * size)
    return propose(terms, state, _priced(request, size, wanted.price), Reason(intent))


def _priced(request: OrderRequest, quantity: int, price: int) -> OrderRequest:
    if request.key.leg is Leg.STOP_LOSS:
        return request._replace(quantity=quantity, order_type=OrderType.STOP_LOSS_MARKET, trigger_price=price)
    return request._replace(quantity=quantity, order_type=OrderType.LIMIT, limit_price=price)


def _move(state: State, order: Working, request: OrderRequest) -> Step:
    """Quantity and price are believed as asked; a fill that crosses the change is booked as it is."""
    if request == order.request:
        return state, ()
    working = tuple(each._replace(request=request) if each is order else each for each in state.working)
    return state._replace(working=working), (Modify(request),)


def _counted(state: State, instrument: int, effects: tuple[Effect, ...]) -> State:
    """Each round of placing is a generation of its own, whatever risk has said to it."""
    guard = state.holdings[instrument].guard
    if guard is None or not any(isinstance(each, Decided) for each in effects):
        return state
    return changed(state, instrument, guard=guard._replace(placed=guard.placed + 1))
