"""A desk to drive the fold by hand: close candles, ask for targets, answer as a broker does."""

from collections.abc import Sequence
from typing import Any, TypeVar

from streams import positions
from streams.domain.intents import Intent
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus
from streams.events import (
    Bar,
    Cancel,
    CandlesClosed,
    Command,
    CommandKind,
    Decided,
    Effect,
    Event,
    Execution,
    Place,
    Report,
)
from streams.execution import step
from streams.state import State, Terms, opening
from streams.trades import Trades
from tests.builders import MINUTE, RUPEE, START, terms

S = OrderStatus
Kind = TypeVar("Kind")


class Desk:
    """One run between events; every method returns the effects of its event."""

    def __init__(self, agreed: Terms | None = None) -> None:
        self.terms = agreed or terms()
        self.state: State = opening(self.terms)
        self.effects: list[Effect] = []
        self.trades = Trades()
        self.ended: list[int] = []
        self._intents = self._commands = self._executions = 0
        self._time = START - MINUTE
        self._marks = [0] * len(self.terms.instruments)

    def take(self, event: Event) -> tuple[Effect, ...]:
        """Puts an event through the fold."""
        self.state, effects = step(self.terms, self.state, event)
        self.effects.extend(effects)
        for effect in effects:
            told = self.trades.take(effect)
            self.ended += [each for each in told if self.trades.by_intent[each].is_closed]
        return effects

    def close(self, *rupees: float | None, at: int | None = None) -> tuple[Effect, ...]:
        """The next minute's candles close at these prices; None: the instrument had no candle."""
        self._time = self._time + MINUTE if at is None else at
        units = [None if each is None else round(each * RUPEE) for each in rupees]
        self._marks = [
            known if price is None else price for known, price in zip(self._marks, units, strict=True)
        ]
        bars = tuple(None if price is None else Bar(price, price, price, price, 1) for price in units)
        return self.take(CandlesClosed(self._time, bars, tuple(self._marks)))

    def want(self, target: int, instrument: int = 0, **more: Any) -> tuple[Effect, ...]:
        """The strategy's target changes; `more` are other fields of the intent."""
        self._intents += 1
        return self.take(Intent(self._intents - 1, self._time, instrument, target, **more))

    def bar(self, opens: float, high: float, low: float, close: float) -> tuple[Effect, ...]:
        """The next minute's candle of the only instrument closes."""
        self._time += MINUTE
        first, high, low, last = (round(each * RUPEE) for each in (opens, high, low, close))
        self._marks = [last]
        return self.take(CandlesClosed(self._time, (Bar(first, high, low, last, 1),), (last,)))

    def command(self, kind: CommandKind, *, square_off: bool = False) -> tuple[Effect, ...]:
        """A person says something."""
        self._commands += 1
        return self.take(Command(self._commands - 1, kind, square_off))

    def say(self, order: OrderKey, *statuses: OrderStatus) -> tuple[Effect, ...]:
        """The broker reports these statuses, one after the other."""
        return tuple(effect for status in statuses for effect in self.take(Report(order, status)))

    def fill(
        self,
        order: OrderKey,
        quantity: int,
        rupees: float = 100.0,
        status: OrderStatus = S.FILLED,
        trade_id: str | None = None,
        at: int | None = None,
    ) -> tuple[Effect, ...]:
        """The broker reports an execution."""
        self._executions += 1
        name = trade_id or f"T{self._executions}"
        time = self._time + MINUTE if at is None else at
        return self.take(Report(order, status, Execution(name, quantity, round(rupees * RUPEE), time)))

    def hold(
        self, quantity: int, rupees: float = 100.0, instrument: int = 0, **more: Any
    ) -> tuple[Effect, ...]:
        """Gets into a position and lets the strategy stand by it; the effects of the fill."""
        order = entry(self.want(quantity, instrument, **more))
        self.say(order.key, S.SUBMITTED)
        return self.fill(order.key, order.quantity, rupees)

    def held(self, instrument: int = 0) -> int:
        """The signed quantity of an instrument."""
        return positions.held(self.state.holdings[instrument].lots)


def of(kind: type[Kind], effects: Sequence[object]) -> list[Kind]:
    """The effects of one kind."""
    return [each for each in effects if isinstance(each, kind)]


def placed(effects: Sequence[Effect]) -> list[OrderRequest]:
    """The orders that were placed."""
    return [each.request for each in of(Place, effects)]


def signed(effects: Sequence[Effect]) -> list[tuple[Leg, int]]:
    """The orders that were placed, as leg and signed quantity."""
    return [(each.key.leg, each.side.sign * each.quantity) for each in placed(effects)]


def entry(effects: Sequence[Effect]) -> OrderRequest:
    """The one entry among the orders placed."""
    (found,) = [each for each in placed(effects) if each.key.leg is Leg.ENTRY]
    return found


def exit_of(effects: Sequence[Effect]) -> OrderRequest:
    """The one exit among the orders placed."""
    (found,) = [each for each in placed(effects) if each.key.leg is Leg.EXIT]
    return found


def cancelled(effects: Sequence[Effect]) -> list[OrderKey]:
    """The orders asked to be cancelled."""
    return [each.order for each in of(Cancel, effects)]


def refused(effects: Sequence[Effect]) -> list[Decided]:
    """The decisions that did not permit."""
    return [each for each in of(Decided, effects) if not each.decision.permitted]
