"""Requests through risk: what is permitted becomes a working order, everything is recorded."""

from streams.domain.intents import Intent
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, OrderType, Side
from streams.events import Cancel, Decided, Effect, Place
from streams.judging import Reason, book, proposal
from streams.state import State, Terms, Working
from streams.timetable import product_of

Step = tuple[State, tuple[Effect, ...]]


def request_of(terms: Terms, state: State, key: OrderKey, instrument: int, signed: int) -> OrderRequest:
    """A market order for a signed quantity, carried as the strategy's orders in this instrument are."""
    return OrderRequest(
        key,
        instrument,
        Side.BUY if signed > 0 else Side.SELL,
        abs(signed),
        state.now,
        key.intent if key.leg is Leg.ENTRY else None,
        OrderType.MARKET,
        product_of(terms, state.holdings[instrument].manner),
    )


def propose(terms: Terms, state: State, request: OrderRequest, reason: Reason) -> Step:
    """Risk's decision on a request, and its order when permitted."""
    decision = terms.risk.decide(proposal(terms, state, request, reason), book(state, request))
    decided = Decided(reason.intent, request, decision)
    if not decision.permitted:
        return state, (decided,)
    entering = request.key.leg is Leg.ENTRY
    placed = Working(request, OrderStatus.SENDING, intent=reason.intent if entering else None)
    state = state._replace(
        working=(*state.working, placed),
        orders_today=state.orders_today + 1,
        trades_today=state.trades_today + (entering and not request.key.slice),
    )
    return state, (decided, Place(request))


def permitted(terms: Terms, state: State, request: OrderRequest, reason: Reason) -> bool:
    """Whether risk would let a request pass as things are; nothing is recorded."""
    return terms.risk.decide(proposal(terms, state, request, reason), book(state, request)).permitted


def propose_all(terms: Terms, state: State, requests: list[OrderRequest], reason: Reason) -> Step:
    """The slices of one decision, each judged by itself; after a refusal there is no further one."""
    effects: tuple[Effect, ...] = ()
    for request in requests:
        working = len(state.working)
        state, more = propose(terms, state, request, reason)
        effects += more
        if len(state.working) == working:
            break
    return state, effects


def withdraw(state: State, orders: list[Working]) -> Step:
    """Asks for each order to be cancelled, once; its end is the broker's to report."""
    keys = tuple(each.request.key for each in orders if each.request.key not in state.withdrawn)
    if not keys:
        return state, ()
    return state._replace(withdrawn=(*state.withdrawn, *keys)), tuple(map(Cancel, keys))


def asks_again(state: State, intent: Intent) -> int:
    """How often this intent has been heard before."""
    return int(intent.sequence <= state.asked)
