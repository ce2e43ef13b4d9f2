"""Starting a run: every refusal first, then one row that pins everything its outcome depends on."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import strawberry
from sqlalchemy import insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.account_changes import MOST_SLIPPAGE, active_account, limit_errors
from app.api.context import Info
from app.api.enums import EventKind, RunMode, UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.idempotency import Idempotency
from app.api.inputs import amount_errors, own_row, rate_errors
from app.api.kill_switch import refuse_killed
from app.api.pinned_limits import pinned_limits
from app.api.risk import RiskLimitsInput
from app.api.rows import Row, only_row, row_of
from app.api.run_market import Asked, check_detail, check_references, checked_instruments, covered
from app.api.run_options import TradingInput
from app.api.run_terms import option_errors, pinned_options
from app.api.runs import StrategyRun
from app.api.strategies import VERSIONS_TABLE
from app.api.strategy_changes import checked_config, registered
from app.store.candles import FAR
from app.store.driver import to_moment
from app.store.events import EventDraft, append
from app.store.tables import metadata
from app.store.tables.strategies import RunStatus
from streams.domain.venue import Slippage
from streams.sessions import DAY, IST
from streams.strategies.asks import Intents
from streams.strategies.base import BaseStrategy, StrategyConfig, build, source_hash

RUNS = metadata.tables["strategy_runs"]
FASTEST = 1_000_000
EPOCH_DAY = date(1970, 1, 1).toordinal()


@strawberry.input(description="A run to start.")
class StartRunInput(TradingInput):
    """A run to start."""

    strategy_id: strawberry.ID = strawberry.field(description="What to run; its newest version is pinned.")
    mode: RunMode = strawberry.field(description="Where its orders go.")
    broker_account_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The account; PAPER needs one, a BACKTEST takes its slippage, charge and limits.",
    )
    instrument_ids: list[strawberry.ID] = strawberry.field(description="What to trade: 1 to 50 of them.")
    from_: date | None = strawberry.field(
        name="from", default=None, description="The first trading date (IST); of all candles when absent."
    )
    to: date | None = strawberry.field(
        default=None, description="The last trading date (IST), included; of all candles when absent."
    )
    capital: Decimal = strawberry.field(description="What it is given, in rupees.")
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
            return await replayed(session, answer)
        if errors := number_errors(given):
            raise Refused(*errors)
        values = await _pinned(info, session, given)
        row = await queue(session, values)
        await once.keep({"runId": str(row["id"])})
        await append(session, viewer, [queued(row)])
    info.context.api.wake()
    return RunPayload(run=StrategyRun.of(row), user_errors=[])


async def replayed(session: AsyncSession, answer: dict[str, Any]) -> RunPayload:
    """The first answer again; the run is null when it has been deleted since.

    Read in the caller's transaction: were each request of a crowd with one key to want a second connection
    while it holds its first, they would wait for each other until they time out.
    """
    row = await row_of(session, select(RUNS).where(RUNS.c.id == UUID(answer["runId"])))
    return RunPayload(run=StrategyRun.of(row) if row else None, replayed=True, user_errors=[])


async def queue(session: AsyncSession, values: dict[str, Any]) -> Row:
    """The run's row, inserted."""
    return await only_row(session, insert(RUNS).values(values).returning(RUNS))


def queued(row: Row) -> EventDraft:
    """The event that tells of it."""
    payload = {"runId": str(row["id"]), "status": RunStatus.QUEUED.value, "reason": None}
    return EventDraft(EventKind.RUN_STATUS, row["id"], payload)


