"""Events as clients see them: one type a kind, each with what changed, as it was at that moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import strawberry
from sqlalchemy import Boolean, DateTime, Numeric, Uuid

from app.api.accounts import BrokerAccount
from app.api.context import Info
from app.api.enums import EventKind, LogLevel
from app.api.ids import global_id
from app.api.market import Instrument
from app.api.orders import Fill, LazyRun, Order, average, existing
from app.api.portfolio import Position, Trade
from app.api.risk import RiskEvent
from app.api.scalars import JSON, Cursor, Long
from app.api.strategies import Strategy
from app.api.verdicts import RuleVerdict, decimal
from app.store.tables import metadata
from app.store.tables.strategies import RunStatus
from app.store.tables.system import Event as EventRow
from app.store.tables.trading import TradeVerdict
from streams.domain.orders import OrderStatus, Side


@strawberry.interface(description="Something that changed for the viewer.")
class Event:
    """Something that changed."""

    cursor: Cursor = strawberry.field(description="Its place in the viewer's log: `after` resumes from here.")
    at: datetime = strawberry.field(description="When it was recorded.")
    kind: EventKind = strawberry.field(description="What it tells of.")
    run_id: strawberry.ID | None = strawberry.field(description="The run it belongs to.")
    run_row: strawberry.Private[UUID | None]

    @strawberry.field(description="The run it belongs to, as it is now; null when it has been deleted.")
    async def run(self, info: Info) -> LazyRun | None:
        """The run."""
        from app.api.runs import StrategyRun

        row = await info.context.loaders.row("strategy_runs", self.run_row)
        return StrategyRun.of(row) if row else None


@strawberry.type(description="A run changed its status.")
class RunStatusChanged(Event):
    """A run changed its status."""

    # Not `status`, like the order's: one document asks for both, and their types differ.
    run_status: RunStatus = strawberry.field(description="Its new status.")
    reason: str | None = strawberry.field(description="Why, if there is more to say.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        return cls(**seen.common(), run_status=RunStatus(said["status"]), reason=said.get("reason"))


@strawberry.type(description="A run got further.")
class RunProgressed(Event):
    """A run got further."""

    progress: Decimal = strawberry.field(description="How much of its candles is behind it, 0 to 1.")
    last_candle_at: datetime | None = strawberry.field(description="The last candle it worked through.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            progress=Decimal(str(said["progress"])),
            last_candle_at=moment(said.get("lastCandleAt")),
        )


@strawberry.type(description="A strategy's target changed.")
class IntentRaised(Event):
    """A strategy's target changed."""

    sequence: Long = strawberry.field(description="Its place among the run's intents, from 0.")
    candle_at: datetime = strawberry.field(description="The candle at whose close it was raised.")
    target: Long = strawberry.field(description="The position wanted; negative is short.")
    instrument_row: strawberry.Private[UUID]

    @strawberry.field(description="The instrument.")
    async def instrument(self, info: Info) -> Instrument:
        """The instrument."""
        return Instrument.of(await existing(info, "instruments", self.instrument_row))

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            sequence=Long(said["sequence"]),
            candle_at=datetime.fromisoformat(said["candleAt"]),
            target=Long(said["target"]),
            instrument_row=UUID(said["instrumentId"]),
        )


@strawberry.type(description="Risk decided on an intent.")
class DecisionMade(Event):
    """Risk decided on an intent."""

    trade_id: strawberry.ID | None = strawberry.field(description="The trade it opens; null for an exit.")
    verdict: TradeVerdict = strawberry.field(description="What it decided.")
    verdicts: list[RuleVerdict] = strawberry.field(
        description="What each rule said, up to the first refusal."
    )

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            trade_id=global_id("Trade", UUID(said["tradeId"])) if said.get("tradeId") else None,
            verdict=TradeVerdict(said["verdict"]),
            verdicts=RuleVerdict.all_of(said["verdicts"]),
        )


@strawberry.type(description="An order changed its status.")
class OrderChanged(Event):
    """An order changed its status."""

    order_id: strawberry.ID = strawberry.field(description="The order.")
    order_status: OrderStatus = strawberry.field(description="Its new status.")
    side: Side = strawberry.field(description="Which way it goes.")
    quantity: Long = strawberry.field(description="Units asked for.")
    filled_quantity: Long = strawberry.field(description="Units executed so far.")
    average_price: Decimal | None = strawberry.field(description="Mean price of the executions, in rupees.")
    reason: str | None = strawberry.field(description="Why, if someone said.")
    order_row: strawberry.Private[UUID]

    @strawberry.field(description="The order as it is now, which may be later than this event.")
    async def order(self, info: Info) -> Order:
        """The order."""
        return Order.of(await existing(info, "orders", self.order_row))

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        order, filled = UUID(said["orderId"]), said["filledQuantity"]
        return cls(
            **seen.common(),
            order_id=global_id("Order", order),
            order_status=OrderStatus(said["status"]),
            side=Side(said["side"]),
            quantity=Long(said["quantity"]),
            filled_quantity=Long(filled),
            average_price=average(Decimal(said["filledValue"]), filled),
            reason=said.get("reason"),
            order_row=order,
        )


