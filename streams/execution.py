"""The one fold: `step(terms, state, event)` gives the next state and what has to be done.

Backtest, paper and live go through this function and no other. Risk sits inside it, because it needs
positions and orders in flight: two intents can never pass on the same stale position.
"""

from streams.booking import settle
from streams.domain.intents import Intent
from streams.domain.market import MICROSECONDS
from streams.domain.orders import Leg
from streams.events import Bar, CandlesClosed, Command, CommandKind, Effect, Event, PnlStruck, Report
from streams.ordering import entries_of, follow, may_give_back, pursue, square_off, square_off_all
from streams.proposing import Step, withdraw
from streams.protection import aligned
from streams.risk.facts import TradingState
from streams.settlement import settle_day, settle_so_far
from streams.state import Phase, State, Terms, changed, entering, equity, worth
from streams.timetable import past_square_off
from streams.wanting import excess, leaving, owed
from streams.watching import timed_out, watched

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
        return _on_report(terms, state, event)
    if isinstance(event, Command):
        return _on_command(terms, state, event)
    return state._replace(elsewhere=event.exposure, pnl_elsewhere=event.day_pnl), ()


def finished(state: State) -> bool:
    """Whether a stopping run has nothing left to wait for."""
    if state.phase is not Phase.STOPPING or state.working:
        return False
    return not any(excess(each) for each in state.holdings)


def _on_report(terms: Terms, state: State, report: Report) -> Step:
    if report.execution is None:
        return settle(terms, state, report)
    state, noted = _come_to(terms, state, report.execution.time)
    state, effects = settle(terms, state, report)
    return state, (*noted, *effects)


def _on_candles(terms: Terms, state: State, event: CandlesClosed) -> Step:
    """New marks; then, where a candle closed, trails, time, exits that are still owed, protection; P&L."""
    state, effects = _come_to(terms, state, event.time)
    holdings = tuple(
        each if each.mark == mark or not mark else each._replace(mark=mark)
        for each, mark in zip(state.holdings, event.marks, strict=True)
    )
    state = state._replace(holdings=holdings, time=event.time, now=event.time)
    for instrument, bar in enumerate(event.bars):
        if bar is not None:
            state, more = _on_candle(terms, state, instrument, bar)
            effects += more
    return state, (*effects, struck(state))


def _on_candle(terms: Terms, state: State, instrument: int, bar: Bar) -> Step:
    """One instrument's candle."""
    state = watched(state, instrument, bar)
    state, effects = _by_the_clock(terms, state, instrument)
    if state.holdings[instrument].lots:
        state, owed = pursue(terms, state, instrument)
        state, moves = aligned(terms, state, instrument)
        effects += (*owed, *moves)
    return state, effects


def _by_the_clock(terms: Terms, state: State, instrument: int) -> Step:
    """Ends what has lasted long enough, and everything once the day's square-off has come.

    That passes a halt, which an exit of the strategy's does not.
    """
    holding = state.holdings[instrument]
    coming = entries_of(state, instrument) if state.working else []
    halted = owed(state, instrument) and not may_give_back(terms, state, instrument)
    if not halted and not (holding.target and (holding.lots or coming)):
        return state, ()
    if past_square_off(terms, instrument, holding.manner, state.time):
        return square_off(terms, state, instrument, f"square_off:{state.time}")
    if holding.lots and timed_out(holding) and not leaving(state, instrument):
        return square_off(terms, state, instrument, f"exit_after:{state.time}")
    return state, ()


def _come_to(terms: Terms, state: State, time: int) -> Step:
    """On a new day, by a fill at its open or by a candle: the day before is settled, and the equity the new
    day's loss is measured from is what is left."""
    day = (time + IST_OFFSET) // DAY
    if day <= state.day:
        return state, ()
    state, effects = settle_day(terms, state)
    for instrument, traded in enumerate(terms.instruments):
        if traded.price_band:
            state = changed(state, instrument, reference=state.holdings[instrument].mark)
    new = state._replace(day=day, day_equity=equity(state), cancelled=(), orders_today=0, trades_today=0)
    return new, effects


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
    """What a person says: new risk on and off, out of the run, or out of its positions."""
    if command.kind is CommandKind.SETTLE:
        state, note = settle_so_far(terms, state)
        return state, (*note, struck(state)) if note else ()
    state = _set(state, command.kind)
    effects: tuple[Effect, ...] = ()
    if command.kind is CommandKind.SQUARE_OFF or command.square_off:
        state, effects = square_off_all(terms, state, f"command:{command.sequence}")
    if command.kind not in _WITHDRAWING:
        return state, effects
    legs = _WITHDRAWING[command.kind]
    state, cancels = withdraw(state, [each for each in state.working if each.request.key.leg in legs])
    return state, (*effects, *cancels)


_WITHDRAWING = {
    CommandKind.STOP: (Leg.ENTRY, Leg.STOP_LOSS, Leg.TAKE_PROFIT),
    CommandKind.SQUARE_OFF: (Leg.ENTRY,),
    CommandKind.KILL: (Leg.ENTRY,),
    CommandKind.HALT: (Leg.ENTRY,),
}
"""A run that ends can no longer answer for what rests: its protection goes with its entries."""

_PHASES = {
    CommandKind.PAUSE: Phase.PAUSED,
    CommandKind.RESUME: Phase.TRADING,
    CommandKind.RESTART: Phase.TRADING,
    CommandKind.STOP: Phase.STOPPING,
}
_STANDINGS = {
    CommandKind.ACTIVATE: TradingState.ACTIVE,
    CommandKind.REDUCE: TradingState.REDUCING,
    CommandKind.HALT: TradingState.HALTED,
}


def _set(state: State, kind: CommandKind) -> State:
    """A run on its way out is not paused or resumed; it can only be started again."""
    if kind in (CommandKind.KILL, CommandKind.RELEASE):
        return state._replace(killed=kind is CommandKind.KILL)
    if kind in _STANDINGS:
        return state._replace(standing=_STANDINGS[kind])
    if kind not in _PHASES or (state.phase is Phase.STOPPING and kind is not CommandKind.RESTART):
        return state
    return state._replace(phase=_PHASES[kind])
