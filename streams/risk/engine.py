"""The risk engine: every order passes its rules, in order; the first failure stops."""

from collections.abc import Iterable
from typing import NamedTuple

from streams.risk.registry import RULES
from streams.risk.rules import Book, Proposal, RiskLimits, RiskRule, Verdict

__all__ = ["RULES", "Decision", "RiskEngine"]


class Decision(NamedTuple):
    """The verdicts given, in order: up to and including the first failure."""

    verdicts: tuple[Verdict, ...]

    @property
    def permitted(self) -> bool:
        """Whether every enabled rule passed."""
        return not self.verdicts or self.verdicts[-1].passed


class RiskEngine:
    """The enabled rules with their limits."""

    def __init__(self, limits: RiskLimits, rules: Iterable[RiskRule] = RULES) -> None:
        self.limits = limits
        self.rules = tuple((rule, limit) for rule in rules if (limit := rule.limit(limits)) is not None)

    def decide(self, proposal: Proposal, book: Book) -> Decision:
        """Judges one proposal. Pure: the same proposal and book give the same decision."""
        verdicts: list[Verdict] = []
        for rule, limit in self.rules:
            verdicts.append(rule.judge(proposal, book, limit))
            if not verdicts[-1].passed:
                break
        return Decision(tuple(verdicts))
