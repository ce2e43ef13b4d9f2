"""Every kind of event and its type; those of the viewer's own settings among them."""

from collections.abc import Callable
from typing import Self
from uuid import UUID

import strawberry

from app.api.accounts import BrokerAccount
from app.api.context import Info
from app.api.enums import EventKind
from app.api.event import Event, Seen
from app.api.ledger_events import (
    ChargesSettled,
    OrderChanged,
    OrderFilled,
    PnlChanged,
    PositionChanged,
    RiskAlerted,
    TradeChanged,
)
from app.api.orders import existing
from app.api.run_events import DecisionMade, IntentRaised, LogWritten, RunProgressed, RunStatusChanged
from app.api.strategies import Strategy


@strawberry.type(description="A strategy was made, changed or archived.")
class StrategyChanged(Event):
    """A strategy changed."""

    strategy_row: strawberry.Private[UUID]

    @strawberry.field(description="The strategy as it is now.")
    async def strategy(self, info: Info) -> Strategy:
        """The strategy."""
        return Strategy.of(await existing(info, "strategies", self.strategy_row))

    @classmethod
    def of(cls, seen: Seen) -> Self:
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
    def of(cls, seen: Seen) -> Self:
        """From its payload."""
        return cls(**seen.common(), account_row=UUID(seen.payload["brokerAccountId"]))


EVENT_TYPES: dict[EventKind, Callable[[Seen], Event]] = {
    EventKind.RUN_STATUS: RunStatusChanged.of,
    EventKind.RUN_PROGRESS: RunProgressed.of,
    EventKind.INTENT: IntentRaised.of,
    EventKind.DECISION: DecisionMade.of,
    EventKind.ORDER: OrderChanged.of,
    EventKind.FILL: OrderFilled.of,
    EventKind.CHARGES: ChargesSettled.of,
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
    *(BrokerAccountChanged, ChargesSettled),
)
