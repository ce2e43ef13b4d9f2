"""Risk: the rules, and the engine that asks them in order."""

from streams.risk.engine import RULES, Decision, RiskEngine
from streams.risk.rules import Book, Proposal, RiskLimits, RiskRule, Verdict

__all__ = ["RULES", "Book", "Decision", "Proposal", "RiskEngine", "RiskLimits", "RiskRule", "Verdict"]
