"""How much of the limits is in use: per account, over the runs that are active in it."""

from decimal import Decimal

import strawberry
from sqlalchemy import Select, func, select

from app.api.accounts import ACCOUNTS, BrokerAccount
from app.api.context import Info
from app.api.rows import rows_of
from app.store.tables import metadata
from app.store.tables.accounts import BrokerAccountStatus

POSITIONS_TABLE = metadata.tables["positions"]


@strawberry.type(description="What of an account's limits is in use.")
class AccountRisk:
    """What of an account's limits is in use."""

    broker_account: BrokerAccount = strawberry.field(description="The account, with its limits.")
    open_positions: int = strawberry.field(description="Positions that are open, over all its runs.")
    deployed: Decimal = strawberry.field(description="What the open positions cost, in rupees.")
    exposure: Decimal = strawberry.field(description="What they are worth at their marks, in rupees.")


@strawberry.type(description="How much of the limits is in use.")
class RiskStatus:
    """How much of the limits is in use."""

    accounts: list[AccountRisk] = strawberry.field(description="Each of the viewer's accounts, oldest first.")


@strawberry.type
class RiskQueries:
    """Root fields about risk."""

    @strawberry.field(description="How much of the limits is in use, account by account.")
    async def risk_status(self, info: Info) -> RiskStatus:
        """How much of the limits is in use."""
        async with info.context.reading() as session:
            rows = await rows_of(session, _in_use())
        return RiskStatus(
            accounts=[
                AccountRisk(
                    broker_account=BrokerAccount.of(row),
                    open_positions=row["open_positions"],
                    deployed=row["deployed"],
                    exposure=row["exposure"],
                )
                for row in rows
            ]
        )


def _in_use() -> Select[tuple[object, ...]]:
    positions = POSITIONS_TABLE.c
    worth = func.abs(positions.quantity * func.coalesce(positions.mark_price, 0))
    zero = Decimal(0)
    used = [
        func.count(positions.id).label("open_positions"),
        func.coalesce(func.sum(func.abs(positions.cost)), zero).label("deployed"),
        func.coalesce(func.sum(worth), zero).label("exposure"),
    ]
    opened = (positions.broker_account_id == ACCOUNTS.c.id) & (positions.quantity != 0)
    statement = select(ACCOUNTS, *used).outerjoin(POSITIONS_TABLE, opened)
    kept = statement.where(ACCOUNTS.c.status != BrokerAccountStatus.DELETED.value)
    return kept.group_by(ACCOUNTS.c.id).order_by(ACCOUNTS.c.created_at)
