"""Risk as clients see it: limits, how much of them is in use, and what was refused."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import strawberry

from app.api.context import Info
from app.api.ids import global_id
from app.api.market import Instrument
from app.api.node import Node
from app.api.orders import LazyRun, existing
from app.api.paging import Listing, id_key, moment_key
from app.api.rows import Row
from app.api.scalars import Long
from app.api.verdicts import decimal
from app.engine.limits import AMOUNTS, COUNTS
from app.store.tables.trading import RiskEventKind

RISK_EVENTS = Listing("riskEvents", (moment_key("created_at"), id_key()))
LIMIT_NAMES = (*COUNTS, *AMOUNTS)


@strawberry.type(description="The numbers the rules hold to; null switches a rule off.")
class RiskLimits:
    """The numbers the rules hold to."""

    max_daily_loss: Decimal | None = strawberry.field(description="Rupees that may be lost in a day (IST).")
    max_open_positions: int | None = strawberry.field(description="Instruments that may be open at once.")
    capital_allocation: Decimal | None = strawberry.field(description="Rupees a run may have at work.")
    per_strategy_cap: Decimal | None = strawberry.field(description="Rupees of exposure of one strategy.")
    max_order_quantity: Long | None = strawberry.field(description="Units one order may be for.")
    max_order_value: Decimal | None = strawberry.field(description="Rupees one order may be worth.")
    max_account_daily_loss: Decimal | None = strawberry.field(
        description="Rupees that all runs of the account may lose together in a day (IST)."
    )
    max_orders_per_day: int | None = strawberry.field(description="Orders a run may place in a day (IST).")
    max_trades_per_day: int | None = strawberry.field(
        description="Decisions to take risk a run may make in a day (IST)."
    )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From a row of `risk_limits` or a run's `limits`."""
        numbers: dict[str, Any] = {name: decimal(values.get(name)) for name in AMOUNTS}
        numbers |= {name: None if (held := values.get(name)) is None else int(held) for name in COUNTS}
        return cls(**numbers)


@strawberry.input(description="The numbers the rules shall hold to; null, or nothing, switches a rule off.")
class RiskLimitsInput:
    """Limits as given."""

    max_daily_loss: Decimal | None = strawberry.field(
        default=None, description="Rupees that may be lost in a day (IST); more than 0."
    )
    max_open_positions: int | None = strawberry.field(
        default=None, description="Instruments that may be open at once; 1 or more."
    )
    capital_allocation: Decimal | None = strawberry.field(
        default=None, description="Rupees a run may have at work; more than 0."
    )
    per_strategy_cap: Decimal | None = strawberry.field(
        default=None, description="Rupees of exposure of one strategy; more than 0."
    )
    max_order_quantity: Long | None = strawberry.field(
        default=None, description="Units one order may be for; 1 or more."
    )
    max_order_value: Decimal | None = strawberry.field(
        default=None, description="Rupees one order may be worth; more than 0."
    )
    max_account_daily_loss: Decimal | None = strawberry.field(
        default=None,
        description="Rupees that all runs of the account may lose together in a day (IST); more than 0.",
    )
    max_orders_per_day: int | None = strawberry.field(
        default=None, description="Orders a run may place in a day (IST); 1 or more."
    )
    max_trades_per_day: int | None = strawberry.field(
        default=None, description="Decisions to take risk a run may make in a day (IST); 1 or more."
    )

    def values(self) -> dict[str, Decimal | int | None]:
        """The numbers by column."""
        return {name: getattr(self, name) for name in LIMIT_NAMES}


@strawberry.type(description="A refusal with its numbers, or a change of trading state.")
class RiskEvent(Node):
    """A refusal, or a change of state."""

    kind: RiskEventKind = strawberry.field(description="Which of the two.")
    rule: str = strawberry.field(description="The rule's key.")
    limit: Decimal | None = strawberry.field(description="The rule's limit: rupees, or a count.")
    observed: Decimal | None = strawberry.field(description="What it saw: rupees, or a count.")
    message: str = strawberry.field(description="What happened, in words a trader understands.")
    candle_at: datetime | None = strawberry.field(description="The candle it was decided on.")
    created_at: datetime = strawberry.field(
        description="When it was recorded; in a backtest, on the run's clock."
    )
    run_row: strawberry.Private[UUID | None]
    instrument_row: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, row: Row, backtest: bool = False) -> Self:
        """From its row."""
        return cls(
            id=global_id("RiskEvent", row["id"], row["run_id"] if backtest else None),
            kind=RiskEventKind(row["kind"]),
            rule=row["rule"],
            limit=row["limit_value"],
            observed=row["observed_value"],
            message=row["message"],
            candle_at=row["candle_at"],
            created_at=row["created_at"],
            run_row=row["run_id"],
            instrument_row=row["instrument_id"],
        )

    @strawberry.field(description="The run it stopped; null for a change of the account's state.")
    async def run(self, info: Info) -> LazyRun | None:
        """The run."""
        from app.api.runs import StrategyRun

        row = await info.context.loaders.row("strategy_runs", self.run_row)
        return StrategyRun.of(row) if row else None

    @strawberry.field(description="The instrument of the order refused.")
    async def instrument(self, info: Info) -> Instrument | None:
        """The instrument."""
        if self.instrument_row is None:
            return None
        return Instrument.of(await existing(info, "instruments", self.instrument_row))
