"""The words of `medha backtest` held to the bounds that `startRun` holds a run to."""

import argparse
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import strawberry

from app.api.enums import RunMode
from app.api.errors import UserError
from app.api.event import camel
from app.api.risk import RiskLimitsInput
from app.api.run_options import SlippageInput
from app.api.run_start import StartRunInput, number_errors
from app.engine.limits import AMOUNTS, COUNTS
from streams.charges.schedules import ScheduleKind
from streams.domain.market import Interval
from streams.domain.venue import Slippage

FLAGS = {
    "slippage.amount": "--slippage",
    "participationPercent": "--participation",
    "latencyBars": "--latency",
    "intrabarInterval": "--intrabar",
    "squareOffBefore": "--square-off-before",
    "chargePerOrder": "--charge-per-order",
    **{f"limits.{camel(name)}": f"--limit {name}" for name in (*AMOUNTS, *COUNTS)},
}
"""What startRun calls them, where it is not the same word."""


def refusals(words: argparse.Namespace) -> Iterator[str]:
    """A sentence for each number out of bounds; what is no number at all is not for here."""
    limits = dict(each.partition("=")[::2] for each in words.limits)
    counts = {name: text for name, text in limits.items() if name in COUNTS}
    for name, text in counts.items():
        if not text.isdecimal():
            yield f"--limit {name} {text}: write a whole number"
    yield from map(_told, number_errors(_as_asked(words, limits)))


def _told(error: UserError) -> str:
    path = ".".join(error.path)
    return f"{FLAGS.get(path, f'--{path}')}: {error.message.removeprefix(f'{path} ')}"


def _as_asked(words: argparse.Namespace, limits: dict[str, str]) -> StartRunInput:
    numbers: dict[str, Any] = {name: _number(limits.get(name)) for name in AMOUNTS}
    numbers |= {name: int(text) for name in COUNTS if (text := limits.get(name, "")).isdecimal()}
    return StartRunInput(
        strategy_id=strawberry.ID(words.strategy),
        mode=RunMode.BACKTEST,
        instrument_ids=[],
        interval=Interval(words.interval),
        capital=_number(words.capital) or Decimal(0),
        charges=ScheduleKind(words.charges) if words.charges else None,
        charge_per_order=_number(words.charge_per_order),
        slippage=SlippageInput(
            model=Slippage(words.slippage_model), amount=_number(words.slippage) or Decimal(0)
        ),
        participation_percent=_number(words.participation),
        latency_bars=words.latency,
        intrabar_interval=Interval(words.intrabar) if words.intrabar else None,
        square_off_before=words.square_off_before,
        from_=_day(words.since),
        to=_day(words.until),
        limits=RiskLimitsInput(**numbers),
    )


def _number(text: str | None) -> Decimal | None:
    try:
        found = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    return found if found is None or found.is_finite() else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
