"""Starting a run: every refusal first, then one row that pins everything its outcome depends on."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import strawberry
from sqlalchemy import insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.account_changes import MOST_SLIPPAGE, active_account, limit_errors
from app.api.accounts import LIMITS
from app.api.context import Info
from app.api.enums import EventKind, RunMode, UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.idempotency import Idempotency
from app.api.inputs import amount_errors, own_row, rate_errors
from app.api.risk import LIMIT_NAMES, RiskLimitsInput
from app.api.rows import Row, only_row, rows_of
from app.api.run_market import checked_instruments, covered
from app.api.runs import StrategyRun
from app.api.scalars import decimal_text
from app.api.strategies import VERSIONS_TABLE
from app.api.strategy_changes import checked_config, registered
from app.store.driver import to_moment
from app.store.events import EventDraft, append
from app.store.tables import metadata
from app.store.tables.strategies import RunStatus
from streams.domain.market import Interval
from streams.sessions import IST
from streams.strategies.base import source_hash

RUNS = metadata.tables["strategy_runs"]
FASTEST = 1_000_000


@strawberry.input(description="A run to start.")
class StartRunInput:
    """A run to start."""

    strategy_id: strawberry.ID = strawberry.field(description="What to run; its newest version is pinned.")
    mode: RunMode = strawberry.field(description="Where its orders go.")
    broker_account_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The account; PAPER needs one, a BACKTEST takes its slippage, charge and limits.",
    )
    instrument_ids: list[strawberry.ID] = strawberry.field(description="What to trade: 1 to 50 of them.")
    interval: Interval = strawberry.field(description="How long the candles last.")
    from_: date | None = strawberry.field(
        name="from", default=None, description="The first trading date (IST); of all candles when absent."
    )
    to: date | None = strawberry.field(
        default=None, description="The last trading date (IST), included; of all candles when absent."
    )
    capital: Decimal = strawberry.field(description="What it is given, in rupees.")
    slippage_bps: Decimal | None = strawberry.field(
        default=None,
        description="What a simulated fill loses, in basis points; the account's when absent, else 0.",
    )
    charge_per_order: Decimal | None = strawberry.field(
        default=None,
        description="What a simulated order costs, in rupees; the account's when absent, else 0.",
    )
    speed: Decimal | None = strawberry.field(
        default=None,
        description="Of a PAPER run over stored candles: times real time, 60 is a day in 6 minutes; null is"
        " as fast as possible.",
    )
    limits: RiskLimitsInput | None = strawberry.field(
        default=None,
        description="The numbers its rules hold to; when absent those of the strategy in the account, else"
        " the account's.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="A name for this request: asked again, it gives the same run."
    )


@strawberry.type(description="What came of starting or steering a run.")
class RunPayload:
    """What came of starting or steering a run."""

    run: StrategyRun | None = strawberry.field(default=None, description="The run as it is now.")
    replayed: bool = strawberry.field(
        default=False, description="Whether this is the answer to an earlier request with the same key."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def start_run(info: Info, given: StartRunInput) -> RunPayload:
    """A new run, queued for an engine."""
    viewer = info.context.viewer.user_id
    async with info.context.writing() as session:
        once = Idempotency(session, viewer, "startRun", given)
        if answer := await once.first_answer():
            return await replayed(info, answer)
        _check_numbers(given)
        values = await _pinned(info, session, given)
        row = await queue(session, values)
        await once.keep({"runId": str(row["id"])})
        await append(session, viewer, [queued(row)])
    info.context.api.wake()
    return RunPayload(run=StrategyRun.of(row), user_errors=[])


async def replayed(info: Info, answer: dict[str, Any]) -> RunPayload:
    """The first answer again; the run is null when it has been deleted since."""
    row = await info.context.loaders.row("strategy_runs", UUID(answer["runId"]))
    return RunPayload(run=StrategyRun.of(row) if row else None, replayed=True, user_errors=[])


async def queue(session: AsyncSession, values: dict[str, Any]) -> Row:
    """The run's row, inserted."""
    return await only_row(session, insert(RUNS).values(values).returning(RUNS))


def queued(row: Row) -> EventDraft:
    """The event that tells of it."""
    payload = {"runId": str(row["id"]), "status": RunStatus.QUEUED.value, "reason": None}
    return EventDraft(EventKind.RUN_STATUS, row["id"], payload)


