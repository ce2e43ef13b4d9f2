"""Rules on one order: what it may come to."""

from streams.domain.money import grouped, spoken
from streams.risk.facts import Book, Proposal, RiskLimits
from streams.risk.rules import ALWAYS, RiskRule


class ShortSale(RiskRule):
    """Shares that are to be delivered cannot be sold before they are owned."""

    key = "short_sale"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """How many would be sold without being held."""
        return proposal.short

    def sentence(self, bound: int, observed: int) -> str:
        """Names the number."""
        return f"This would sell {grouped(observed)} that you do not hold, which CNC does not permit."


class StopRequired(RiskRule):
    """A size told by what may be lost needs a stop-loss."""

    key = "stop_required"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """1 where there is none."""
        return int(proposal.stopless)

    def sentence(self, bound: int, observed: int) -> str:
        """Says what is missing."""
        return "The size is a share of equity to risk, and there is no stop-loss to tell the risk by."


class MaxOrderQuantity(RiskRule):
    """No order for more than this."""

    key = "max_order_quantity"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """The most one order may be for."""
        return limits.max_order_quantity

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The order's quantity."""
        return proposal.quantity

    def sentence(self, bound: int, observed: int) -> str:
        """Names the quantities."""
        return f"The order is for {grouped(observed)}; your limit for one order is {grouped(bound)}."


class MaxOrderValue(RiskRule):
    """No order worth more than this."""

    key = "max_order_value"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) one order may be worth at the last price."""
        return limits.max_order_value

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The order's value."""
        return proposal.value

    def sentence(self, bound: int, observed: int) -> str:
        """Names the values."""
        return f"The order is worth {spoken(observed)}; your limit for one order is {spoken(bound)}."
