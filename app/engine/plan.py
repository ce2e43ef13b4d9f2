"""From a row of `strategy_runs` to everything its execution needs."""

from decimal import Decimal
from typing import NamedTuple

import asyncpg
from pydantic import ValidationError

from app.engine.identity import RunIdentity
from app.store.candles import FAR, read_before, read_candles
from app.store.driver import to_micros
from app.store.instruments import Known, instrument_of
from app.store.tables.strategies import RunMode, StrategyRun
from streams.domain.market import Chunk, Interval
from streams.domain.money import basis_points, to_units
from streams.domain.orders import BrokerKind, ProductType
from streams.pipeline import Run
from streams.risk.engine import RiskEngine
from streams.risk.rules import RiskLimits
from streams.state import Terms
from streams.strategies.base import (
    BaseStrategy,
    StrategyConfig,
    StrategyRefused,
    StrategyRegistry,
    source_hash,
)

PRODUCT = ProductType.INTRADAY


class RunRefused(ValueError):
    """A run that cannot be executed as it was pinned; the message says why and what to do."""


class Plan(NamedTuple):
    """A run ready to go: who it is, what it computes, what it will be fed."""

    identity: RunIdentity
    row: StrategyRun
    run: Run
    broker: BrokerKind | None
    market: Chunk


async def plan(
    connection: asyncpg.Connection, row: StrategyRun, registry: StrategyRegistry, after: int | None = None
) -> Plan:
    """Loads what the run names; `after` leaves out candles up to that open time. RunRefused if it cannot."""
    strategy, config = _strategy(row, registry)
    known = await _instruments(connection, row)
    interval = Interval(row.interval or "")
    identity = RunIdentity(
        row.id,
        row.user_id,
        row.broker_account_id,
        row.fencing_token,
        RunMode(row.mode),
        interval,
        tuple(each.id for each in known),
    )
    run = Run(strategy, config, interval, _terms(row, known))
    start = to_micros(row.from_at) if row.from_at else 0
    lookback = run.intents.lookback(interval)
    history = tuple(
        [await read_before(connection, each.instrument, each.id, interval, start, lookback) for each in known]
    )
    first = start if after is None else after + 1
    end = to_micros(row.to_at) if row.to_at else FAR
    market = tuple(
        [await read_candles(connection, each.instrument, each.id, interval, first, end) for each in known]
    )
    broker = await _broker(connection, row)
    return Plan(identity, row, Run(strategy, config, interval, run.terms, history), broker, market)


def _strategy(row: StrategyRun, registry: StrategyRegistry) -> tuple[type[BaseStrategy], StrategyConfig]:
    strategy = registry.get(row.strategy_kind or "")
    if strategy is None:
        raise RunRefused(
            f"The strategy {row.strategy_kind!r} is not installed here. Install it and restart the run."
        )
    if source_hash(strategy) != row.code_hash:
        raise RunRefused("The strategy's code has changed since this run was started. Start a new run.")
    try:
        return strategy, strategy.Config.model_validate(row.config)
    except (ValidationError, StrategyRefused) as cause:
        raise RunRefused(f"The run's config no longer fits its strategy: {cause}") from cause


async def _instruments(connection: asyncpg.Connection, row: StrategyRun) -> tuple[Known, ...]:
    found = await connection.fetch(
        "SELECT id, exchange, symbol, kind, tick_size, lot_size FROM instruments WHERE id = ANY($1)",
        row.instrument_ids,
    )
    by_id = {each["id"]: Known(each["id"], instrument_of(each)) for each in found}
    missing = [str(each) for each in row.instrument_ids if each not in by_id]
    if missing:
        raise RunRefused(f"Instruments {', '.join(missing)} are gone. Start a new run.")
    return tuple(by_id[each] for each in row.instrument_ids)


def _terms(row: StrategyRun, known: tuple[Known, ...]) -> Terms:
    return Terms(
        tuple(each.instrument for each in known),
        to_units(row.capital),
        RiskEngine(limits(row)),
        basis_points(row.slippage_bps),
        to_units(row.charge_per_order),
        PRODUCT,
    )


def limits(row: StrategyRun) -> RiskLimits:
    """The limits pinned in a run: rupees and counts as text, null for none; its capital is always one."""
    pinned = {name: value for name, value in row.limits.items() if value is not None}
    money = {
        name: to_units(Decimal(str(pinned[name])))
        for name in ("max_daily_loss", "capital_allocation", "per_strategy_cap")
        if name in pinned
    }
    count = (
        {"max_open_positions": int(pinned["max_open_positions"])} if "max_open_positions" in pinned else {}
    )
    return RiskLimits(**{"capital_allocation": to_units(row.capital), **money}, **count)


async def _broker(connection: asyncpg.Connection, row: StrategyRun) -> BrokerKind | None:
    if row.broker_account_id is None:
        return None
    found = await connection.fetchval(
        "SELECT broker FROM broker_accounts WHERE id = $1", row.broker_account_id
    )
    return BrokerKind(found)
