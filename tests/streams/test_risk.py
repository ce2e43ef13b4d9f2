"""Risk: the last permitted order passes, the next is refused with its numbers and a sentence."""

import pytest

from streams.risk import RULES, Book, Proposal, RiskEngine, RiskLimits, Verdict
from tests.builders import RUPEE

BOOK = Book(trading=True, day_pnl=0, others_open=0, deployed=0, exposure=0, elsewhere=0)
ENTRY = Proposal(instrument=0, quantity=10, value=1000 * RUPEE, reduces=False)
EXIT = ENTRY._replace(reduces=True)

# Each rule: the limits that switch it on, the last book it permits, the first it refuses, what it says then.
EDGES = [
    pytest.param(
        RiskLimits(),
        BOOK,
        BOOK._replace(trading=False),
        Verdict(
            "trading_state",
            False,
            0,
            1,
            "The run is paused or stopping: it only closes positions. Resume it to let it open new ones.",
            True,
        ),
        id="trading_state",
    ),
    pytest.param(
        RiskLimits(max_daily_loss=500 * RUPEE),
        BOOK._replace(day_pnl=-500 * RUPEE + 1),
        BOOK._replace(day_pnl=-500 * RUPEE),
        Verdict(
            "max_daily_loss",
            False,
            500 * RUPEE,
            500 * RUPEE,
            "Today's loss of ₹500.00 has reached the limit of ₹500.00.",
        ),
        id="max_daily_loss",
    ),
    pytest.param(
        RiskLimits(max_open_positions=3),
        BOOK._replace(others_open=2),
        BOOK._replace(others_open=3),
        Verdict(
            "max_open_positions",
            False,
            3,
            4,
            "This would be open position number 4; the limit is 3.",
            True,
        ),
        id="max_open_positions",
    ),
    pytest.param(
        RiskLimits(capital_allocation=150_000 * RUPEE),
        BOOK._replace(deployed=149_000 * RUPEE),
        BOOK._replace(deployed=149_000 * RUPEE + 100),
        Verdict(
            "capital_allocation",
            False,
            150_000 * RUPEE,
            150_000 * RUPEE + 100,
            "This order would put ₹1,50,000.01 to work; the run's capital is ₹1,50,000.00.",
        ),
        id="capital_allocation",
    ),
    pytest.param(
        RiskLimits(per_strategy_cap=200_000 * RUPEE),
        BOOK._replace(exposure=99_000 * RUPEE, elsewhere=100_000 * RUPEE),
        BOOK._replace(exposure=99_000 * RUPEE, elsewhere=100_000 * RUPEE + 100),
        Verdict(
            "per_strategy_cap",
            False,
            200_000 * RUPEE,
            200_000 * RUPEE + 100,
            "The strategy would be exposed by ₹2,00,000.01; its cap is ₹2,00,000.00.",
        ),
        id="per_strategy_cap",
    ),
]


@pytest.mark.parametrize(("limits", "last", "beyond", "verdict"), EDGES)
def test_the_last_permitted_order_passes_and_the_next_is_refused_with_a_sentence(
    limits: RiskLimits, last: Book, beyond: Book, verdict: Verdict
) -> None:
    """The edge of each rule, with the rule, the limit, the number observed and why."""
    engine = RiskEngine(limits)
    assert engine.decide(ENTRY, last).permitted
    refusal = engine.decide(ENTRY, beyond)
    assert not refusal.permitted
    assert refusal.verdicts[-1] == verdict


@pytest.mark.parametrize(("limits", "last", "beyond", "verdict"), EDGES)
def test_an_exit_passes_every_rule_with_the_numbers_recorded(
    limits: RiskLimits, last: Book, beyond: Book, verdict: Verdict
) -> None:
    """Giving risk back is never refused."""
    decision = RiskEngine(limits).decide(EXIT, beyond)
    assert decision.permitted
    assert decision.verdicts[-1] == verdict._replace(passed=True, message="")


def test_every_rule_has_its_edges_tested_here() -> None:
    """A new rule asks for a row above."""
    assert [each.id for each in EDGES] == [rule.key for rule in RULES]


def test_a_limit_of_none_switches_its_rule_off() -> None:
    """Only the trading state is always judged."""
    awful = Book(
        trading=True, day_pnl=-(10**17), others_open=99, deployed=10**17, exposure=10**17, elsewhere=0
    )
    decision = RiskEngine(RiskLimits()).decide(ENTRY, awful)
    assert decision.permitted
    assert [each.rule for each in decision.verdicts] == ["trading_state"]


def test_a_limit_of_nothing_permits_nothing_new() -> None:
    """Zero is a limit, not the absence of one."""
    for limits in (
        RiskLimits(max_daily_loss=0),
        RiskLimits(max_open_positions=0),
        RiskLimits(capital_allocation=0),
        RiskLimits(per_strategy_cap=0),
    ):
        engine = RiskEngine(limits)
        assert not engine.decide(ENTRY, BOOK).permitted
        assert engine.decide(EXIT, BOOK).permitted


ALL_ON = RiskLimits(500 * RUPEE, 3, 150_000 * RUPEE, 200_000 * RUPEE)


def test_every_enabled_rule_is_judged_in_order() -> None:
    """A permitted order carries all verdicts."""
    decision = RiskEngine(ALL_ON).decide(ENTRY, BOOK)
    assert [(each.rule, each.passed) for each in decision.verdicts] == [
        ("trading_state", True),
        ("max_daily_loss", True),
        ("max_open_positions", True),
        ("capital_allocation", True),
        ("per_strategy_cap", True),
    ]


def test_the_first_failure_stops() -> None:
    """Rules after it are not asked."""
    both = BOOK._replace(others_open=3, exposure=10**15)
    decision = RiskEngine(ALL_ON).decide(ENTRY, both)
    assert [(each.rule, each.passed) for each in decision.verdicts] == [
        ("trading_state", True),
        ("max_daily_loss", True),
        ("max_open_positions", False),
    ]


def test_a_profit_is_no_loss() -> None:
    """The loss observed is never negative."""
    verdicts = RiskEngine(ALL_ON).decide(ENTRY, BOOK._replace(day_pnl=10**9)).verdicts
    assert verdicts[1].observed == 0


def test_the_same_proposal_and_book_give_the_same_decision() -> None:
    """Deciding is pure: asking twice counts for nothing."""
    engine = RiskEngine(ALL_ON)
    assert engine.decide(ENTRY, BOOK) == engine.decide(ENTRY, BOOK)
