"""Rules on whether the run may take risk at all."""

from streams.risk.facts import Book, Proposal, RiskLimits, TradingState
from streams.risk.rules import ALWAYS, RiskRule

_REDUCING = int(TradingState.REDUCING)
_HALTED = int(TradingState.HALTED)


def trading_state(book: Book) -> int:
    """The state that holds: a run that is not trading reduces at least."""
    return max(book.state, 0 if book.trading else _REDUCING)


class TradingStateRule(RiskRule):
    """A run that is paused or stopping takes no new risk; one that is halted is only squared off."""

    key = "trading_state"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """The state as a number."""
        return trading_state(book)

    @staticmethod
    def spared(proposal: Proposal, book: Book) -> bool:
        """REDUCING permits every exit, HALTED only a square-off."""
        return proposal.reduces and (trading_state(book) < _HALTED or proposal.squares_off)

    def sentence(self, bound: int, observed: int) -> str:
        """Says what would let it trade again."""
        if observed == _HALTED:
            return "The run is halted: its positions can only be squared off, by you or by the clock."
        return "The run is paused or stopping: it only closes positions. Resume it to let it open new ones."


class KillSwitch(RiskRule):
    """With the kill switch engaged nothing takes new risk."""

    key = "kill_switch"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """1 while it is engaged."""
        return int(book.killed)

    def sentence(self, bound: int, observed: int) -> str:
        """Says what would let it trade again."""
        return "The kill switch is on: positions are only closed. Release it to let new ones be opened."
