"""Risk: what the rules see, the rules, and the engine that asks them in order."""

from streams.risk.engine import Decision, RiskEngine
from streams.risk.facts import Book, Hours, Proposal, RiskLimits, TradingState
from streams.risk.registry import RULES, RuleRefused, RuleRegistry
from streams.risk.rules import ALWAYS, UNBOUNDED, RiskRule, Verdict

__all__ = [
    "ALWAYS",
    "RULES",
    "UNBOUNDED",
    "Book",
    "Decision",
    "Hours",
    "Proposal",
    "RiskEngine",
    "RiskLimits",
    "RiskRule",
    "RuleRefused",
    "RuleRegistry",
    "TradingState",
    "Verdict",
]
