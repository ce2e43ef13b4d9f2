"""The limits pinned in a run, as the core has them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from streams.domain.money import to_units
from streams.risk.rules import RiskLimits

AMOUNTS = (
    *("max_daily_loss", "max_account_daily_loss", "max_order_value"),
    *("capital_allocation", "per_strategy_cap"),
)
COUNTS = ("max_open_positions", "max_order_quantity", "max_orders_per_day", "max_trades_per_day")


def risk_limits(pinned: Mapping[str, Any], capital: Decimal) -> RiskLimits:
    """Rupees as text and counts, null or absent for none; a run's capital always bounds what it lays out."""
    given = {name: value for name, value in pinned.items() if value is not None}
    numbers = {
        name: int(value) if name in COUNTS else to_units(Decimal(str(value))) for name, value in given.items()
    }
    return RiskLimits(**{"capital_allocation": to_units(capital), **numbers})
