"""What a position remembers for its protection: who entered it, the best price since, how long it lasts."""

from streams import positions
from streams.domain.intents import NOWHERE, Intent
from streams.events import Bar
from streams.levels import best_price, reference_of
from streams.state import Guard, Holding, State, changed


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
        best = best_price(1 if holding.lots[0].quantity > 0 else -1, best, high, low)
    age = guard.age + (guard.intent.manner.exit_after > 0)
    if not guard.fresh and best == guard.best and age == guard.age:
        return state
    return changed(state, instrument, guard=guard._replace(best=best, fresh=False, age=age))


def timed_out(holding: Holding) -> bool:
    """Whether the position has lasted as many candles as its intent gave it."""
    guard = holding.guard
    return guard is not None and 0 < guard.intent.manner.exit_after <= guard.age
