"""Rules the exchange would hold an order to, judged before it is asked; exits keep them too."""

from streams.domain.money import MAX_QUANTITY, PPM, grouped, spoken
from streams.risk.facts import Book, Hours, Proposal, RiskLimits
from streams.risk.rules import ALWAYS, UNBOUNDED, RiskRule

_OPEN, _CLOSED = int(Hours.OPEN), int(Hours.CLOSED)


class _MarketRule(RiskRule):
    """Always on, and for exits too: the exchange would refuse them all the same."""

    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def spared(proposal: Proposal, book: Book) -> bool:
        """Nothing is."""
        return False


class Tradability(_MarketRule):
    """An index has a price and no order book; an expired contract has neither."""

    key = "tradability"

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """1 where there is nothing to trade."""
        return 0 if proposal.tradable else 1

    def sentence(self, bound: int, observed: int) -> str:
        """Says what cannot be done."""
        return "This instrument cannot be traded: it is an index, or its contract has expired."


class MarketHours(_MarketRule):
    """Nothing while the market takes no orders; no intraday entry after the square-off time."""

    key = "market_hours"

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """Where the day stands, as a number."""
        return proposal.hours

    @staticmethod
    def spared(proposal: Proposal, book: Book) -> bool:
        """Exits, as long as the market takes orders."""
        return proposal.reduces and proposal.hours < _CLOSED

    def sentence(self, bound: int, observed: int) -> str:
        """Says when it would be taken."""
        if observed >= _CLOSED:
            return "The market is closed: it takes no orders now."
        return "Positions like this have ended for today: new ones can be opened next session."


class LotSize(_MarketRule):
    """Whole lots only."""

    key = "lot_size"

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """What is missing to whole lots; to one lot where nothing is ordered."""
        if proposal.quantity <= 0:
            return proposal.lot_size - proposal.quantity
        return -proposal.quantity % proposal.lot_size

    def sentence(self, bound: int, observed: int) -> str:
        """Names what is missing."""
        return f"The quantity is no whole number of lots: {grouped(observed)} more would make one."


class FreezeQuantity(_MarketRule):
    """No more in one order than the exchange takes."""

    key = "freeze_quantity"

    @staticmethod
    def bound(limit: int, proposal: Proposal) -> int:
        """The instrument's freeze quantity, or what the core can count."""
        return proposal.freeze_quantity if proposal.freeze_quantity > 0 else MAX_QUANTITY

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The order's quantity."""
        return proposal.quantity

    def sentence(self, bound: int, observed: int) -> str:
        """Names the quantities."""
        return f"The order is for {grouped(observed)}; one order may be for {grouped(bound)} at most."


class PriceBand(_MarketRule):
    """No limit or trigger price further from the last close than the exchange permits on a day."""

    key = "price_band"
    counted = False

    @staticmethod
    def bound(limit: int, proposal: Proposal) -> int:
        """How far a price may be from the last close, in units."""
        if proposal.price_band <= 0 or proposal.reference <= 0:
            return UNBOUNDED
        return proposal.reference * proposal.price_band // PPM

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """How far the order's price is from it; a market order's is not."""
        if proposal.price <= 0 or proposal.reference <= 0:
            return 0
        return abs(proposal.price - proposal.reference)

    def sentence(self, bound: int, observed: int) -> str:
        """Names the distances."""
        return (
            f"The price is {spoken(observed)} from the last close; today's price band ends {spoken(bound)}"
            " from it."
        )
