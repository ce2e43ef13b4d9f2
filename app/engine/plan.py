"""From a row of `strategy_runs` to everything its execution needs."""

from typing import NamedTuple

import asyncpg
from pydantic import ValidationError

from app.engine.identity import RunIdentity
from app.engine.limits import risk_limits
from app.engine.markets import Range, Reading, read_market
from app.engine.options import RunOptions
from app.store.driver import to_micros
from app.store.instruments import COLUMNS, Known, find_instrument, instrument_of
from app.store.tables.strategies import RunMode, StrategyRun
from streams.domain.market import Chunk, Interval
from streams.domain.money import to_units
from streams.domain.orders import BrokerKind, ProductType
from streams.pipeline import Run
from streams.risk.engine import RiskEngine
from streams.state import Terms
from streams.strategies.asks import Intents
from streams.strategies.base import (
    BaseStrategy,
    StrategyConfig,
    StrategyRefused,
    StrategyRegistry,
    build,
    source_hash,
)


class RunRefused(ValueError):
    """A run that cannot be executed as it was pinned; the message says why and what to do."""


class Plan(NamedTuple):
    """A run ready to go: who it is, what it computes, what it will be fed.

    `market` holds the traded instruments' candles and, after them, those of the markets it only reads;
    `warnings` says what to know before believing figures.
    """

    identity: RunIdentity
    row: StrategyRun
    run: Run
    broker: BrokerKind | None
    market: Chunk
    warnings: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """The keys of all it reads, in the order of the market."""
        return tuple(each.key for each in (*self.run.terms.instruments, *self.run.references))


async def plan(
    connection: asyncpg.Connection, row: StrategyRun, registry: StrategyRegistry, after: int | None = None
) -> Plan:
    """Loads what the run names; `after` leaves out candles up to that open time. RunRefused if it cannot."""
    strategy, config = _strategy(row, registry)
    known, options = await _instruments(connection, row), RunOptions.model_validate(row.options)
    interval, intents = Interval(row.interval or ""), build(strategy, config)
    read = (*known, *await _references(connection, intents, known))
    terms = _terms(row, options, known, interval)
    start, end = (to_micros(each) if each else None for each in (row.from_at, row.to_at))
    span = Range(start or 0, end, after, intents.lookback(interval))
    found = await read_market(connection, Reading(read, len(known), interval, options.intrabar), span)
    references = tuple(each.instrument for each in read[len(known) :])
    return Plan(
        _identity(row, interval, known, _products(intents, terms)),
        row,
        Run(strategy, config, interval, terms._replace(detail=found.detail), found.history, references),
        await _broker(connection, row),
        found.market,
        found.warnings,
    )


def _identity(
    row: StrategyRun, interval: Interval, known: tuple[Known, ...], products: tuple[ProductType, ...]
) -> RunIdentity:
    return RunIdentity(
        row.id,
        row.user_id,
        row.broker_account_id,
        row.fencing_token,
        RunMode(row.mode),
        interval,
        tuple(each.id for each in known),
        products,
        frozenset((each.instrument.exchange, each.instrument.kind) for each in known),
    )


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
        f"SELECT {COLUMNS} FROM instruments WHERE id = ANY($1)", row.instrument_ids
    )
    by_id = {each["id"]: Known(each["id"], instrument_of(each)) for each in found}
    missing = [str(each) for each in row.instrument_ids if each not in by_id]
    if missing:
        raise RunRefused(f"Instruments {', '.join(missing)} are gone. Start a new run.")
    return tuple(by_id[each] for each in row.instrument_ids)


async def _references(
    connection: asyncpg.Connection, intents: Intents, traded: tuple[Known, ...]
) -> tuple[Known, ...]:
    """The markets it reads and does not trade."""
    keys = intents.references([each.instrument.key for each in traded])
    found = [await find_instrument(connection, key) for key in keys]
    missing = [key for key, each in zip(keys, found, strict=True) if each is None]
    if missing:
        raise RunRefused(f"The strategy reads {', '.join(missing)}: import the candles and start a new run.")
    return tuple(each for each in found if each is not None)


def _terms(row: StrategyRun, options: RunOptions, known: tuple[Known, ...], interval: Interval) -> Terms:
    return Terms(
        tuple(each.instrument for each in known),
        to_units(row.capital),
        RiskEngine(risk_limits(row.limits, row.capital)),
        options.venue(row.slippage_bps),
        options.schedule(row.charge_per_order),
        options.product_type,
        options.square_off_before,
        interval,
    )


def _products(intents: Intents, terms: Terms) -> tuple[ProductType, ...]:
    """How each instrument is carried: as the strategy says of it, else as the run does."""
    try:
        asks = intents.dealt(len(terms.instruments))
    except ValueError as cause:
        raise RunRefused(f"{cause}.") from cause
    own = (None if ask is None else ask.manner.product_type for ask in asks)
    return tuple(each or terms.product_type for each in own)


async def _broker(connection: asyncpg.Connection, row: StrategyRun) -> BrokerKind | None:
    if row.broker_account_id is None:
        return None
    found = await connection.fetchval(
        "SELECT broker FROM broker_accounts WHERE id = $1", row.broker_account_id
    )
    return BrokerKind(found)