@strawberry.type(description="An order was executed, in part or whole.")
class OrderFilled(Event):
    """An order was executed."""

    fill: Fill = strawberry.field(description="The execution.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        return cls(**seen.common(), fill=Fill.of(seen.row("fills")))


@strawberry.type(description="A position changed.")
class PositionChanged(Event):
    """A position changed."""

    position: Position = strawberry.field(description="The position after the change.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        return cls(**seen.common(), position=Position.of(seen.row("positions")))


@strawberry.type(description="A trade was decided on, opened, changed or closed.")
class TradeChanged(Event):
    """A trade changed."""

    trade: Trade = strawberry.field(description="The trade after the change.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        return cls(**seen.common(), trade=Trade.of(seen.row("trades")))


@strawberry.type(description="A run's profit and loss was struck anew.")
class PnlChanged(Event):
    """A run's profit and loss was struck anew."""

    struck_at: datetime = strawberry.field(description="The close of the candle it was struck at.")
    realised: Decimal = strawberry.field(description="Profit of what was closed, before charges, in rupees.")
    unrealised: Decimal = strawberry.field(description="What closing everything at the mark would add.")
    charges: Decimal = strawberry.field(description="What the fills have cost so far.")
    equity: Decimal = strawberry.field(description="Capital and all profit, less charges.")
    exposure: Decimal = strawberry.field(description="What is at work, at the mark.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            struck_at=datetime.fromisoformat(said["at"]),
            realised=Decimal(said["realised"]),
            unrealised=Decimal(said["unrealised"]),
            charges=Decimal(said["charges"]),
            equity=Decimal(said["equity"]),
            exposure=Decimal(said["exposure"]),
        )


@strawberry.type(description="A rule refused an order, or the trading state changed.")
class RiskAlerted(Event):
    """A rule refused, or the state changed."""

    risk_event: RiskEvent = strawberry.field(description="What happened, with its numbers.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        return cls(**seen.common(), risk_event=RiskEvent.of(seen.row("risk_events")))


@strawberry.type(description="The system wrote a line about a run.")
class LogWritten(Event):
    """The system wrote a line."""

    level: LogLevel = strawberry.field(description="How grave it is.")
    event: str = strawberry.field(description="What happened, in a few words.")
    context: JSON = strawberry.field(description="Its details.")

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        said = seen.payload
        level = LogLevel(str(said["level"]).upper())
        return cls(**seen.common(), level=level, event=said["event"], context=JSON(said.get("context")))


@strawberry.type(description="A strategy was made, changed or archived.")
class StrategyChanged(Event):
    """A strategy changed."""

    strategy_row: strawberry.Private[UUID]

    @strawberry.field(description="The strategy as it is now.")
    async def strategy(self, info: Info) -> Strategy:
        """The strategy."""
        return Strategy.of(await existing(info, "strategies", self.strategy_row))

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        return cls(**seen.common(), strategy_row=UUID(seen.payload["strategyId"]))


@strawberry.type(description="A broker account was made, changed or deleted, or its limits were set.")
class BrokerAccountChanged(Event):
    """A broker account or its limits changed."""

    account_row: strawberry.Private[UUID]

    @strawberry.field(description="The account as it is now, with its limits.")
    async def broker_account(self, info: Info) -> BrokerAccount:
        """The account."""
        return BrokerAccount.of(await existing(info, "broker_accounts", self.account_row))

    @classmethod
    def of(cls, seen: "Seen") -> Self:
        """From its payload."""
        return cls(**seen.common(), account_row=UUID(seen.payload["brokerAccountId"]))


@dataclass(frozen=True)
class Seen:
    """A row of the log with the cursor of its place."""

    event: EventRow
    cursor: Cursor

    @property
    def payload(self) -> Mapping[str, Any]:
        """What was recorded with it."""
        return self.event.payload

    def common(self) -> dict[str, Any]:
        """The fields every event has."""
        run = self.event.run_id
        return {
            "cursor": self.cursor,
            "at": self.event.at,
            "kind": EventKind(self.event.kind),
            "run_id": global_id("StrategyRun", run) if run else None,
            "run_row": run,
        }

    def row(self, table: str) -> dict[str, Any]:
        """The payload as the row of a table it was made from."""
        columns = metadata.tables[table].columns
        said = {column.name: self.payload.get(camel(column.name)) for column in columns}
        typed = {column.name: _typed(column.type, said[column.name]) for column in columns}
        return {**typed, "run_id": self.event.run_id}


def camel(name: str) -> str:
    """A column's name as payloads have it."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _typed(kind: Any, value: Any) -> Any:
    if value is None or isinstance(kind, Boolean):
        return value
    readers: dict[type, Callable[[Any], Any]] = {Uuid: UUID, Numeric: decimal, DateTime: moment}
    reader = next((reader for known, reader in readers.items() if isinstance(kind, known)), None)
    return reader(value) if reader else value


def moment(value: str | None) -> datetime | None:
    """A time out of a payload."""
    return datetime.fromisoformat(value) if value else None


EVENT_TYPES: dict[EventKind, Callable[[Seen], Event]] = {
    EventKind.RUN_STATUS: RunStatusChanged.of,
    EventKind.RUN_PROGRESS: RunProgressed.of,
    EventKind.INTENT: IntentRaised.of,
    EventKind.DECISION: DecisionMade.of,
    EventKind.ORDER: OrderChanged.of,
    EventKind.FILL: OrderFilled.of,
    EventKind.POSITION: PositionChanged.of,
    EventKind.PNL: PnlChanged.of,
    EventKind.RISK: RiskAlerted.of,
    EventKind.TRADE: TradeChanged.of,
    EventKind.LOG: LogWritten.of,
    EventKind.STRATEGY_CHANGED: StrategyChanged.of,
    EventKind.ACCOUNT_CHANGED: BrokerAccountChanged.of,
    EventKind.LIMITS_CHANGED: BrokerAccountChanged.of,
}
CONCRETE = (
    *(RunStatusChanged, RunProgressed, IntentRaised, DecisionMade, OrderChanged, OrderFilled),
    *(PositionChanged, TradeChanged, PnlChanged, RiskAlerted, LogWritten, StrategyChanged),
    BrokerAccountChanged,
)