def number_errors(given: StartRunInput) -> list[UserError]:
    """What is wrong with it before anything is looked up."""
    return [
        *amount_errors({"capital": given.capital}, zero=False),
        *amount_errors({"chargePerOrder": given.charge_per_order}),
        *rate_errors({"slippageBps": given.slippage_bps}, MOST_SLIPPAGE),
        *rate_errors({"speed": given.speed}, FASTEST),
        *(limit_errors(given.limits) if given.limits else ()),
        *option_errors(given),
        *_contradictions(given),
    ]


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
    strategy, asked = await _strategy(info, session, given)
    account = await _account(session, given)
    instruments = await checked_instruments(session, given.instrument_ids, asked)
    charge = account["charge_per_order"] if account else Decimal(0)
    options = pinned_options(given, charge, instruments, asked.intents)
    start, end = await _range(session, given, instruments, asked.intents)
    return {
        "id": uuid4(),
        "user_id": info.context.viewer.user_id,
        "kind": "STRATEGY",
        "mode": given.mode.value,
        "capital": given.capital,
        "speed": given.speed,
        "created_at": info.context.api.clock.now(),
        **FRESH,
        **strategy,
        **_terms(given, account),
        "broker_account_id": account["id"] if account else None,
        "limits": await pinned_limits(session, given.limits, account, strategy["strategy_id"]),
        "options": options.document(),
        "instrument_ids": [row["id"] for row in instruments],
        "interval": given.interval.value,
        "from_at": start,
        "to_at": end,
    }


FRESH = {
    "status": RunStatus.QUEUED.value,
    "fencing_token": 0,
    "progress": Decimal(0),
    "warnings": list[str](),
}
"""What a run begins with."""


async def _strategy(info: Info, session: AsyncSession, given: StartRunInput) -> tuple[dict[str, Any], Asked]:
    """What is run: the newest version, checked again by the class as it is now."""
    strategy = await own_row(session, "strategies", "Strategy", given.strategy_id, "strategyId")
    if strategy["archived_at"] is not None:
        raise refused(UserErrorCode.WRONG_STATUS, "This strategy is archived.", "strategyId")
    kind = registered(info.context.api.registry, strategy["kind"], "strategyId")
    newest = select(VERSIONS_TABLE).where(VERSIONS_TABLE.c.strategy_id == strategy["id"])
    version = await only_row(session, newest.order_by(VERSIONS_TABLE.c.version.desc()).limit(1))
    config = _fitting(kind, version["config"])
    columns = {
        "strategy_id": strategy["id"],
        "strategy_version_id": version["id"],
        "strategy_kind": kind.key,
        "config": config.model_dump(mode="json"),
        "code_hash": source_hash(kind),
    }
    return columns, Asked(config, build(kind, config))


def _fitting(kind: type[BaseStrategy], config: Any) -> StrategyConfig:
    """The settings, if they still fit: the class may have changed since they were given."""
    try:
        return checked_config(kind, config)
    except Refused as outdated:
        message = f"Its settings no longer fit its kind ({outdated}): update the strategy."
        raise refused(UserErrorCode.INVALID, message, "strategyId") from None


async def _account(session: AsyncSession, given: StartRunInput) -> Row | None:
    """Where it trades, if it is in an account."""
    if given.broker_account_id is None:
        return None
    account = await active_account(session, given.broker_account_id, "brokerAccountId")
    refuse_killed(account, given.mode, "brokerAccountId")
    return account


def _terms(given: StartRunInput, account: Row | None) -> dict[str, Decimal]:
    """Slippage in basis points, unless another model takes its place, and the charge: as given, else the
    account's."""
    own = account or {"slippage_bps": Decimal(0), "charge_per_order": Decimal(0)}
    bps = given.slippage_bps
    if given.slippage is not None:
        bps = given.slippage.amount if given.slippage.model is Slippage.BPS else Decimal(0)
    asked = {"slippage_bps": bps, "charge_per_order": given.charge_per_order}
    return {name: own[name] if value is None else value for name, value in asked.items()}


async def _range(
    session: AsyncSession, given: StartRunInput, instruments: list[Row], intents: Intents
) -> tuple[datetime, datetime]:
    """Over which candles: there are some of each instrument, and of whatever else it needs to read."""
    bounds = (_midnight(given.from_), _midnight(given.to, days=1))
    start, end = await covered(session, instruments, given.interval, bounds)
    await check_detail(session, instruments, given.intrabar_interval, (start, end))
    await check_references(session, instruments, given.interval, intents)
    return start, end


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """When a date begins in India, or the one `days` later, as far as there are candles."""
    if day is None:
        return None
    midnight = (day.toordinal() - EPOCH_DAY + days) * DAY - IST
    return to_moment(min(max(midnight, 0), FAR))
