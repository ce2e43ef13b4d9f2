"""Every rule there is, in the order of evaluation, and the place for a rule of one's own."""

from collections.abc import Iterable

from streams.risk.capital import CapitalAllocation, MaxOpenPositions, PerStrategyCap
from streams.risk.counts import DuplicateIntent, MaxOrdersPerDay, MaxTradesPerDay
from streams.risk.losses import MaxAccountDailyLoss, MaxDailyLoss
from streams.risk.market import FreezeQuantity, LotSize, MarketHours, PriceBand, Tradability
from streams.risk.rules import RiskRule
from streams.risk.sizes import MaxOrderQuantity, MaxOrderValue, ShortSale, StopRequired
from streams.risk.standing import KillSwitch, TradingStateRule

RULES: tuple[RiskRule, ...] = (
    TradingStateRule(),
    KillSwitch(),
    Tradability(),
    MarketHours(),
    ShortSale(),
    StopRequired(),
    LotSize(),
    FreezeQuantity(),
    MaxOrderQuantity(),
    PriceBand(),
    MaxOrderValue(),
    MaxOpenPositions(),
    CapitalAllocation(),
    PerStrategyCap(),
    MaxDailyLoss(),
    MaxAccountDailyLoss(),
    MaxOrdersPerDay(),
    MaxTradesPerDay(),
    DuplicateIntent(),
)
"""The rules of the house. A new one is a class and a line here."""


class RuleRefused(ValueError):
    """A rule that cannot be registered; the message says why."""


class RuleRegistry:
    """The rules an engine asks: those of the house, then a user's own in the order they were added."""

    def __init__(self, rules: Iterable[RiskRule] = RULES) -> None:
        self._rules: dict[str, RiskRule] = {}
        for rule in rules:
            self.register(rule)

    def register(self, rule: RiskRule) -> RiskRule:
        """Adds a rule after the others. RuleRefused when its key is missing or taken."""
        key = getattr(rule, "key", "")
        if not key or key in self._rules:
            raise RuleRefused(f"{type(rule).__name__}: the key {key!r} is {'taken' if key else 'missing'}")
        self._rules[key] = rule
        return rule

    @property
    def rules(self) -> tuple[RiskRule, ...]:
        """In the order of evaluation."""
        return tuple(self._rules.values())
