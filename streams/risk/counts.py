"""Rules against a strategy that has run away: how often it may act."""

from streams.domain.money import grouped
from streams.risk.facts import Book, Proposal, RiskLimits
from streams.risk.rules import ALWAYS, RiskRule


class MaxOrdersPerDay(RiskRule):
    """No more orders in a day (IST) than this; exits count and are not refused."""

    key = "max_orders_per_day"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Orders the run may make in a day."""
        return limits.max_orders_per_day

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The day's orders with this one."""
        return book.orders_today + 1

    def sentence(self, bound: int, observed: int) -> str:
        """Names the counts."""
        return f"This would be order number {grouped(observed)} today; the limit is {grouped(bound)}."


class MaxTradesPerDay(RiskRule):
    """No more decisions to take risk in a day (IST) than this; the slices of one count once."""

    key = "max_trades_per_day"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Trades the run may begin in a day."""
        return limits.max_trades_per_day

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The day's trades with this one."""
        return book.trades_today + 1

    def sentence(self, bound: int, observed: int) -> str:
        """Names the counts."""
        return f"This would be trade number {grouped(observed)} today; the limit is {grouped(bound)}."


class DuplicateIntent(RiskRule):
    """One intent is acted on once, however often it is heard."""

    key = "duplicate_intent"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """How often it has been acted on before."""
        return proposal.repeats

    def sentence(self, bound: int, observed: int) -> str:
        """Says that it came twice."""
        return "This very request has been made into an order before: it is not made again."
