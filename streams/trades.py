"""Trades: each decision to take risk, and all that came of it, read off the effects."""

from typing import NamedTuple

from streams.domain.intents import Intent
from streams.domain.orders import Leg, OrderKey, OrderStatus, Side
from streams.domain.portfolio import Fill
from streams.events import ChargesSettled, Decided, Effect, FillBooked, OrderMoved
from streams.orders import TERMINAL
from streams.positions import Closed
from streams.risk.engine import Decision


class Trade(NamedTuple):
    """An entry decision and its outcome. Amounts in units, times in microseconds UTC, quantities unsigned.

    `quantity` is what the orders of the decision, its slices, come to. `closed_at` is when what had been
    entered by then was all given back; `entering` is over when the entry's orders have ended.
    """

    intent: Intent
    side: Side
    quantity: int
    decision: Decision
    entry_quantity: int = 0
    entry_value: int = 0
    exit_quantity: int = 0
    exit_value: int = 0
    charges: int = 0
    realised: int = 0
    opened_at: int | None = None
    closed_at: int | None = None
    entering: bool = True

    @property
    def is_closed(self) -> bool:
        """Whether all that was entered has been given back, and nothing more can come."""
        return not self.entering and 0 < self.entry_quantity <= self.exit_quantity


class Trades:
    """The trades of a run by intent sequence.

    A fill's charges go to the trade it opened, else to the first it closed; what no trade answers for (a
    broker filled an exit beyond the position) goes to the instrument's last one. What a contract note adds
    belongs to a day and to no trade: it is kept in `settled`, by instrument. So trades and settlements add
    up to the ledger.
    """

    def __init__(self) -> None:
        self.by_intent: dict[int, Trade] = {}
        self.settled: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._entering: dict[int, set[OrderKey]] = {}

    def take(self, effect: Effect) -> tuple[int, ...]:
        """Applies an effect; the sequences of the trades it made or changed."""
        if isinstance(effect, Decided):
            return self._decided(effect)
        if isinstance(effect, OrderMoved):
            return self._moved(effect)
        if isinstance(effect, FillBooked):
            return self._filled(effect)
        if isinstance(effect, ChargesSettled):
            known = self.settled.get(effect.instrument, 0)
            self.settled[effect.instrument] = known + effect.parts.total
        return ()

    def _decided(self, decided: Decided) -> tuple[int, ...]:
        """The first slice makes the trade, or its refusal does; later permitted ones add to it."""
        request, intent, permitted = decided.request, decided.intent, decided.decision.permitted
        if intent is None or request.key.leg is not Leg.ENTRY:
            return ()
        number = intent.sequence
        former = self.by_intent.get(number) if request.key.slice else None
        if former is not None and not permitted:
            return ()
        if former is None:
            self.by_intent[number] = Trade(intent, request.side, request.quantity, decided.decision)
            self._last[request.instrument] = number
        else:
            self.by_intent[number] = former._replace(quantity=former.quantity + request.quantity)
        if permitted:
            self._entering.setdefault(number, set()).add(request.key)
        return (number,)

    def _moved(self, moved: OrderMoved) -> tuple[int, ...]:
        """The end of an entry may be what its trade was waiting for; a last fill is still to be booked."""
        number, key = moved.request.trade, moved.request.key
        if number is None or number not in self.by_intent:
            return ()
        entering = self._entering.pop(number, set())
        entering = entering - {key} if moved.status in TERMINAL else entering | {key}
        if entering:
            self._entering[number] = entering
        after = self.by_intent[number]._replace(entering=bool(entering))
        self.by_intent[number] = after
        return (number,) if after.is_closed and moved.status is not OrderStatus.FILLED else ()

    def _filled(self, booked: FillBooked) -> tuple[int, ...]:
        fill = booked.fill
        touched = [self._close(self._answers(part.trade, fill), part, fill) for part in booked.closed]
        if booked.opened:
            entered = fill.order.intent if fill.order.leg is Leg.ENTRY else None
            touched.insert(0, self._open(self._answers(entered, fill), booked.opened, fill))
        numbers = tuple(dict.fromkeys(each for each in touched if each in self.by_intent))
        if numbers:
            first = self.by_intent[numbers[0]]
            self.by_intent[numbers[0]] = first._replace(charges=first.charges + fill.charges)
        return numbers

    def _answers(self, number: int | None, fill: Fill) -> int:
        """The trade that was named, if it is kept; else the instrument's last."""
        return number if number is not None else self._last.get(fill.instrument, -1)

    def _open(self, number: int, opened: int, fill: Fill) -> int:
        if number in self.by_intent:
            trade, size = self.by_intent[number], abs(opened)
            self.by_intent[number] = trade._replace(
                entry_quantity=trade.entry_quantity + size,
                entry_value=trade.entry_value + size * fill.price,
                opened_at=fill.time if trade.opened_at is None else trade.opened_at,
                closed_at=None,
            )
        return number

    def _close(self, number: int, part: Closed, fill: Fill) -> int:
        if number in self.by_intent:
            trade, size = self.by_intent[number], abs(part.quantity)
            given_back = trade.exit_quantity + size
            self.by_intent[number] = trade._replace(
                exit_quantity=given_back,
                exit_value=trade.exit_value + size * fill.price,
                realised=trade.realised + part.realised,
                closed_at=fill.time if given_back >= trade.entry_quantity else None,
            )
        return number
