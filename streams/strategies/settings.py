"""Settings that several strategies share."""

from typing import Annotated

from pydantic import Field

from streams.columns.column import Column
from streams.domain.money import MAX_QUANTITY
from streams.strategies.protection import minutes_of
from streams.strategies.sizes import Size, quantity, risk_percent

Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY, description="Units to hold, long or short.")]

RiskPercent = Annotated[
    float,
    Field(
        ge=0,
        le=10,
        description="Per cent of equity to lose at most at the stop-loss; 0 trades `quantity` units instead.",
    ),
]

AllowShort = Annotated[bool, Field(description="Whether it also sells short; delivery (CNC) cannot.")]

TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day in India, as "HH:MM"."""


def size_of(units: int, percent_at_risk: float) -> Size:
    """The risk in per cent of equity where it is above 0, else so many units."""
    return risk_percent(percent_at_risk) if percent_at_risk else quantity(units)


def until(time_of_day: Column, clock: str) -> Column:
    """True on candles that have closed by this time of day."""
    return time_of_day <= minutes_of(clock)
