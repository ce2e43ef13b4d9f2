"""What `medha backtest` does, given the words of its command line: a run that nobody keeps."""

import argparse
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import ValidationError

from app.engine.backtests import simulate
from app.engine.failures import StrategyRaised
from app.engine.limits import AMOUNTS, COUNTS
from app.engine.options import RunOptions
from app.engine.plan import Plan, RunRefused, plan
from app.engine.products import expected_product, product_refusal, square_off_before
from app.engine.rows import amount
from app.store.driver import to_moment
from app.store.engine import Store
from app.store.instruments import Known, find_instrument
from app.store.tables.strategies import RunMode, StrategyRun
from streams.charges.schedules import ScheduleKind
from streams.domain.market import Instrument, Interval
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage
from streams.report import Figures
from streams.sessions import DAY, midnight
from streams.strategies.base import BaseStrategy, StrategyRefused, StrategyRegistry, build, source_hash


class Declined(Exception):
    """Ends the command; its message says why, for a person."""


async def run(store: Store, registry: StrategyRegistry, words: argparse.Namespace) -> None:
    """Simulates and prints the figures. Declined when it cannot."""
    try:
        async with store.trading() as connection:
            ready = await plan(connection, await _row(connection, registry, words), registry)
        if not any(map(len, ready.market)):
            raise Declined("there are no such candles in this range: see medha candles list")
        outcome = await simulate(ready, _nobody_listens, lambda: False)
    except RunRefused as refused:
        raise Declined(str(refused)) from refused
    except StrategyRaised as raised:
        raise Declined(f"the strategy raised: {raised.__cause__!r}") from raised
    assert outcome is not None, "nobody stops it"
    notes = [*ready.warnings, *([outcome.reason] if outcome.reason else [])]
    print(_as_json(outcome.figures, notes) if words.json else "\n".join(_told(ready, outcome.figures, notes)))


async def _nobody_listens(*_: object) -> None:
    """A backtest of this size is over before anybody looks."""


async def _row(
    connection: asyncpg.Connection, registry: StrategyRegistry, words: argparse.Namespace
) -> StrategyRun:
    """The run as startRun would pin it; it is never stored."""
    strategy = registry.get(words.strategy)
    if strategy is None:
        raise Declined(f"there is no strategy {words.strategy!r}: see medha strategies list")
    known = [await _found(connection, key) for key in words.keys]
    config, interval = _config(strategy, words), Interval(words.interval)
    own = (ask.manner.product_type for ask in build(strategy, strategy.Config.model_validate(config)).asks)
    options = _options(words, interval, [each.instrument for each in known], {each for each in own if each})
    return StrategyRun(
        user_id=uuid4(),
        mode=RunMode.BACKTEST,
        strategy_kind=strategy.key,
        config=config,
        code_hash=source_hash(strategy),
        instrument_ids=[each.id for each in known],
        interval=interval,
        from_at=to_moment(_day(words.since)) if words.since else None,
        to_at=to_moment(_day(words.until) + DAY) if words.until else None,
        capital=_amount("--capital", words.capital),
        slippage_bps=_amount("--slippage", words.slippage),
        charge_per_order=_amount("--charge-per-order", words.charge_per_order or "0"),
        limits=_limits(words.limits),
        options=options.document(),
    )


async def _found(connection: asyncpg.Connection, key: str) -> Known:
    try:
        known = await find_instrument(connection, key)
    except ValueError as malformed:
        raise Declined(str(malformed)) from malformed
    if known is None:
        raise Declined(f"{key} is not known here: medha candles import brings its candles")
    if not known.instrument.tradable:
        raise Declined(f"{key} is an index: it has a price, and no order book to trade in")
    return known


