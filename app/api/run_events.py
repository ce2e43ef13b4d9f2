"""Events of a run's own course: its status, how far it is, what its strategy wants, what was logged."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry

from app.api.context import Info
from app.api.enums import LogLevel
from app.api.event import Event, Seen, moment
from app.api.ids import global_id
from app.api.market import Instrument
from app.api.orders import existing
from app.api.scalars import JSON, Long
from app.api.verdicts import RuleVerdict, decimal
from app.store.tables.strategies import RunStatus
from app.store.tables.trading import TradeVerdict
from streams.domain.intents import Action, Sizing
from streams.domain.orders import OrderType


@strawberry.type(description="A run changed its status.")
class RunStatusChanged(Event):
    """A run changed its status."""

    # Not `status`, like the order's: one document asks for both, and their types differ.
    run_status: RunStatus = strawberry.field(description="Its new status.")
    reason: str | None = strawberry.field(description="Why, if there is more to say.")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        said = seen.payload
        return cls(**seen.common(), run_status=RunStatus(said["status"]), reason=said.get("reason"))


@strawberry.type(description="A run got further.")
class RunProgressed(Event):
    """A run got further."""

    progress: Decimal = strawberry.field(description="How much of its candles is behind it, 0 to 1.")
    last_candle_at: datetime | None = strawberry.field(description="The last candle it worked through.")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            progress=Decimal(str(said["progress"])),
            last_candle_at=moment(said.get("lastCandleAt")),
        )


@strawberry.type(description="A strategy asked for something.")
class IntentRaised(Event):
    """A strategy asked for something."""

    sequence: Long = strawberry.field(description="Its place among the run's intents, from 0.")
    candle_at: datetime = strawberry.field(description="The candle at whose close it was raised.")
    target: Long = strawberry.field(
        description="The position wanted, in the measure of `sizing`; negative is short."
    )
    action: Action = strawberry.field(description="How the number is meant.")
    sizing: Sizing = strawberry.field(description="What the number measures.")
    order_type: OrderType = strawberry.field(description="How the order's price is set.")
    limit_price: Decimal | None = strawberry.field(description="The limit named, in rupees.")
    trigger_price: Decimal | None = strawberry.field(description="The trigger named, in rupees.")
    tag: str | None = strawberry.field(description="The strategy's own word for it.")
    instrument_row: strawberry.Private[UUID]

    @strawberry.field(description="The instrument.")
    async def instrument(self, info: Info) -> Instrument:
        """The instrument."""
        return Instrument.of(await existing(info, "instruments", self.instrument_row))

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            sequence=Long(said["sequence"]),
            candle_at=datetime.fromisoformat(said["candleAt"]),
            target=Long(said["target"]),
            action=Action(said.get("action", Action.TARGET)),
            sizing=Sizing(said.get("sizing", Sizing.QUANTITY)),
            order_type=OrderType(said.get("orderType", OrderType.MARKET)),
            limit_price=decimal(said.get("limitPrice")),
            trigger_price=decimal(said.get("triggerPrice")),
            tag=said.get("tag"),
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
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        said = seen.payload
        return cls(
            **seen.common(),
            trade_id=global_id("Trade", UUID(said["tradeId"])) if said.get("tradeId") else None,
            verdict=TradeVerdict(said["verdict"]),
            verdicts=RuleVerdict.all_of(said["verdicts"]),
        )


@strawberry.type(description="The system wrote a line about a run.")
class LogWritten(Event):
    """The system wrote a line."""

    level: LogLevel = strawberry.field(description="How grave it is.")
    event: str = strawberry.field(description="What happened, in a few words.")
    context: JSON = strawberry.field(description="Its details; those that are long are in `systemLogs` only.")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        said = seen.payload
        level = LogLevel(str(said["level"]).upper())
        return cls(**seen.common(), level=level, event=said["event"], context=JSON(said.get("context") or {}))
