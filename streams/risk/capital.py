"""Rules on how much may be at work at once."""

from streams.domain.money import grouped, spoken
from streams.risk.facts import Book, Proposal, RiskLimits
from streams.risk.rules import RiskRule


class MaxOpenPositions(RiskRule):
    """No more instruments at once than this."""

    key = "max_open_positions"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Instruments that may be open at once."""
        return limits.max_open_positions

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """Instruments open or being entered, this one included."""
        return book.others_open + 1

    def sentence(self, bound: int, observed: int) -> str:
        """Names the counts."""
        return f"This would be open position number {grouped(observed)}; the limit is {grouped(bound)}."


class CapitalAllocation(RiskRule):
    """No more money at work in the run than it was given."""

    key = "capital_allocation"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) the run may have at work."""
        return limits.capital_allocation

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """Cost of what is open and being entered, with this order at the last price."""
        return book.deployed + proposal.value

    def sentence(self, bound: int, observed: int) -> str:
        """Names the sum and the limit."""
        return f"This order would put {spoken(observed)} to work; the run's capital is {spoken(bound)}."


class PerStrategyCap(RiskRule):
    """No more exposure in one strategy than this, over all its runs in the account."""

    key = "per_strategy_cap"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) of exposure the strategy may carry."""
        return limits.per_strategy_cap

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """Exposure at market of this run and of the strategy's others, with this order."""
        return book.exposure + book.elsewhere + proposal.value

    def sentence(self, bound: int, observed: int) -> str:
        """Names the exposure and the cap."""
        return f"The strategy would be exposed by {spoken(observed)}; its cap is {spoken(bound)}."
