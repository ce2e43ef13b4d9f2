"""Wanted positions to orders: what to give back, what to withdraw, what to enter.

While protection rests beside a position, exits wait: protection is withdrawn first, and what waits goes on
when the broker has confirmed it (`pursue` again, from booking).
"""

from streams.domain.intents import Action, Intent
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderType
from streams.events import Effect
from streams.judging import Reason
from streams.levels import limit_price, trigger_price
from streams.proposing import Step, asks_again, permitted, propose, propose_all, request_of, withdraw
from streams.sizing import sliced
from streams.state import State, Terms, Working, changed, in_flight, protective
from streams.timetable import past_square_off
from streams.wanting import owed, staying, stopless, wanted_of

_BY_THE_CLOCK = ("command", "square_off", "exit_after")
"""Causes that a person or the clock is behind."""


def follow(terms: Terms, state: State, intent: Intent) -> Step:
    """An intent: give back what is too much, withdraw what goes the other way, enter the rest.

    What was squared off for the day is not wanted again that day, whatever the strategy says: it is refused.
    """
    if asks_again(state, intent):
        return _refuse_again(terms, state, intent)
    state = state._replace(asked=intent.sequence)
    wanted, instrument = wanted_of(terms, state, intent), intent.instrument
    if wanted is None:
        return state, ()
    state = changed(state, instrument, manner=intent.manner)
    if wanted and past_square_off(terms, instrument, intent.manner, state.time):
        return _proposed(terms, state, intent, wanted, Reason(intent))
    state = aim(state, instrument, wanted, f"intent:{intent.sequence}")
    state = changed(state, instrument, waiting=intent)
    return pursue(terms, state, instrument)


def aim(state: State, instrument: int, target: int, cause: str) -> State:
    """Sets what is wanted, and why; nothing waits any more."""
    return changed(state, instrument, target=target, cause=cause, exits=0, waiting=None)


def pursue(terms: Terms, state: State, instrument: int) -> Step:
    """Whatever the target still needs: exits first; they and the entry wait while protection rests.

    An exit that risk will refuse (the run is halted) takes no protection away.
    """
    resting = protective(state, instrument)
    if resting and owed(state, instrument) and may_give_back(terms, state, instrument):
        state, cancels = withdraw(state, resting)
        state, unwanted = _withdraw_entries(state, instrument)
        return state, (*cancels, *unwanted)
    intent = state.holdings[instrument].waiting
    state, exits = _give_back(terms, state, instrument, intent)
    if intent is None:
        return state, exits
    state = changed(state, instrument, waiting=None)
    state, cancels = _withdraw_entries(state, instrument)
    state, entries = _enter(terms, state, intent)
    return state, (*exits, *cancels, *entries)


def _give_back(terms: Terms, state: State, instrument: int, intent: Intent | None) -> Step:
    """Gives back what is held beyond the target, less exits in flight: it never sells what is not there."""
    if not owed(state, instrument):
        return state, ()
    requests, reason = _exits(terms, state, instrument, intent)
    state = changed(state, instrument, exits=state.holdings[instrument].exits + 1)
    return propose_all(terms, state, requests, reason)


def may_give_back(terms: Terms, state: State, instrument: int) -> bool:
    """Whether risk would permit what is owed now to leave."""
    requests, reason = _exits(terms, state, instrument, None)
    return not requests or permitted(terms, state, requests[0], reason)


def _exits(
    terms: Terms, state: State, instrument: int, intent: Intent | None
) -> tuple[list[OrderRequest], Reason]:
    """The orders that give back what is owed, and why."""
    holding = state.holdings[instrument]
    key = OrderKey(holding.cause, Leg.EXIT, generation=holding.exits)
    reason = Reason(intent, squares_off=holding.cause.partition(":")[0] in _BY_THE_CLOCK)
    return _sliced(terms, request_of(terms, state, key, instrument, owed(state, instrument))), reason


