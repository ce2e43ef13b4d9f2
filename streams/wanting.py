"""Intents to wanted positions: what a strategy's numbers come to when the order is decided."""

from streams import positions
from streams.domain.intents import NOWHERE, Action, Intent, Sizing
from streams.domain.orders import Leg
from streams.sizing import distance, measure_of, sized
from streams.state import Holding, State, Terms, equity, in_flight

_OF_EQUITY = (Sizing.CAPITAL, Sizing.RISK)


def wanted_of(terms: Terms, state: State, intent: Intent) -> int | None:
    """The signed quantity an intent wants held; None where it asks for nothing, or has no price to go by.

    ENTER turns round a position of the other side, and adds to one of its own while it has been entered fewer
    times than the manner allows. EXIT concerns positions of its target's side, or of any when that is 0. A
    size that hangs on a missing stop-loss wants what is held on its side.
    """
    if not state.holdings[intent.instrument].mark:
        return None
    going = staying(state, intent.instrument) + in_flight(state, intent.instrument, Leg.ENTRY)
    if intent.action is Action.EXIT:
        return None if not going or intent.target * going < 0 else 0
    own = going if going * intent.target > 0 else 0
    if stopless(intent):
        return own
    size = _size(terms, state, intent)
    if intent.action is Action.TARGET or not own:
        return size
    if times_entered(state, intent.instrument) >= intent.manner.pyramiding:
        return None
    return own + size


def stopless(intent: Intent) -> bool:
    """Whether the size is a share of equity to risk, and there is no stop to tell the risk by."""
    return intent.manner.sizing is Sizing.RISK and intent.target != 0 and _stop(intent) == NOWHERE


def _stop(intent: Intent) -> tuple[int, int]:
    return intent.trailing_stop if intent.stop_loss == NOWHERE else intent.stop_loss


def _size(terms: Terms, state: State, intent: Intent) -> int:
    mark, sizing = state.holdings[intent.instrument].mark, intent.manner.sizing
    points, ppm = _stop(intent)
    stop = max(1, distance(mark, points, ppm)) if sizing is Sizing.RISK and intent.target else 0
    worth = equity(state) if sizing in _OF_EQUITY else 0
    lot_size = terms.instruments[intent.instrument].lot_size
    return sized(measure_of(sizing), intent.target, mark, lot_size, worth, stop)


def times_entered(state: State, instrument: int) -> int:
    """How many intents have entered since the position was flat, those in flight included."""
    in_flight = {
        each.intent.sequence
        for each in state.working
        if each.intent is not None
        and each.request.instrument == instrument
        and each.request.key not in state.withdrawn
    }
    return len(in_flight.union(state.holdings[instrument].entries))


def excess(holding: Holding) -> int:
    """Signed quantity held beyond what the target allows."""
    held = positions.held(holding.lots)
    if holding.target is None or not held:
        return 0
    allowed = max(0, min(held, holding.target)) if held > 0 else min(0, max(held, holding.target))
    return held - allowed


def owed(state: State, instrument: int) -> int:
    """The signed quantity to order to give back what is too much: less the exits in flight, UNKNOWN ones
    included, so that nothing is sold that is not there."""
    beyond = excess(state.holdings[instrument])
    signed = -beyond - in_flight(state, instrument, Leg.EXIT) if beyond else 0
    return signed if signed * beyond < 0 else 0


def staying(state: State, instrument: int) -> int:
    """What will be held of the position when all exits, in flight and still owed, have filled."""
    held = positions.held(state.holdings[instrument].lots)
    return held + in_flight(state, instrument, Leg.EXIT) + owed(state, instrument)


def leaving(state: State, instrument: int) -> bool:
    """Whether something of the position is being given back, or is about to be."""
    waits = state.holdings[instrument].waiting is not None
    return waits or bool(owed(state, instrument)) or bool(in_flight(state, instrument, Leg.EXIT))