def _check_numbers(given: StartRunInput) -> None:
    errors = [
        *amount_errors({"capital": given.capital}, zero=False),
        *amount_errors({"chargePerOrder": given.charge_per_order}),
        *rate_errors({"slippageBps": given.slippage_bps}, MOST_SLIPPAGE),
        *rate_errors({"speed": given.speed}, FASTEST),
        *(limit_errors(given.limits) if given.limits else ()),
        *_contradictions(given),
    ]
    if errors:
        raise Refused(*errors)


def _contradictions(given: StartRunInput) -> list[UserError]:
    found: list[tuple[bool, str, str]] = [
        (given.speed is not None and given.speed == 0, "A speed is more than 0.", "speed"),
        (
            given.speed is not None and given.mode is RunMode.BACKTEST,
            "A backtest goes as fast as it can.",
            "speed",
        ),
        (
            given.mode is RunMode.PAPER and given.broker_account_id is None,
            "A PAPER run trades in an account.",
            "brokerAccountId",
        ),
        (
            given.from_ is not None and given.to is not None and given.from_ > given.to,
            "It ends before it begins.",
            "to",
        ),
    ]
    return [
        UserError(code=UserErrorCode.INVALID, message=message, path=[path])
        for wrong, message, path in found
        if wrong
    ]


async def _pinned(info: Info, session: AsyncSession, given: StartRunInput) -> dict[str, Any]:
    """The new run's columns."""
    strategy = await own_row(session, "strategies", "Strategy", given.strategy_id, "strategyId")
    if strategy["archived_at"] is not None:
        raise refused(UserErrorCode.WRONG_STATUS, "This strategy is archived.", "strategyId")
    kind = registered(info.context.api.registry, strategy["kind"], "strategyId")
    version = await _newest_version(session, strategy["id"])
    config = checked_config(kind, version["config"])
    account = await _account(session, given)
    instruments = await checked_instruments(session, given.instrument_ids, config)
    bounds = (_midnight(given.from_), _midnight(given.to, days=1))
    start, end = await covered(session, instruments, given.interval, bounds)
    return {
        "id": uuid4(),
        "user_id": info.context.viewer.user_id,
        "kind": "STRATEGY",
        "mode": given.mode.value,
        "status": RunStatus.QUEUED.value,
        "strategy_id": strategy["id"],
        "strategy_version_id": version["id"],
        "broker_account_id": account["id"] if account else None,
        "strategy_kind": kind.key,
        "config": config.model_dump(mode="json"),
        "code_hash": source_hash(kind),
        "instrument_ids": [row["id"] for row in instruments],
        "interval": given.interval.value,
        "from_at": start,
        "to_at": end,
        "capital": given.capital,
        "slippage_bps": _first(given.slippage_bps, account["slippage_bps"] if account else None),
        "charge_per_order": _first(given.charge_per_order, account["charge_per_order"] if account else None),
        "speed": given.speed,
        "limits": await _limits(session, given, account, strategy["id"]),
        "fencing_token": 0,
        "progress": Decimal(0),
        "created_at": info.context.api.clock.now(),
    }


async def _newest_version(session: AsyncSession, strategy_id: UUID) -> Row:
    statement = select(VERSIONS_TABLE).where(VERSIONS_TABLE.c.strategy_id == strategy_id)
    statement = statement.order_by(VERSIONS_TABLE.c.version.desc()).limit(1)
    return await only_row(session, statement)


async def _account(session: AsyncSession, given: StartRunInput) -> Row | None:
    if given.broker_account_id is None:
        return None
    return await active_account(session, given.broker_account_id, "brokerAccountId")


def _first(*candidates: Decimal | None) -> Decimal:
    return next((each for each in candidates if each is not None), Decimal(0))


async def _limits(
    session: AsyncSession, given: StartRunInput, account: Row | None, strategy_id: UUID
) -> dict[str, Any]:
    """The numbers the rules will hold to: as given, else the strategy's in the account, else its own."""
    if given.limits is not None:
        return _document(given.limits.values())
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


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """When a date begins in India, or the one `days` later."""
    if day is None:
        return None
    midnight = datetime.combine(day + timedelta(days=days), time(), to_moment(0).tzinfo)
    return midnight - timedelta(microseconds=IST)
