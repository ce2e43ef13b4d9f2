"""The day's contract note: what it adds to the provisional charges of the day's fills, or takes off."""

from streams import positions
from streams.charges import UNTRADED, rates_on, settled
from streams.events import ChargesSettled, Effect, PositionChanged
from streams.proposing import Step
from streams.state import State, Terms, changed
from streams.timetable import product_of


def settle_day(terms: Terms, state: State) -> Step:
    """Settles what has been dealt on the state's day, instrument by instrument; nothing when it is settled.

    The fold does it when a later day begins; who ends a run does it once more.
    """
    effects: tuple[Effect, ...] = ()
    for instrument, holding in enumerate(state.holdings):
        if holding.dealings != UNTRADED:
            state, more = _settle(terms, state, instrument)
            effects += more
    return state, effects


def _settle(terms: Terms, state: State, instrument: int) -> Step:
    holding, traded = state.holdings[instrument], terms.instruments[instrument]
    rates = rates_on(terms.charges, traded, product_of(terms, holding.manner), state.day)
    parts = settled(rates, holding.dealings)
    charges = holding.charges + parts.total
    state = changed(state, instrument, dealings=UNTRADED, charges=charges)
    if not any(parts):
        return state, ()
    state = state._replace(cash=state.cash - parts.total, charges=state.charges + parts.total)
    return state, (ChargesSettled(state.day, instrument, parts), position_of(state, instrument))


def position_of(state: State, instrument: int) -> PositionChanged:
    """An instrument as it stands."""
    after = state.holdings[instrument]
    held, spent = positions.held(after.lots), positions.cost(after.lots)
    return PositionChanged(instrument, held, spent, after.realised, after.charges)
