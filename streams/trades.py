"""Trades: each decision to take risk, and all that came of it, read off the effects."""

from typing import NamedTuple

from streams.domain.intents import Intent
from streams.domain.orders import Leg, Side
from streams.events import Decided, Effect, FillBooked
from streams.positions import Closed
from streams.risk.engine import Decision


class Trade(NamedTuple):
    """An entry decision and its outcome. Amounts in units, times in microseconds UTC, quantities unsigned."""

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

    @property
    def is_closed(self) -> bool:
        """Whether all that was entered has been given back."""
        return 0 < self.entry_quantity <= self.exit_quantity


class Trades:
    """The trades of a run by intent sequence. A fill's charges go to the trade it opened, else to the first
    it closed, so that trades and ledger add up to the same."""

    def __init__(self) -> None:
        self.by_intent: dict[int, Trade] = {}

    def take(self, effect: Effect) -> tuple[int, ...]:
        """Applies an effect; the sequences of the trades it made or changed."""
        if isinstance(effect, Decided):
            return self._decided(effect)
        if isinstance(effect, FillBooked):
            return self._filled(effect)
        return ()

    def _decided(self, decided: Decided) -> tuple[int, ...]:
        request, intent = decided.request, decided.intent
        if intent is None or request.key.leg is Leg.EXIT:
            return ()
        self.by_intent[intent.sequence] = Trade(intent, request.side, request.quantity, decided.decision)
        return (intent.sequence,)

    def _filled(self, booked: FillBooked) -> tuple[int, ...]:
        touched = [each.trade for each in booked.closed if each.trade is not None]
        for part in booked.closed:
            self._close(part, booked)
        opened = booked.fill.order.cause.removeprefix("intent:") if booked.opened else ""
        if opened.isdigit() and int(opened) in self.by_intent:
            self._open(int(opened), booked)
            touched.insert(0, int(opened))
        if touched:
            first = self.by_intent[touched[0]]
            self.by_intent[touched[0]] = first._replace(charges=first.charges + booked.fill.charges)
        return tuple(dict.fromkeys(touched))

    def _open(self, sequence: int, booked: FillBooked) -> None:
        trade, size = self.by_intent[sequence], abs(booked.opened)
        self.by_intent[sequence] = trade._replace(
            entry_quantity=trade.entry_quantity + size,
            entry_value=trade.entry_value + size * booked.fill.price,
            opened_at=booked.fill.time if trade.opened_at is None else trade.opened_at,
        )

    def _close(self, part: Closed, booked: FillBooked) -> None:
        if part.trade is None or part.trade not in self.by_intent:
            return
        trade, size = self.by_intent[part.trade], abs(part.quantity)
        after = trade._replace(
            exit_quantity=trade.exit_quantity + size,
            exit_value=trade.exit_value + size * booked.fill.price,
            realised=trade.realised + part.realised,
        )
        closed_at = booked.fill.time if after.is_closed else None
        self.by_intent[part.trade] = after._replace(closed_at=closed_at)
