"""How a run trades: the options pinned in it, beside its capital, slippage and limits."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from streams.charges.schedules import FREE, INDIAN, Schedule, ScheduleKind, flat
from streams.domain.market import Interval
from streams.domain.money import basis_points, to_units
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage, Venue


class RunOptions(BaseModel):
    """As stored in `strategy_runs.options`; what is absent there is as it was before there were options.

    FLAT charges are the run's `charge_per_order`; the amount of BPS slippage is its `slippage_bps`, that of
    the other models is here. `square_off_before` counts minutes before the continuous session's close.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    product_type: ProductType = ProductType.INTRADAY
    charges: ScheduleKind = ScheduleKind.FLAT
    slippage_model: Slippage = Slippage.BPS
    slippage_amount: Decimal | None = None
    participation_percent: Decimal | None = None
    latency_bars: int = 0
    intrabar: Interval | None = None
    square_off_before: int | None = None

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> Self:
        """Of a run's row."""
        return cls.model_validate(run["options"])

    def document(self) -> dict[str, Any]:
        """As it is stored: amounts as text."""
        return self.model_dump(mode="json")

    def schedule(self, per_order: Decimal) -> Schedule:
        """What its orders cost; `per_order` in rupees is for FLAT."""
        if self.charges is ScheduleKind.FLAT:
            return flat(to_units(per_order))
        return INDIAN if self.charges is ScheduleKind.INDIAN else FREE

    def venue(self, bps: Decimal) -> Venue:
        """What its simulated exchange assumes; `bps` is for slippage in basis points."""
        amount = bps if self.slippage_amount is None else self.slippage_amount
        ticks = self.slippage_model is Slippage.TICKS
        return Venue(
            self.slippage_model,
            int(amount) if ticks else basis_points(amount),
            _ppm(self.participation_percent),
            self.latency_bars,
            self.intrabar is not None,
        )


def _ppm(percent: Decimal | None) -> int:
    return 0 if percent is None else int((percent * 10_000).to_integral_value(ROUND_HALF_EVEN))
