"""Changes to broker accounts, and to the limits they are traded under."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import strawberry
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.accounts import ACCOUNTS, LIMITS, BrokerAccount
from app.api.context import Info
from app.api.enums import BrokerKind, EventKind, UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.event import camel
from app.api.inputs import amount_errors, checked_name, own_row, rate_errors
from app.api.risk import RiskLimits, RiskLimitsInput
from app.api.rows import Row, only_row, rows_of
from app.engine.limits import AMOUNTS, COUNTS
from app.store.events import EventDraft, append
from app.store.tables import metadata
from app.store.tables.accounts import BrokerAccountStatus
from app.store.tables.strategies import RunStatus
from streams.domain.money import MAX_QUANTITY

RUNS = metadata.tables["strategy_runs"]
ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED, RunStatus.STOPPING)
MOST_SLIPPAGE = 1000


@strawberry.input(description="An account to make.")
class CreateBrokerAccountInput:
    """An account to make."""

    name: str = strawberry.field(description="A name for it; no two accounts share one.")
    broker: BrokerKind = strawberry.field(default=BrokerKind.PAPER, description="Where its orders go.")
    opening_balance: Decimal = strawberry.field(description="What is paid in, in rupees.")
    slippage_bps: Decimal = strawberry.field(
        default=Decimal(0), description="What a simulated fill loses, in basis points, 0 to 1000."
    )
    charge_per_order: Decimal = strawberry.field(
        default=Decimal(0), description="What a simulated order costs, in rupees."
    )


@strawberry.input(description="What to change in an account; what is left out stays.")
class UpdateBrokerAccountInput:
    """What to change in an account."""

    id: strawberry.ID = strawberry.field(description="The account.")
    name: str | None = strawberry.field(default=None, description="Its new name.")
    slippage_bps: Decimal | None = strawberry.field(
        default=None, description="What a simulated fill shall lose, in basis points; for runs started after."
    )
    charge_per_order: Decimal | None = strawberry.field(
        default=None, description="What a simulated order shall cost, in rupees; for runs started after."
    )


@strawberry.input(description="The account to delete.")
class DeleteBrokerAccountInput:
    """The account to delete."""

    id: strawberry.ID = strawberry.field(description="The account. Its records are kept.")


@strawberry.type(description="What came of a change to an account.")
class BrokerAccountPayload:
    """What came of a change to an account."""

    broker_account: BrokerAccount | None = strawberry.field(
        default=None, description="The account as it is now."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


@strawberry.input(
    description="The limits of an account, or of one strategy in it; they replace the former ones."
)
class SetRiskLimitsInput:
    """The limits of an account, or of one strategy in it."""

    broker_account_id: strawberry.ID = strawberry.field(description="The account.")
    strategy_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Only for this strategy's runs in it; they then take nothing from the account's.",
    )
    limits: RiskLimitsInput = strawberry.field(description="The numbers. They hold for runs started after.")


@strawberry.type(description="What came of setting limits.")
class SetRiskLimitsPayload:
    """What came of setting limits."""

    limits: RiskLimits | None = strawberry.field(default=None, description="The limits as they are now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def create_account(info: Info, given: CreateBrokerAccountInput) -> BrokerAccountPayload:
    """A new account."""
    _check(
        given.slippage_bps,
        {"openingBalance": given.opening_balance, "chargePerOrder": given.charge_per_order},
    )
    viewer = info.context.viewer.user_id
    values: dict[str, Any] = {
        "id": uuid4(),
        "user_id": viewer,
        "name": checked_name(given.name),
        "broker": given.broker.value,
        "status": BrokerAccountStatus.ACTIVE.value,
        "opening_balance": given.opening_balance,
        "slippage_bps": given.slippage_bps,
        "charge_per_order": given.charge_per_order,
        "created_at": info.context.api.clock.now(),
    }
    async with info.context.writing() as session:
        await _refuse_taken_name(session, values["name"], values["id"])
        row = await only_row(session, insert(ACCOUNTS).values(values).returning(ACCOUNTS))
        await append(session, viewer, [_changed(row)])
    return BrokerAccountPayload(broker_account=BrokerAccount.of(row), user_errors=[])


async def update_account(info: Info, given: UpdateBrokerAccountInput) -> BrokerAccountPayload:
    """The account, changed."""
    _check(given.slippage_bps, {"chargePerOrder": given.charge_per_order})
    asked: dict[str, Any] = {
        "name": checked_name(given.name) if given.name is not None else None,
        "slippage_bps": given.slippage_bps,
        "charge_per_order": given.charge_per_order,
    }
    values = {column: value for column, value in asked.items() if value is not None}
    async with info.context.writing() as session:
        account = await active_account(session, given.id, "id")
        if not values:
            return BrokerAccountPayload(broker_account=BrokerAccount.of(account), user_errors=[])
        if given.name is not None:
            await _refuse_taken_name(session, values["name"], account["id"])
        row = await _update(session, account["id"], values)
        await append(session, info.context.viewer.user_id, [_changed(row)])
    return BrokerAccountPayload(broker_account=BrokerAccount.of(row), user_errors=[])


async def delete_account(info: Info, given: DeleteBrokerAccountInput) -> BrokerAccountPayload:
    """The account without its credentials; its records stay."""
    async with info.context.writing() as session:
        account = await active_account(session, given.id, "id")
        running = select(func.count().label("runs")).where(
            RUNS.c.broker_account_id == account["id"], RUNS.c.status.in_(ACTIVE)
        )
        if (await only_row(session, running))["runs"]:
            raise refused(UserErrorCode.IN_USE, "A run is active in this account: stop it first.", "id")
        now = info.context.api.clock.now()
        erased = {
            "status": BrokerAccountStatus.DELETED.value,
            "credentials_encrypted": None,
            "deleted_at": now,
        }
        row = await _update(session, account["id"], erased)
        await append(session, info.context.viewer.user_id, [_changed(row)])
    return BrokerAccountPayload(broker_account=BrokerAccount.of(row), user_errors=[])


async def set_limits(info: Info, given: SetRiskLimitsInput) -> SetRiskLimitsPayload:
    """The limits of an account, or of one strategy in it."""
    if errors := limit_errors(given.limits):
        raise Refused(*errors)
    viewer = info.context.viewer.user_id
    numbers = {**given.limits.values(), "updated_at": info.context.api.clock.now()}
    async with info.context.writing() as session:
        account = await active_account(session, given.broker_account_id, "brokerAccountId")
        strategy = None
        if given.strategy_id is not None:
            strategy = (await own_row(session, "strategies", "Strategy", given.strategy_id, "strategyId"))[
                "id"
            ]
        scope = {"broker_account_id": account["id"], "strategy_id": strategy}
        statement = upsert(LIMITS).values(id=uuid4(), user_id=viewer, **scope, **numbers)
        statement = statement.on_conflict_do_update(index_elements=list(scope), set_=numbers)
        row = await only_row(session, statement.returning(LIMITS))
        payload = {"brokerAccountId": account["id"], "strategyId": strategy}
        await append(session, viewer, [EventDraft(EventKind.LIMITS_CHANGED, None, payload)])
    return SetRiskLimitsPayload(limits=RiskLimits.of(row), user_errors=[])


def limit_errors(limits: RiskLimitsInput) -> list[UserError]:
    """What is wrong with limits."""
    errors = amount_errors({f"limits.{camel(name)}": getattr(limits, name) for name in AMOUNTS}, zero=False)
    for name in COUNTS:
        count = getattr(limits, name)
        if count is not None and not 1 <= count <= MAX_QUANTITY:
            path, message = ["limits", camel(name)], f"It is 1 or more, and at most {MAX_QUANTITY}."
            errors.append(UserError(code=UserErrorCode.INVALID, message=message, path=path))
    return errors


async def active_account(session: AsyncSession, given: str, path: str) -> Row:
    """The viewer's account that can be traded with; a deleted one is not found."""
    account = await own_row(session, "broker_accounts", "BrokerAccount", given, path)
    if account["status"] == BrokerAccountStatus.DELETED:
        raise refused(UserErrorCode.NOT_FOUND, "There is no such account.", path)
    return account


def _check(slippage: Decimal | None, amounts: dict[str, Decimal | None]) -> None:
    errors = [*amount_errors(amounts), *rate_errors({"slippageBps": slippage}, MOST_SLIPPAGE)]
    if errors:
        raise Refused(*errors)


async def _refuse_taken_name(session: AsyncSession, name: str, own: UUID) -> None:
    same = select(ACCOUNTS.c.id).where(func.lower(ACCOUNTS.c.name) == name.lower(), ACCOUNTS.c.id != own)
    same = same.where(ACCOUNTS.c.status != BrokerAccountStatus.DELETED.value)
    if await rows_of(session, same):
        raise refused(UserErrorCode.TAKEN, "Another account has this name.", "name")


async def _update(session: AsyncSession, account_id: UUID, values: dict[str, Any]) -> Row:
    statement = update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(values).returning(ACCOUNTS)
    return await only_row(session, statement)


def _changed(row: Row) -> EventDraft:
    payload = {"brokerAccountId": row["id"], "status": row["status"]}
    return EventDraft(EventKind.ACCOUNT_CHANGED, None, payload)
