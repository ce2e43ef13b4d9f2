"""The day's contract note: what it adds to the provisional charges of the day's fills, or takes off."""

from streams import positions
from streams.charges import UNTRADED, rates_on, settled
from streams.domain.portfolio import Charges
from streams.events import ChargesSettled, Effect, PositionChanged
from streams.proposing import Step
from streams.state import State, Terms, changed
from streams.timetable import product_of


def settle_day(terms: Terms, state: State) -> Step:
    """Settles what has been dealt on the state's day, instrument by instrument; nothing when it is settled.

    The fold does it when a later day begins; who ends a backtest does it once more.
    """
    state, effects = settle_so_far(terms, state)
    for instrument, holding in enumerate(state.holdings):
        if holding.dealings != UNTRADED:
            state = changed(state, instrument, dealings=UNTRADED, noted=Charges())
    return state, effects


def settle_so_far(terms: Terms, state: State) -> Step:
    """The same for a run that ends and may be started again on that day: what it deals in after that joins
    the same note, whose rupees are rounded, and whose DP is charged, once."""
    effects: tuple[Effect, ...] = ()
    for instrument, holding in enumerate(state.holdings):
        if holding.dealings != UNTRADED:
            state, more = _settle(terms, state, instrument)
            effects += more
    return state, effects


def _settle(terms: Terms, state: State, instrument: int) -> Step:
    holding, traded = state.holdings[instrument], terms.instruments[instrument]
    rates = rates_on(terms.charges, traded, product_of(terms, holding.manner), state.day)
    due = settled(rates, holding.dealings)
    parts = Charges(*(whole - noted for whole, noted in zip(due, holding.noted, strict=True)))
    state = changed(state, instrument, noted=due, charges=holding.charges + parts.total)
    if not any(parts):
        return state, ()
    state = state._replace(cash=state.cash - parts.total, charges=state.charges + parts.total)
    return state, (ChargesSettled(state.day, instrument, parts), position_of(state, instrument))


def position_of(state: State, instrument: int) -> PositionChanged:
    """An instrument as it stands."""
    after = state.holdings[instrument]
    held, spent = positions.held(after.lots), positions.cost(after.lots)
    return PositionChanged(instrument, held, spent, after.realised, after.charges)
