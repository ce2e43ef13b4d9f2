"""Users and their accounts at brokers."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry
from sqlalchemy import select

from app.api.context import Info
from app.api.enums import BrokerKind
from app.api.event_cursors import end_of
from app.api.ids import global_id
from app.api.node import Node
from app.api.risk import RiskLimits
from app.api.rows import Row, rows_of
from app.api.scalars import Cursor
from app.store.tables import metadata
from app.store.tables.accounts import BrokerAccountStatus, Role

ACCOUNTS = metadata.tables["broker_accounts"]
LIMITS = metadata.tables["risk_limits"]


@strawberry.type(description="A person who trades here, or the demo.")
class User(Node):
    """A person, or the demo."""

    email: str = strawberry.field(description="The e-mail they log in with.")
    role: Role = strawberry.field(description="What they may do.")
    demo: bool = strawberry.field(description="Whether this is the demonstration's account.")
    created_at: datetime = strawberry.field(description="When they registered.")
    row_id: strawberry.Private[UUID]

    @strawberry.field(
        description="Where their log of events ends now: ask for it, read the state, then subscribe `after`"
        " it, and nothing between is missed."
    )
    async def event_cursor(self, info: Info) -> Cursor:
        """The end of the user's own log, who may have logged in with this very request."""
        return await end_of(info.context.api, self.row_id)

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(
            id=global_id("User", row["id"]),
            email=row["email"],
            role=Role(row["role"]),
            demo=row["demo"],
            created_at=row["created_at"],
            row_id=row["id"],
        )


@strawberry.type(description="An account that orders are placed in.")
class BrokerAccount(Node):
    """An account that orders are placed in."""

    name: str = strawberry.field(description="The name its owner gave it.")
    broker: BrokerKind = strawberry.field(description="Where its orders go.")
    status: BrokerAccountStatus = strawberry.field(description="Where it stands.")
    opening_balance: Decimal = strawberry.field(description="What was paid in, in rupees.")
    slippage_bps: Decimal = strawberry.field(description="What a simulated fill loses, in basis points.")
    charge_per_order: Decimal = strawberry.field(description="What a simulated order costs, in rupees.")
    created_at: datetime = strawberry.field(description="When it was made.")
    killed_at: datetime | None = strawberry.field(
        description="Since when its kill switch is engaged; null when it is not."
    )
    row_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(
            id=global_id("BrokerAccount", row["id"]),
            name=row["name"],
            broker=BrokerKind(row["broker"]),
            status=BrokerAccountStatus(row["status"]),
            opening_balance=row["opening_balance"],
            slippage_bps=row["slippage_bps"],
            charge_per_order=row["charge_per_order"],
            created_at=row["created_at"],
            killed_at=row["killed_at"],
            row_id=row["id"],
        )

    @strawberry.field(description="The limits of the whole account; null when none were set.")
    async def limits(self, info: Info) -> RiskLimits | None:
        """The account's own limits."""
        rows = await info.context.loaders.limits_of_account.load(self.row_id)
        return RiskLimits.of(rows[0]) if rows else None


@strawberry.type
class AccountQueries:
    """Root fields about the viewer."""

    @strawberry.field(description="Who is asking.")
    async def me(self, info: Info) -> User:
        """The viewer."""
        row = await info.context.loaders.row("users", info.context.viewer.user_id)
        if row is None:
            raise LookupError("the viewer's own row is not visible to them")
        return User.of(row)

    @strawberry.field(description="The viewer's accounts, oldest first; deleted ones are left out.")
    async def broker_accounts(self, info: Info) -> list[BrokerAccount]:
        """The viewer's accounts."""
        statement = select(ACCOUNTS).where(ACCOUNTS.c.status != BrokerAccountStatus.DELETED.value)
        async with info.context.reading() as session:
            rows = await rows_of(session, statement.order_by(ACCOUNTS.c.created_at))
        return [BrokerAccount.of(row) for row in rows]
