"""Protection: a stop-loss and a take-profit beside every position that asks for them, and time's exits.

They belong to the position, not to the order that opened it: one stop and one target an instrument (sliced
where the exchange takes no more in one), sized to what is confirmed, at the distances from the average entry
price that the last entering intent named. `aligned` brings the working orders in line, whatever has happened.
"""

from typing import NamedTuple

from streams import positions
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderType
from streams.events import Decided, Effect, Modify
from streams.judging import Reason
from streams.levels import reference_of, stop_level, target_level, tighter
from streams.ordering import may_give_back
from streams.proposing import Step, propose, request_of, withdraw
from streams.sizing import allotted, slice_size, sliced
from streams.state import Holding, Phase, State, Terms, Working, changed, in_flight, protective
from streams.wanting import leaving


def aligned(terms: Terms, state: State, instrument: int) -> Step:
    """Places, moves and withdraws protective orders until they are what the position asks for.

    Not while something is being given back, unless risk keeps it from leaving; and none is placed while the
    end of one asked to be cancelled is unknown.
    """
    holding = state.holdings[instrument]
    resting = protective(state, instrument)
    if not resting and holding.guard is None:
        return state, ()
    if not holding.lots or state.phase is Phase.STOPPING:
        return withdraw(state, resting)
    if leaving(state, instrument) and not _kept(terms, state, instrument, resting):
        return state, ()
    staying = [each for each in resting if each.request.key not in state.withdrawn]
    held = abs(positions.held(holding.lots))
    effects: tuple[Effect, ...] = ()
    for leg, price in _levels(holding, terms.instruments[instrument].tick_size):
        orders = [each for each in staying if each.request.key.leg is leg]
        wanted = _Wanted(instrument, leg, price, held if price else 0, placeable=staying == resting)
        state, more = _leg(terms, state, wanted, orders)
        effects += more
    return _counted(state, instrument, effects), effects


def _kept(terms: Terms, state: State, instrument: int, resting: list[Working]) -> bool:
    """Whether what is owed cannot leave: nothing of it is on its way, and risk will not have it."""
    going = any(each.request.key in state.withdrawn for each in resting) or in_flight(
        state, instrument, Leg.EXIT
    )
    return not going and not may_give_back(terms, state, instrument)


class _Wanted(NamedTuple):
    """What one leg of an instrument's protection should be: its level, its quantity, and whether new orders
    may be placed."""

    instrument: int
    leg: Leg
    price: int
    quantity: int
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
    """One leg's orders, and new ones for what does not go into them."""
    traded = terms.instruments[wanted.instrument]
    most = slice_size(traded.freeze_quantity, traded.lot_size)
    sizes = allotted(wanted.quantity, tuple(each.filled for each in orders), most)
    effects: tuple[Effect, ...] = ()
    for order, size in zip(orders, sizes, strict=True):
        if size:
            state, more = _move(state, order, _priced(order.request, order.filled + size, wanted.price))
        else:
            state, more = withdraw(state, [order])
        effects += more
    rest = sliced(wanted.quantity - sum(sizes), traded.freeze_quantity, traded.lot_size)
    for place, size in enumerate(rest if wanted.placeable else (), len(orders)):
        state, more = _place(terms, state, wanted, place, size)
        effects += more
    return state, effects


def _place(terms: Terms, state: State, wanted: _Wanted, place: int, size: int) -> Step:
    holding = state.holdings[wanted.instrument]
    if holding.guard is None:
        return state, ()
    intent = holding.guard.intent
    key = OrderKey(f"intent:{intent.sequence}", wanted.leg, place, holding.guard.placed)
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