def _config(strategy: type[BaseStrategy], words: argparse.Namespace) -> dict[str, Any]:
    """The settings, checked by the strategy's own class."""
    try:
        given: dict[str, Any] = {**json.loads(words.config), **dict(map(_setting, words.settings))}
        config = strategy.Config.model_validate(given)
        build(strategy, config)
    except ValidationError as invalid:
        raise Declined("\n".join(_complaints(invalid))) from invalid
    except (StrategyRefused, ValueError, TypeError) as refused:
        raise Declined(f"--config: {refused}") from refused
    return config.model_dump(mode="json")


def _complaints(invalid: ValidationError) -> Iterable[str]:
    for error in invalid.errors():
        yield f"{'.'.join(map(str, error['loc'])) or 'config'}: {error['msg'].removeprefix('Value error, ')}"


def _setting(text: str) -> tuple[str, Any]:
    """`fast=10` as a name and a value; what is not JSON is text."""
    name, sign, value = text.partition("=")
    if not sign:
        raise Declined(f"--set {text}: write NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _options(
    words: argparse.Namespace, interval: Interval, instruments: list[Instrument], own: set[ProductType]
) -> RunOptions:
    product = ProductType(words.product) if words.product else expected_product(interval, instruments)
    for each in (product, *own):
        refusal = product_refusal(each, interval, instruments)
        if refusal is not None:
            raise Declined(refusal)
    model, per_order = Slippage(words.slippage_model), words.charge_per_order is not None
    usual = ScheduleKind.FLAT if per_order else ScheduleKind.INDIAN
    if per_order and words.charges not in (None, ScheduleKind.FLAT):
        raise Declined(f"--charge-per-order goes with FLAT charges, not {words.charges}")
    return RunOptions(
        product_type=product,
        charges=words.charges or usual,
        slippage_model=model,
        slippage_amount=None if model is Slippage.BPS else _amount("--slippage", words.slippage),
        participation_percent=words.participation and _amount("--participation", words.participation),
        latency_bars=words.latency,
        intrabar=words.intrabar,
        square_off_before=words.square_off_before
        or square_off_before(own or {product}, interval, instruments),
    )


def _limits(given: Iterable[str]) -> dict[str, str]:
    limits = dict(each.partition("=")[::2] for each in given)
    for name, value in limits.items():
        if name not in (*AMOUNTS, *COUNTS):
            raise Declined(f"--limit {name}: there are {', '.join((*AMOUNTS, *COUNTS))}")
        _amount(f"--limit {name}", value)
    return limits


def _amount(name: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount < 0:
        raise Declined(f"{name} {text}: write an amount like 100000 or 0.5")
    return amount


def _day(text: str) -> int:
    try:
        return midnight(date.fromisoformat(text))
    except ValueError as malformed:
        raise Declined(f"{text}: write a date like 2025-01-31") from malformed


_RUPEES = (
    *("starting_capital", "final_equity", "realised_pnl", "unrealised_pnl"),
    *("charges", "max_drawdown"),
)


def _told(ready: Plan, figures: Figures, notes: Iterable[str]) -> Iterable[str]:
    """The figures, a line each, then what to know about them."""
    options = RunOptions.model_validate(ready.row.options)
    keys = ", ".join(each.key for each in ready.run.terms.instruments)
    yield f"{ready.row.strategy_kind} on {keys}, {ready.identity.interval.value}"
    yield f"{options.product_type}, {options.charges} charges, config {json.dumps(ready.row.config)}"
    for name, value in figures._asdict().items():
        shown = f"₹{amount(value):,.2f}" if name in _RUPEES else f"{value:,}"
        yield f"{name.replace('_', ' '):<18}{shown:>18}"
    gained = Decimal(figures.final_equity - figures.starting_capital) * 100 / figures.starting_capital
    yield f"{'return':<18}{gained:>17,.2f}%"
    yield from (f"note: {note}" for note in notes)


def _as_json(figures: Figures, notes: list[str]) -> str:
    told = {
        name: format(amount(value) or 0, "f") if name in _RUPEES else value
        for name, value in figures._asdict().items()
    }
    return json.dumps({**told, "notes": notes}, indent=2)
