"""Fetching anything again by its id."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from app.api.accounts import BrokerAccount, User
from app.api.context import Info
from app.api.errors import Refusal
from app.api.ids import read_id
from app.api.market import Instrument
from app.api.node import Node
from app.api.orders import Fill, Order
from app.api.portfolio import Position, Trade
from app.api.risk import RiskEvent
from app.api.rows import Row
from app.api.runs import StrategyRun
from app.api.settlements import ChargeSettlement
from app.api.strategies import Strategy
from app.store.tables.strategies import ResultKind

MOST_NODES = 100

# Type to table and maker; those of a run can live in a backtest's results instead.
KEPT: dict[str, tuple[str, Callable[[Row], Node]]] = {
    "User": ("users", User.of),
    "BrokerAccount": ("broker_accounts", BrokerAccount.of),
    "Instrument": ("instruments", Instrument.of),
    "Strategy": ("strategies", Strategy.of),
    "StrategyRun": ("strategy_runs", StrategyRun.of),
    "Order": ("orders", Order.of),
    "Fill": ("fills", Fill.of),
    "Trade": ("trades", Trade.of),
    "Position": ("positions", Position.of),
    "RiskEvent": ("risk_events", RiskEvent.of),
    "ChargeSettlement": ("charge_settlements", ChargeSettlement.of),
}
RESULTS: dict[str, tuple[ResultKind, Any]] = {
    "Order": (ResultKind.ORDERS, Order.of),
    "Fill": (ResultKind.FILLS, Fill.of),
    "Trade": (ResultKind.TRADES, Trade.of),
    "Position": (ResultKind.POSITIONS, Position.of),
    "RiskEvent": (ResultKind.DECISIONS, RiskEvent.of),
    "ChargeSettlement": (ResultKind.SETTLEMENTS, ChargeSettlement.of),
}


async def fetch(info: Info, given: str) -> Node | None:
    """What stands behind an id; None for unknown, foreign and malformed ones alike."""
    wanted = read_id(given)
    loaders = info.context.loaders
    if wanted is None or wanted.type not in KEPT:
        return None
    if wanted.run_id is not None and wanted.type in RESULTS:
        kind, of = RESULTS[wanted.type]
        row = await loaders.result_row(wanted.run_id, kind, wanted.id)
        return of(row, True) if row else None
    table, make = KEPT[wanted.type]
    row = await loaders.row(table, wanted.id)
    return make(row) if row else None


@strawberry.type
class NodeQueries:
    """Root fields for anything."""

    @strawberry.field(description="Anything of the viewer's by its id; null when there is no such thing.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Node | None:
        """Anything by its id."""
        return await fetch(info, id)

    @strawberry.field(description="The same for many, in their order; null where there is no such thing.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids, 100 at most.")],
    ) -> list[Node | None]:
        """Many things by their ids."""
        if len(ids) > MOST_NODES:
            raise Refusal("PAGE_TOO_LARGE", f"{MOST_NODES} at once at most; {len(ids)} were asked for.")
        return list(await asyncio.gather(*(fetch(info, each) for each in ids)))
