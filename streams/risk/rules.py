"""What a rule is: a number observed of a proposal and its book, a limit, and a sentence for the trader."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from streams.risk.facts import Book, Proposal, RiskLimits

__all__ = ["ALWAYS", "UNBOUNDED", "Book", "Proposal", "RiskLimits", "RiskRule", "Verdict"]

ALWAYS = 0
"""The limit of a rule that is never switched off and permits none of what it observes."""

UNBOUNDED = 2**62
"""The bound of a rule that has nothing to hold this proposal to."""


class Verdict(NamedTuple):
    """What a rule said. `limit` and `observed` are units of money, or counts where `counted`."""

    rule: str
    passed: bool
    limit: int | None
    observed: int | None
    message: str
    counted: bool = False


class RiskRule(ABC):
    """Subclass it with a `key`, `limit`, `observed` and `sentence`, and add it to the registry's rules.

    The static methods are plain functions of integers and named tuples of integers, so that they can be
    compiled; a rule that needs more still works, uncompiled.
    """

    key: ClassVar[str]
    counted: ClassVar[bool] = False

    @abstractmethod
    def limit(self, limits: RiskLimits) -> int | None:
        """The rule's number, or None where it is off."""

    @staticmethod
    @abstractmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """What the number would become if the proposal went ahead."""

    @staticmethod
    def bound(limit: int, proposal: Proposal) -> int:
        """The limit for this proposal; most rules have one for all."""
        return limit

    @staticmethod
    def exceeded(bound: int, observed: int) -> bool:
        """Whether that is too much; reaching the bound is permitted."""
        return observed > bound

    @staticmethod
    def spared(proposal: Proposal, book: Book) -> bool:
        """Whether the proposal passes whatever the numbers say: by default, when it gives risk back."""
        return proposal.reduces

    @abstractmethod
    def sentence(self, bound: int, observed: int) -> str:
        """Why it was refused, for the trader."""

    def judge(self, proposal: Proposal, book: Book, limit: int) -> Verdict:
        """The verdict with its numbers."""
        bound, observed = self.bound(limit, proposal), self.observed(proposal, book)
        passed = not self.exceeded(bound, observed) or self.spared(proposal, book)
        sentence = "" if passed else self.sentence(bound, observed)
        return Verdict(
            self.key, passed, bound if bound < UNBOUNDED else None, observed, sentence, self.counted
        )
