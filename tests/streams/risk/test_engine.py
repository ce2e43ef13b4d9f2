"""The engine: rules in their order, the first failure, rules of one's own, and the same answer each time."""

from typing import Any

import pytest
from hypothesis import given, settings

from streams.risk import (
    RULES,
    Book,
    Proposal,
    RiskEngine,
    RiskLimits,
    RiskRule,
    RuleRefused,
    RuleRegistry,
    TradingState,
)
from streams.risk.rules import ALWAYS
from tests.streams.risk.draws import books, limits, proposals
from tests.streams.risk.edges import BOOK, EDGES, ENTRY, RUPEE

ALL_ON = RiskLimits(
    500 * RUPEE, 3, 150_000 * RUPEE, 200_000 * RUPEE, 100, 10_000 * RUPEE, 900 * RUPEE, 20, 10
)


def test_every_enabled_rule_is_judged_in_order() -> None:
    """A permitted order carries all verdicts."""
    decision = RiskEngine(ALL_ON).decide(ENTRY, BOOK)
    assert [(each.rule, each.passed) for each in decision.verdicts] == [(each.key, True) for each in RULES]


@pytest.mark.parametrize("number", range(len(EDGES)), ids=lambda number: EDGES[number].refusal.rule)
def test_the_first_failure_stops(number: int) -> None:
    """Rules after it are not asked, though they would refuse too."""
    proposal, book = ENTRY, BOOK
    given_limits: dict[str, Any] = {}
    for edge in EDGES[number:]:
        proposal = proposal._replace(**_changes(ENTRY, edge.beyond.proposal))
        book = book._replace(**_changes(BOOK, edge.beyond.book))
        given_limits |= {name: limit for name, limit in edge.limits._asdict().items() if limit is not None}
    verdicts = RiskEngine(RiskLimits(**given_limits)).decide(proposal, book).verdicts
    assert verdicts[-1].rule == EDGES[number].refusal.rule
    assert [each.passed for each in verdicts] == [True] * (len(verdicts) - 1) + [False]


def _changes(plain: tuple[Any, ...], other: Any) -> dict[str, Any]:
    pairs = zip(other._asdict().items(), plain, strict=True)
    return {name: value for (name, value), former in pairs if value != former}


class NoRoundLots(RiskRule):
    """A user's own: never a hundred at once."""

    key = "no_round_lots"
    counted = True

    def limit(self, limits: RiskLimits) -> int | None:
        """Always on."""
        return ALWAYS

    @staticmethod
    def observed(proposal: Proposal, book: Book) -> int:
        """1 for a hundred."""
        return 1 if proposal.quantity == 100 else 0

    def sentence(self, bound: int, observed: int) -> str:
        """Says why."""
        return "A hundred is too round."


def test_a_rule_of_ones_own_is_a_class_and_a_line() -> None:
    """It is asked last, and its refusal is recorded as any other."""
    registry = RuleRegistry()
    registry.register(NoRoundLots())
    engine = RiskEngine(RiskLimits(), registry.rules)
    assert engine.decide(ENTRY, BOOK).verdicts[-1].rule == "no_round_lots"
    refusal = engine.decide(ENTRY._replace(quantity=100), BOOK).verdicts[-1]
    assert (refusal.passed, refusal.limit, refusal.observed) == (False, 0, 1)
    assert refusal.message == "A hundred is too round."
    assert engine.decide(ENTRY._replace(quantity=100, reduces=True), BOOK).permitted


def test_a_registry_refuses_a_key_that_is_taken_or_missing() -> None:
    """By the rule's name."""
    registry = RuleRegistry()
    registry.register(NoRoundLots())
    with pytest.raises(RuleRefused, match="NoRoundLots: the key 'no_round_lots' is taken"):
        registry.register(NoRoundLots())

    class Nameless(NoRoundLots):
        key = ""

    with pytest.raises(RuleRefused, match="Nameless: the key '' is missing"):
        registry.register(Nameless())
    assert registry.rules[:-1] == RULES


EXCHANGE_S_OWN = {"tradability", "market_hours", "lot_size", "freeze_quantity", "price_band"}


@settings(deadline=None)
@given(proposals, books, limits)
def test_an_exit_is_refused_by_a_halt_or_the_exchange_s_own_conditions_and_nothing_else(
    proposal: Proposal, book: Book, limit: RiskLimits
) -> None:
    """Whatever the limits, the losses and the counts."""
    decision = RiskEngine(limit).decide(proposal._replace(reduces=True), book)
    if not decision.permitted:
        refusal = decision.verdicts[-1]
        halted = book.state is TradingState.HALTED and not proposal.squares_off
        assert refusal.rule in EXCHANGE_S_OWN or (refusal.rule == "trading_state" and halted)


@settings(deadline=None)
@given(proposals, books, limits)
def test_a_decision_is_the_same_each_time_and_says_why(
    proposal: Proposal, book: Book, limit: RiskLimits
) -> None:
    """Deciding counts for nothing; only the last verdict can be a refusal, and it has a sentence."""
    engine = RiskEngine(limit)
    decision = engine.decide(proposal, book)
    assert decision == engine.decide(proposal, book) == RiskEngine(limit).decide(proposal, book)
    assert all(each.passed and not each.message for each in decision.verdicts[:-1])
    assert bool(decision.verdicts[-1].message) is not decision.permitted
    asked = [rule.key for rule, _ in engine.rules]
    assert [each.rule for each in decision.verdicts] == asked[: len(decision.verdicts)]
