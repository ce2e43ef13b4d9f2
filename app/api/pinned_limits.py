"""The numbers a run's rules will hold to, as they are pinned in it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.accounts import LIMITS
from app.api.risk import LIMIT_NAMES, RiskLimitsInput
from app.api.rows import Row, rows_of
from app.api.scalars import decimal_text


async def pinned_limits(
    session: AsyncSession, given: RiskLimitsInput | None, account: Row | None, strategy_id: UUID
) -> dict[str, Any]:
    """The numbers the rules will hold to: as given, else the strategy's in the account, else its own."""
    if given is not None:
        return _document(given.values())
    if account is None:
        return _document({})
    statement = select(LIMITS).where(LIMITS.c.broker_account_id == account["id"])
    statement = statement.where(LIMITS.c.strategy_id.is_(None) | (LIMITS.c.strategy_id == strategy_id))
    rows = await rows_of(session, statement.order_by(LIMITS.c.strategy_id.nulls_last()))
    return _document(rows[0] if rows else {})


def _document(values: Any) -> dict[str, Any]:
    """Amounts as text: JSON has no exact decimals."""
    return {
        name: decimal_text(value) if isinstance(value := values.get(name), Decimal) else value
        for name in LIMIT_NAMES
    }
