"""Rules on the day's loss, realised and open. Reaching the limit refuses: an order could only add to it."""

from streams.domain.money import spoken
from streams.risk.facts import Book, Proposal, RiskLimits
from streams.risk.rules import RiskRule


class MaxDailyLoss(RiskRule):
    """Once the run's loss of the day has reached the limit, no new risk until the next day (IST)."""

    key = "max_daily_loss"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) the run may lose in a day."""
        return limits.max_daily_loss

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The day's loss so far."""
        return max(0, -book.day_pnl)

    @staticmethod
    def exceeded(bound: int, observed: int) -> bool:
        """Reaching it is already too much."""
        return observed >= bound

    def sentence(self, bound: int, observed: int) -> str:
        """Names the loss and the limit."""
        return f"Today's loss of {spoken(observed)} has reached the limit of {spoken(bound)}."


class MaxAccountDailyLoss(RiskRule):
    """The same over all runs of the account."""

    key = "max_account_daily_loss"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) the account may lose in a day."""
        return limits.max_account_daily_loss

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The day's loss of this run and the others together; one's profit covers another's loss."""
        return max(0, -(book.day_pnl + book.pnl_elsewhere))

    @staticmethod
    def exceeded(bound: int, observed: int) -> bool:
        """Reaching it is already too much."""
        return observed >= bound

    def sentence(self, bound: int, observed: int) -> str:
        """Names the loss and the limit."""
        return f"The account's loss today of {spoken(observed)} has reached its limit of {spoken(bound)}."