def _enter(terms: Terms, state: State, intent: Intent) -> Step:
    """Orders target - position - in flight if risk permits; a refusal disarms the target until it changes."""
    instrument = intent.instrument
    key = OrderKey(f"intent:{intent.sequence}", Leg.ENTRY)
    if stopless(intent):
        return _proposed(terms, state, intent, intent.target, Reason(intent, stopless=True))
    wanted = state.holdings[instrument].target or 0
    missing = wanted - staying(state, instrument) - in_flight(state, instrument, Leg.ENTRY)
    if not missing * wanted > 0:
        return state, ()
    request = _priced(terms, state, intent, request_of(terms, state, key, instrument, missing))
    return propose_all(terms, state, _sliced(terms, request), Reason(intent))


def _priced(terms: Terms, state: State, intent: Intent, request: OrderRequest) -> OrderRequest:
    """The entry with its type, validity and prices, on the tick grid before risk sees it."""
    manner, sign = intent.manner, request.side.sign
    tick_size = terms.instruments[intent.instrument].tick_size
    limit = trigger = None
    if manner.order_type in (OrderType.STOP_LOSS, OrderType.STOP_LOSS_MARKET):
        trigger = trigger_price(sign, intent.trigger_price, tick_size)
    if manner.order_type is OrderType.LIMIT:
        mark = state.holdings[intent.instrument].mark
        limit = limit_price(sign, intent.limit_price, mark, manner.limit_offset, tick_size)
    if manner.order_type is OrderType.STOP_LOSS:
        limit = limit_price(sign, intent.limit_price, trigger or 0, 0, tick_size)
    return request._replace(
        order_type=manner.order_type, validity=manner.validity, limit_price=limit, trigger_price=trigger
    )


def _sliced(terms: Terms, request: OrderRequest) -> list[OrderRequest]:
    """A request as the orders it is made in: no more in one than the exchange takes."""
    instrument = terms.instruments[request.instrument]
    sizes = sliced(request.quantity, instrument.freeze_quantity, instrument.lot_size)
    return [
        request._replace(key=request.key._replace(slice=n), quantity=size) for n, size in enumerate(sizes)
    ]


def _withdraw_entries(state: State, instrument: int) -> Step:
    """Cancels entries that go the wrong way, and all of them where they would come to too much."""
    wanted = state.holdings[instrument].target or 0
    working = entries_of(state, instrument)
    coming, room = in_flight(state, instrument, Leg.ENTRY), wanted - staying(state, instrument)
    if coming * wanted > 0 and abs(coming) <= abs(room) and coming * room > 0:
        working = [each for each in working if each.rest * wanted <= 0]
    return withdraw(state, working)


def entries_of(state: State, instrument: int) -> list[Working]:
    """The instrument's working entries."""
    return [
        each
        for each in state.working
        if each.request.instrument == instrument and each.request.key.leg is Leg.ENTRY
    ]


def square_off(terms: Terms, state: State, instrument: int, cause: str) -> Step:
    """Aims an instrument at nothing, disarmed until its strategy asks anew; its entries are withdrawn."""
    state = aim(state, instrument, 0, f"{cause}:{instrument}")
    state, exits = pursue(terms, state, instrument)
    state, cancels = withdraw(state, entries_of(state, instrument))
    return state, (*exits, *cancels)


def square_off_all(terms: Terms, state: State, cause: str) -> Step:
    """The same for every instrument."""
    effects: tuple[Effect, ...] = ()
    for instrument in range(len(state.holdings)):
        state, more = square_off(terms, state, instrument, cause)
        effects += more
    return state, effects


def _refuse_again(terms: Terms, state: State, intent: Intent) -> Step:
    """An intent heard before is judged as what it is: a repetition."""
    if not intent.target or intent.action is Action.EXIT:
        return state, ()
    return _proposed(terms, state, intent, intent.target, Reason(intent, repeats=1))


def _proposed(terms: Terms, state: State, intent: Intent, wanted: int, reason: Reason) -> Step:
    """Risk's word on an entry of one lot: for what it will refuse whatever the size."""
    key = OrderKey(f"intent:{intent.sequence}", Leg.ENTRY, generation=reason.repeats)
    lot = terms.instruments[intent.instrument].lot_size
    request = request_of(terms, state, key, intent.instrument, lot if wanted > 0 else -lot)
    return propose(terms, state, request, reason)
