"""Events of the ledger: orders, fills, positions, trades, profit and loss, refusals."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry

from app.api.context import Info
from app.api.event import Event, Seen
from app.api.ids import global_id
from app.api.orders import Fill, Order, average, existing
from app.api.portfolio import Position, Trade
from app.api.risk import RiskEvent
from app.api.scalars import Long
from app.api.settlements import ChargeSettlement
from streams.domain.orders import OrderStatus, Side


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
    def of(cls, seen: Seen) -> Self:
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
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        return cls(**seen.common(), fill=Fill.of(seen.row("fills")))


@strawberry.type(description="A day's contract note settled what its fills cost.")
class ChargesSettled(Event):
    """A day's charges are settled."""

    settlement: ChargeSettlement = strawberry.field(
        description="What it adds for an instrument, or takes off."
    )

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        return cls(**seen.common(), settlement=ChargeSettlement.of(seen.row("charge_settlements")))


@strawberry.type(description="A position changed.")
class PositionChanged(Event):
    """A position changed."""

    position: Position = strawberry.field(description="The position after the change.")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        return cls(**seen.common(), position=Position.of(seen.row("positions")))


@strawberry.type(description="A trade was decided on, opened, changed or closed.")
class TradeChanged(Event):
    """A trade changed."""

    trade: Trade = strawberry.field(description="The trade after the change.")

    @classmethod
    def of(cls, seen: Seen) -> Self:
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
    def of(cls, seen: Seen) -> Self:
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
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        return cls(**seen.common(), risk_event=RiskEvent.of(seen.row("risk_events")))
