"""The rules an order must pass, each a pure judgement of one proposal against the book."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from streams.domain.money import spoken


class Proposal(NamedTuple):
    """An order before it is one. `value` is quantity times the last price, in units."""

    instrument: int
    quantity: int
    value: int
    reduces: bool


class Book(NamedTuple):
    """What the rules may look at; amounts in units. Entries in flight count as if they had filled, exits only
    once they have.

    `others_open` counts instruments held or being entered, the proposal's own left out. `deployed` is the
    cost of what is open and being entered; `exposure` the same at market, `elsewhere` that of the strategy's
    other runs in the account.
    """

    trading: bool
    day_pnl: int
    others_open: int
    deployed: int
    exposure: int
    elsewhere: int


class RiskLimits(NamedTuple):
    """The numbers the rules hold to; None switches a rule off. Amounts in units."""

    max_daily_loss: int | None = None
    max_open_positions: int | None = None
    capital_allocation: int | None = None
    per_strategy_cap: int | None = None


class Verdict(NamedTuple):
    """What a rule said. `limit` and `observed` are units of money, or counts where `counted`."""

    rule: str
    passed: bool
    limit: int | None
    observed: int | None
    message: str
    counted: bool = False


class RiskRule(ABC):
    """Subclass it with a `key` and `judge`, and add it to `streams.risk.engine.RULES`."""

    key: ClassVar[str]
    spares_exits: ClassVar[bool] = True
    counted: ClassVar[bool] = False

    @abstractmethod
    def limit(self, limits: RiskLimits) -> int | None:
        """The rule's number, or None where it is off."""

    @abstractmethod
    def observed(self, proposal: Proposal, book: Book) -> int:
        """What the number would become if the proposal went ahead."""

    @abstractmethod
    def sentence(self, limit: int, observed: int) -> str:
        """Why it was refused, for the trader."""

    def exceeded(self, limit: int, observed: int) -> bool:
        """Whether that is too much; reaching the limit is permitted."""
        return observed > limit

    def judge(self, proposal: Proposal, book: Book, limit: int) -> Verdict:
        """The verdict with its numbers."""
        observed = self.observed(proposal, book)
        refused = not (proposal.reduces and self.spares_exits) and self.exceeded(limit, observed)
        sentence = self.sentence(limit, observed) if refused else ""
        return Verdict(self.key, not refused, limit, observed, sentence, self.counted)


class TradingState(RiskRule):
    """A run that is paused or stopping takes no new risk."""

    key = "trading_state"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on: no halt is permitted."""
        return 0

    def observed(self, proposal: Proposal, book: Book) -> int:
        """1 while the run is paused or stopping."""
        return int(not book.trading)

    def sentence(self, limit: int, observed: int) -> str:
        """Says what would let it trade again."""
        return "The run is paused or stopping: it only closes positions. Resume it to let it open new ones."


class MaxDailyLoss(RiskRule):
    """Once the day's loss, realised and open, has reached the limit, no new risk until the next day (IST)."""

    key = "max_daily_loss"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) that may be lost in a day."""
        return limits.max_daily_loss

    def observed(self, proposal: Proposal, book: Book) -> int:
        """The day's loss so far."""
        return max(0, -book.day_pnl)

    def exceeded(self, limit: int, observed: int) -> bool:
        """Reaching this limit is already too much: the order could only add to the loss."""
        return observed >= limit

    def sentence(self, limit: int, observed: int) -> str:
        """Names the loss and the limit."""
        return f"Today's loss of {spoken(observed)} has reached the limit of {spoken(limit)}."


class MaxOpenPositions(RiskRule):
    """No more instruments at once than this."""

    key = "max_open_positions"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Instruments that may be open at once."""
        return limits.max_open_positions

    def observed(self, proposal: Proposal, book: Book) -> int:
        """Instruments open or being entered, this one included."""
        return book.others_open + 1

    def sentence(self, limit: int, observed: int) -> str:
        """Names the counts."""
        return f"This would be open position number {observed}; the limit is {limit}."


class CapitalAllocation(RiskRule):
    """No more money at work in the run than it was given."""

    key = "capital_allocation"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) the run may have at work."""
        return limits.capital_allocation

    def observed(self, proposal: Proposal, book: Book) -> int:
        """Cost of what is open and being entered, with this order at the last price."""
        return book.deployed + proposal.value

    def sentence(self, limit: int, observed: int) -> str:
        """Names the sum and the limit."""
        return f"This order would put {spoken(observed)} to work; the run's capital is {spoken(limit)}."


class PerStrategyCap(RiskRule):
    """No more exposure in one strategy than this, over all its runs in the account."""

    key = "per_strategy_cap"

    def limit(self, limits: RiskLimits) -> int | None:
        """Rupees (units) of exposure the strategy may carry."""
        return limits.per_strategy_cap

    def observed(self, proposal: Proposal, book: Book) -> int:
        """Exposure at market of this run and of the strategy's others, with this order."""
        return book.exposure + book.elsewhere + proposal.value

    def sentence(self, limit: int, observed: int) -> str:
        """Names the exposure and the cap."""
        return f"The strategy would be exposed by {spoken(observed)}; its cap is {spoken(limit)}."
