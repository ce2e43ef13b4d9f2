"""The one fold: `step(terms, state, event)` gives the next state and what has to be done.

Backtest, paper and live go through this function and no other. Risk sits inside it, because it needs
positions and orders in flight: two intents can never pass on the same stale position.
"""

from streams.booking import settle
from streams.domain.intents import Intent
from streams.domain.market import MICROSECONDS
from streams.domain.orders import Leg
from streams.events import CandlesClosed, Command, CommandKind, Effect, Event, PnlStruck, Report
from streams.ordering import Step, excess, follow, give_back, square_off, withdraw
from streams.state import Phase, State, Terms, entering, equity, worth

IST_OFFSET = int(5.5 * 3600) * MICROSECONDS
DAY = 86_400 * MICROSECONDS


def step(terms: Terms, state: State, event: Event) -> Step:
    """The state after an event, and its effects in order. Pure.

    IllegalTransition when a broker report asks an order for an edge that does not exist.
    """
    if isinstance(event, CandlesClosed):
        return _on_candles(terms, state, event)
    if isinstance(event, Intent):
        return follow(terms, state, event)
    if isinstance(event, Report):
        return settle(terms, _at(state, event.execution.time) if event.execution else state, event)
    if isinstance(event, Command):
        return _on_command(terms, state, event)
    return state._replace(elsewhere=event.exposure), ()


def finished(state: State) -> bool:
    """Whether a stopping run has nothing left to wait for."""
    if state.phase is not Phase.STOPPING or state.working:
        return False
    return not any(excess(each) for each in state.holdings)


def _on_candles(terms: Terms, state: State, event: CandlesClosed) -> Step:
    """New marks, and exits that are still owed."""
    state = _at(state, event.time)
    holdings = tuple(
        each if each.mark == mark or not mark else each._replace(mark=mark)
        for each, mark in zip(state.holdings, event.marks, strict=True)
    )
    state = state._replace(holdings=holdings, time=event.time)
    effects: tuple[Effect, ...] = ()
    for instrument, bar in enumerate(event.bars):
        if bar is not None and holdings[instrument].lots:
            state, more = give_back(terms, state, instrument, None)
            effects += more
    return state, (*effects, struck(state))


def _at(state: State, time: int) -> State:
    """On a new day, by a fill at its open or by a candle: the equity its loss is measured from."""
    day = (time + IST_OFFSET) // DAY
    if day <= state.day:
        return state
    return state._replace(day=day, day_equity=equity(state), cancelled=())


def struck(state: State) -> PnlStruck:
    """The run's P&L as it stands."""
    held = worth(state)
    return PnlStruck(
        state.time,
        state.realised,
        held.value - held.cost,
        state.charges,
        state.cash + held.value,
        held.exposure + entering(state),
    )


def _on_command(terms: Terms, state: State, command: Command) -> Step:
    """PAUSE and RESUME switch new risk; STOP withdraws entries; SQUARE_OFF closes everything."""
    if command.kind in _PHASES:
        return _to_phase(state, command.kind), ()
    flatten = command.kind is CommandKind.SQUARE_OFF or command.square_off
    effects: tuple[Effect, ...] = ()
    if command.kind is CommandKind.STOP:
        state = state._replace(phase=Phase.STOPPING)
    if flatten:
        state, effects = square_off(terms, state, f"command:{command.sequence}")
    entries = [each for each in state.working if each.request.key.leg is Leg.ENTRY]
    state, cancels = withdraw(state, entries)
    return state, (*effects, *cancels)


_PHASES = {
    CommandKind.PAUSE: Phase.PAUSED,
    CommandKind.RESUME: Phase.TRADING,
    CommandKind.RESTART: Phase.TRADING,
}


def _to_phase(state: State, kind: CommandKind) -> State:
    """A run on its way out is not paused or resumed; it can only be started again."""
    if state.phase is Phase.STOPPING and kind is not CommandKind.RESTART:
        return state
    return state._replace(phase=_PHASES[kind])
