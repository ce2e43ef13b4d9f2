"""What decisions came to: trades, positions, and profit and loss over time."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

import strawberry

from app.api.ids import global_id
from app.api.node import Node
from app.api.orders import InRun, average
from app.api.paging import Listing, id_key, moment_key
from app.api.rows import Row
from app.api.scalars import Long
from app.api.verdicts import RuleVerdict
from app.store.tables.trading import TradeVerdict
from streams.domain.orders import ProductType, Side

TRADES = Listing("trades", (moment_key("decided_at"), id_key()))
POSITIONS = Listing("positions", (moment_key("updated_at"), id_key()))


@strawberry.type(description="One decision to take risk, and all that came of it.")
class Trade(InRun, Node):
    """One decision and what came of it."""

    side: Side = strawberry.field(description="Which way it went in.")
    quantity: Long = strawberry.field(description="Units it set out to take.")
    target_quantity: Long = strawberry.field(
        description="The position the strategy asked for; negative is short."
    )
    intent_sequence: Long = strawberry.field(
        description="The strategy's intent that led to it, counted from 0."
    )
    candle_at: datetime = strawberry.field(description="The candle it was decided on.")
    decided_at: datetime = strawberry.field(description="When it was decided.")
    verdict: TradeVerdict = strawberry.field(description="What risk said.")
    verdicts: list[RuleVerdict] = strawberry.field(
        description="What each rule said, up to the first refusal."
    )
    entry_quantity: Long = strawberry.field(description="Units taken.")
    entry_price: Decimal | None = strawberry.field(description="Mean price they were taken at, in rupees.")
    exit_quantity: Long = strawberry.field(description="Units given back.")
    exit_price: Decimal | None = strawberry.field(
        description="Mean price they were given back at, in rupees."
    )
    charges: Decimal = strawberry.field(description="What its fills cost, in rupees.")
    realised_pnl: Decimal = strawberry.field(
        description="Profit (loss is negative) before charges, in rupees."
    )
    opened_at: datetime | None = strawberry.field(description="When its first fill came.")
    closed_at: datetime | None = strawberry.field(description="When the last unit was given back.")

    @classmethod
    def of(cls, row: Row, backtest: bool = False) -> Self:
        """From its row."""
        return cls(
            id=global_id("Trade", row["id"], row["run_id"] if backtest else None),
            run_row=row["run_id"],
            instrument_row=row["instrument_id"],
            backtest=backtest,
            side=Side(row["side"]),
            quantity=Long(row["quantity"]),
            target_quantity=Long(row["target_quantity"]),
            intent_sequence=Long(row["intent_sequence"]),
            candle_at=row["candle_at"],
            decided_at=row["decided_at"],
            verdict=TradeVerdict(row["verdict"]),
            verdicts=RuleVerdict.all_of(row["verdicts"]),
            entry_quantity=Long(row["entry_quantity"]),
            entry_price=average(row["entry_value"], row["entry_quantity"]),
            exit_quantity=Long(row["exit_quantity"]),
            exit_price=average(row["exit_value"], row["exit_quantity"]),
            charges=row["charges"],
            realised_pnl=row["realised_pnl"],
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
        )


@strawberry.type(description="What a run holds of an instrument: the sum of its fills.")
class Position(InRun, Node):
    """What is held."""

    product_type: ProductType = strawberry.field(description="How it is carried.")
    quantity: Long = strawberry.field(description="Units held; negative is short.")
    cost: Decimal = strawberry.field(description="What the open units cost, signed, exactly, in rupees.")
    average_price: Decimal | None = strawberry.field(description="Mean price of the open units, in rupees.")
    mark_price: Decimal | None = strawberry.field(description="The last price seen, in rupees.")
    unrealised_pnl: Decimal | None = strawberry.field(
        description="What closing at the mark would add, in rupees."
    )
    realised_pnl: Decimal = strawberry.field(
        description="Profit of what was closed, before charges, in rupees."
    )
    charges: Decimal = strawberry.field(description="What its fills cost, in rupees.")
    updated_at: datetime = strawberry.field(description="When it changed last.")

    @classmethod
    def of(cls, row: Row, backtest: bool = False) -> Self:
        """From its row."""
        quantity, cost, mark = row["quantity"], row["cost"], row["mark_price"]
        return cls(
            id=global_id("Position", row["id"], row["run_id"] if backtest else None),
            run_row=row["run_id"],
            instrument_row=row["instrument_id"],
            backtest=backtest,
            product_type=ProductType(row["product_type"]),
            quantity=Long(quantity),
            cost=cost,
            average_price=average(cost, quantity),
            mark_price=mark,
            unrealised_pnl=mark * quantity - cost if mark is not None else None,
            realised_pnl=row["realised_pnl"],
            charges=row["charges"],
            updated_at=row["updated_at"],
        )


@strawberry.type(description="A run's profit and loss as columns: the n-th of each belong together.")
class PnlSeries:
    """Profit and loss as columns."""

    time: list[datetime] = strawberry.field(description="The close of the candle each was struck at.")
    equity: list[Decimal] = strawberry.field(description="Capital and all profit, less charges, in rupees.")
    realised: list[Decimal] | None = strawberry.field(
        description="Profit of what was closed, before charges. Null, like the rest, if equity alone is kept."
    )
    unrealised: list[Decimal] | None = strawberry.field(description="What closing all at the mark would add.")
    charges: list[Decimal] | None = strawberry.field(description="What the fills have cost so far.")
    exposure: list[Decimal] | None = strawberry.field(description="What is at work, at the mark.")
    condensed_from: Long = strawberry.field(description="How many points there are before condensing.")

    @classmethod
    def of(cls, columns: Mapping[str, list[Any]], total: int) -> Self:
        """From columns of `pnl_snapshots`, already thinned from `total` rows."""
        optional = {name: columns.get(name) for name in ("realised", "unrealised", "charges", "exposure")}
        return cls(time=columns["at"], equity=columns["equity"], condensed_from=Long(total), **optional)


PNL_COLUMNS = ("at", "realised", "unrealised", "charges", "equity", "exposure")
