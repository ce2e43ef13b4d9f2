"""Targets to orders: what to give back, what to withdraw, what to enter, and whether risk permits it."""

from typing import Any

from streams import positions
from streams.domain.intents import Intent
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, Side
from streams.events import Cancel, Decided, Effect, Place
from streams.risk.rules import Proposal
from streams.state import Holding, State, Terms, Working, book, in_flight

Step = tuple[State, tuple[Effect, ...]]


def follow(terms: Terms, state: State, intent: Intent) -> Step:
    """A target that changed: give back what is too much, withdraw what goes the other way, enter the rest."""
    lot = terms.instruments[intent.instrument].lot_size
    wanted = _toward_zero(intent.target, lot)
    state = aim(state, intent.instrument, wanted, f"intent:{intent.sequence}")
    state, exits = give_back(terms, state, intent.instrument, intent)
    state, cancels = _withdraw_entries(state, intent.instrument, wanted)
    state, entries = _enter(terms, state, intent, wanted)
    return state, (*exits, *cancels, *entries)


def _toward_zero(quantity: int, lot: int) -> int:
    return quantity // lot * lot if quantity >= 0 else -(-quantity // lot * lot)


def aim(state: State, instrument: int, target: int, cause: str) -> State:
    return changed(state, instrument, target=target, cause=cause, exits=0)


def changed(state: State, instrument: int, **changes: Any) -> State:
    holdings = list(state.holdings)
    holdings[instrument] = holdings[instrument]._replace(**changes)
    return state._replace(holdings=tuple(holdings))


def _enter(terms: Terms, state: State, intent: Intent, wanted: int) -> Step:
    """Orders target - position - in flight if risk permits; a refusal disarms the target until it changes."""
    held = positions.held(state.holdings[intent.instrument].lots)
    missing = wanted - held - in_flight(state, intent.instrument, *Leg)
    if not missing * wanted > 0:
        return state, ()
    key = OrderKey(f"intent:{intent.sequence}", Leg.ENTRY)
    return _propose(terms, state, intent, _request(terms, state, key, intent.instrument, missing))


def _request(terms: Terms, state: State, key: OrderKey, instrument: int, signed: int) -> OrderRequest:
    side = Side.BUY if signed > 0 else Side.SELL
    trade = key.intent if key.leg is Leg.ENTRY else None
    return OrderRequest(
        key, instrument, side, abs(signed), state.time, trade, product_type=terms.product_type
    )


def _propose(terms: Terms, state: State, intent: Intent | None, request: OrderRequest) -> Step:
    """Risk's decision on a request, and its order when permitted."""
    value = request.quantity * state.holdings[request.instrument].mark
    proposal = Proposal(request.instrument, request.quantity, value, request.key.leg is Leg.EXIT)
    decided = Decided(intent, request, terms.risk.decide(proposal, book(state, request.instrument)))
    if not decided.decision.permitted:
        return state, (decided,)
    placed = Working(request, OrderStatus.SENDING)
    return state._replace(working=(*state.working, placed)), (decided, Place(request))


def excess(holding: Holding) -> int:
    """Signed quantity held beyond what the target allows."""
    held = positions.held(holding.lots)
    if holding.target is None or not held:
        return 0
    allowed = max(0, min(held, holding.target)) if held > 0 else min(0, max(held, holding.target))
    return held - allowed


def give_back(terms: Terms, state: State, instrument: int, intent: Intent | None) -> Step:
    """Gives back what is held beyond the target, less exits in flight: it never sells what is not there."""
    holding = state.holdings[instrument]
    beyond = excess(holding)
    signed = -beyond - in_flight(state, instrument, Leg.EXIT)
    if not signed * beyond < 0:
        return state, ()
    key = OrderKey(holding.cause, Leg.EXIT, generation=holding.exits)
    state = changed(state, instrument, exits=holding.exits + 1)
    return _propose(terms, state, intent, _request(terms, state, key, instrument, signed))


def _withdraw_entries(state: State, instrument: int, wanted: int) -> Step:
    """Cancels entries still working that the target no longer asks for."""
    unwanted = [
        each
        for each in state.working
        if each.request.instrument == instrument
        and each.request.key.leg is Leg.ENTRY
        and each.rest * wanted <= 0
    ]
    return withdraw(state, unwanted)


def withdraw(state: State, orders: list[Working]) -> Step:
    """Asks for each order to be cancelled, once; its end is the broker's to report."""
    keys = tuple(each.request.key for each in orders if each.request.key not in state.withdrawn)
    if not keys:
        return state, ()
    return state._replace(withdrawn=(*state.withdrawn, *keys)), tuple(map(Cancel, keys))


def square_off(terms: Terms, state: State, cause: str) -> Step:
    """Aims every instrument at nothing: disarmed until its strategy's target changes."""
    effects: tuple[Effect, ...] = ()
    for instrument in range(len(state.holdings)):
        state = aim(state, instrument, 0, f"{cause}:{instrument}")
        state, more = give_back(terms, state, instrument, None)
        effects += more
    return state, effects
