"""What a run has to write down: effects gathered into one entry for the store's writer."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.engine import rows
from app.engine.identity import RunIdentity
from app.engine.rows import Row
from app.store.driver import to_moment
from app.store.entries import Entry
from app.store.events import EventDraft
from streams.domain.intents import Intent
from streams.domain.orders import OrderKey, OrderStatus
from streams.events import (
    CandlesClosed,
    ChargesSettled,
    Decided,
    Effect,
    Event,
    FillBooked,
    Modify,
    OrderMoved,
    Place,
    PnlStruck,
    PositionChanged,
)
from streams.orders import TERMINAL
from streams.trades import Trades


class Recorder:
    """Gathers rows and events in the order things happened; `take` hands them over and starts anew.

    It also remembers what later rows need: each order's last event number and each trade. Both follow from
    the effects alone, so replaying a run's inputs through it brings it back to where it was.
    """

    def __init__(self, run: RunIdentity) -> None:
        self.run = run
        self._at = to_moment(0)
        self._marks: tuple[int, ...] = (0,) * len(run.instrument_ids)
        self._decisions: dict[OrderKey, Decided] = {}
        self._sequences: dict[OrderKey, int] = {}
        self._standing: dict[OrderKey, OrderMoved] = {}
        self._settled: Counter[tuple[int, int]] = Counter()
        self._decided_at: dict[int, datetime] = {}
        self._open: dict[int, PositionChanged] = {}
        self._trades = Trades()
        self._writers: dict[type, Callable[[Any, int], None]] = {
            Decided: self._decided,
            Place: self._place,
            Modify: self._modify,
            OrderMoved: self._moved,
            FillBooked: self._fill,
            ChargesSettled: self._settle,
            PositionChanged: self._changed,
            PnlStruck: self._pnl,
        }
        self._fresh()

    def _fresh(self) -> None:
        self.inserts: dict[str, list[Row]] = defaultdict(list)
        self.upserts: dict[str, dict[Any, Row]] = defaultdict(dict)
        self._inputs: list[Row] = []
        self._events: list[EventDraft] = []
        self._struck: PnlStruck | None = None

    def __len__(self) -> int:
        """How many inputs have been gathered."""
        return len(self._inputs)

    def given(self, row: Row) -> None:
        """An input the run has taken, as its row; its time stamps what follows, now and when replayed."""
        self.stamp(row["at"])
        self._inputs.append(row)

    def stamp(self, at: datetime) -> None:
        """The time of the input whose effects come next; a command that waited does not set it back."""
        self._at = max(self._at, at)

    def say(self, kind: str, payload: Row) -> None:
        """An event for the run's watchers."""
        self._events.append(EventDraft(kind, self.run.run_id, {"runId": str(self.run.run_id), **payload}))

    def take(self, run: Row | None = None) -> Entry:
        """All that was gathered, with the columns of the run's own row that changed."""
        self._mark_positions()
        if self._struck is not None:
            self.say("PNL", _said(rows.pnl(self.run, self._struck, 0)))
        entry = Entry(
            user_id=self.run.user_id,
            account_id=self.run.account_id,
            run_id=self.run.run_id,
            fencing_token=self.run.fencing_token,
            inserts=dict(self.inserts),
            upserts={table: list(found.values()) for table, found in self.upserts.items()},
            run=run,
            inputs=self._inputs,
            events=self._events,
        )
        self._fresh()
        return entry

    def _mark_positions(self) -> None:
        """Open positions carry the last price, written as often as the entry is."""
        if self._struck is None:
            return
        for after in self._open.values():
            self._position(after)

    def record(self, event: Event, effects: tuple[Effect, ...], sequence: int) -> None:
        """What one event brought about; `sequence` is the input's."""
        if isinstance(event, CandlesClosed):
            self._marks = event.marks
        if isinstance(event, Intent):
            self._intent(event)
        for effect in effects:
            writer = self._writers.get(type(effect))
            if writer is not None:
                writer(effect, sequence)
            self._trade(effect)

    def _intent(self, intent: Intent) -> None:
        self.say("INTENT", rows.intent(self.run, intent))

    def _decided(self, decided: Decided, sequence: int) -> None:
        request, decision = decided.request, decided.decision
        self._decisions[request.key] = decided
        trade = None if request.trade is None else str(self.run.trade_id(request.trade))
        verdict = "APPROVED" if decision.permitted else "REFUSED"
        self.say("DECISION", {"tradeId": trade, "verdict": verdict, **rows.verdicts(decision)})
        if not decision.permitted:
            row = rows.refusal(self.run, decided, self._at)
            self.inserts["risk_events"].append(row)
            self.say("RISK", _said(row))

    def _place(self, place: Place, sequence: int) -> None:
        """The order, and its way from decided to sending: one transaction, before the broker is called."""
        request, at = place.request, self._at
        self.inserts["orders"].append(rows.order(self.run, request, at))
        decided = self._decisions.pop(request.key, None)  # what guards a position needs no decision
        given = {"verdicts": []} if decided is None else rows.verdicts(decided.decision)
        self._order_event(request.key, "DECIDED", given)
        self._order_event(request.key, OrderStatus.PENDING, {})
        self._moved(OrderMoved(request, OrderStatus.SENDING, 0, 0, None, None), sequence)

    def _order_event(self, key: OrderKey, kind: str, payload: Row) -> int:
        number = self._sequences[key] = self._sequences.get(key, 0) + 1
        row = rows.order_event(self.run, self.run.order_id(key), number, kind, payload, self._at)
        self.inserts["order_events"].append(row)
        return number

    def _modify(self, change: Modify, sequence: int) -> None:
        """What a working order is for from now on."""
        key = change.request.key
        number = self._order_event(key, "MODIFIED", rows.asked(change.request))
        self._stand(self._standing[key]._replace(request=change.request), number)

    def _moved(self, moved: OrderMoved, sequence: int) -> None:
        payload = {
            "filledQuantity": moved.filled,
            "reason": moved.reason,
            "brokerOrderId": moved.broker_order_id,
        }
        self._stand(moved, self._order_event(moved.request.key, moved.status, payload))

    def _stand(self, moved: OrderMoved, number: int) -> None:
        """Where an order stands; one that has ended is not changed any more."""
        self._standing[moved.request.key] = moved
        if moved.status in TERMINAL:
            del self._standing[moved.request.key]
        row = rows.order_state(self.run, moved, number, self._at)
        self.upserts["order_states"][row["order_id"]] = row
        asked = {
            "instrument_id": self.run.instrument_ids[moved.request.instrument],
            "leg": moved.request.key.leg,
        }
        asked |= {"side": moved.request.side, "quantity": moved.request.quantity}
        self.say("ORDER", _said({**row, **asked}))

    def _fill(self, booked: FillBooked, sequence: int) -> None:
        row = rows.fill(self.run, booked, self._at)
        self.inserts["fills"].append(row)
        self.say("FILL", _said({**row, "fill_id": row["id"]}))

    def _settle(self, settled: ChargesSettled, sequence: int) -> None:
        place = settled.day, settled.instrument
        row = rows.settlement(self.run, settled, self._settled[place], self._at)
        self._settled[place] += 1
        self.inserts["charge_settlements"].append(row)
        self.say("CHARGES", _said({**row, "settlement_id": row["id"]}))

    def _changed(self, after: PositionChanged, sequence: int) -> None:
        self._open[after.instrument] = after
        self.say("POSITION", _said(self._position(after)))
        if not after.quantity:
            del self._open[after.instrument]

    def _position(self, after: PositionChanged) -> Row:
        mark = self._marks[after.instrument]
        row = rows.position(self.run, after, mark, self._at)
        self.upserts["positions"][row["id"]] = row
        return row

    def _pnl(self, struck: PnlStruck, sequence: int) -> None:
        self._struck = struck
        self.inserts["pnl_snapshots"].append(rows.pnl(self.run, struck, sequence))

    def _trade(self, effect: Effect) -> None:
        for number in self._trades.take(effect):
            decided_at = self._decided_at.setdefault(number, self._at)
            made = self._trades.by_intent[number]
            row = rows.trade(self.run, made, decided_at)
            self.upserts["trades"][row["id"]] = row
            self.say("TRADE", _said({**row, "trade_id": row["id"]}))
            if made.is_closed or not made.decision.permitted:
                self._forget(number)

    def _forget(self, number: int) -> None:
        """A trade that has ended changes no more; a long run must not carry all of them."""
        del self._trades.by_intent[number], self._decided_at[number]


def _said(row: Row) -> Row:
    """A row as an event's payload: camelCase names, text for what JSON has no word for."""
    return {_camel(name): _plain(value) for name, value in row.items() if name not in ("user_id", "run_id")}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else format(value, "")
