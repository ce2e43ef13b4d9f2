"""Risk: the last permitted order passes, the next is refused with its numbers and a sentence."""

import pytest

from streams.risk import RULES, Book, Proposal, RiskEngine, RiskLimits
from streams.risk.facts import Hours, TradingState
from tests.streams.risk.edges import ALSO, BOOK, EDGES, ENTRY, EXIT, NOTHING, RUPEE, SQUARE_OFF, Case, Edge

each_edge = pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.refusal.rule)


@each_edge
def test_the_last_permitted_order_passes_and_the_next_is_refused_with_a_sentence(edge: Edge) -> None:
    """The edge of each rule, with the rule, the limit, the number observed and why."""
    engine = RiskEngine(edge.limits)
    assert engine.decide(*edge.last).permitted
    decision = engine.decide(*edge.beyond)
    assert not decision.permitted
    assert decision.verdicts[-1] == edge.refusal


@each_edge
def test_an_exit_passes_all_but_what_the_exchange_itself_would_refuse(edge: Edge) -> None:
    """Giving risk back is refused by nothing a person set; the numbers are recorded all the same."""
    giving_back = Case(edge.beyond.proposal._replace(reduces=True), edge.beyond.book)
    decision = RiskEngine(edge.limits).decide(*giving_back)
    assert decision.permitted is edge.exits
    (verdict,) = [each for each in decision.verdicts if each.rule == edge.refusal.rule]
    assert verdict == (edge.refusal._replace(passed=True, message="") if edge.exits else edge.refusal)


def test_every_rule_has_its_edges_tested_here() -> None:
    """A new rule asks for a row among the edges."""
    assert [edge.refusal.rule for edge in EDGES] == [rule.key for rule in RULES]


@pytest.mark.parametrize(("case", "rule", "sentence"), ALSO.values(), ids=ALSO)
def test_what_lies_further_off_is_refused_in_its_own_words(case: Case, rule: str, sentence: str) -> None:
    """Each by its rule."""
    refusal = RiskEngine(NOTHING).decide(*case).verdicts[-1]
    assert (refusal.rule, refusal.passed, refusal.message) == (rule, False, sentence)


def test_a_halted_run_is_squared_off_and_does_nothing_else() -> None:
    """By a person or the clock; its own exits wait."""
    halted = BOOK._replace(state=TradingState.HALTED)
    engine = RiskEngine(NOTHING)
    assert engine.decide(SQUARE_OFF, halted).permitted
    assert not engine.decide(EXIT, halted).permitted
    assert not engine.decide(ENTRY, halted).permitted
    assert not engine.decide(SQUARE_OFF._replace(hours=Hours.CLOSED), halted).permitted


def test_a_limit_of_none_switches_its_rule_off() -> None:
    """What is left are the rules that hold for everyone."""
    awful = Book(
        day_pnl=-(10**17),
        others_open=99,
        deployed=10**17,
        exposure=10**17,
        pnl_elsewhere=-(10**17),
        orders_today=10**6,
        trades_today=10**6,
    )
    decision = RiskEngine(NOTHING).decide(ENTRY, awful)
    assert decision.permitted
    assert [each.rule for each in decision.verdicts] == [
        *("trading_state", "kill_switch", "tradability", "market_hours", "short_sale", "stop_required"),
        *("lot_size", "freeze_quantity", "price_band", "duplicate_intent"),
    ]


@pytest.mark.parametrize("name", RiskLimits._fields)
def test_a_limit_of_nothing_permits_nothing_new(name: str) -> None:
    """Zero is a limit, not the absence of one."""
    engine = RiskEngine(RiskLimits(**{name: 0}))
    assert not engine.decide(ENTRY, BOOK).permitted
    assert engine.decide(EXIT, BOOK).permitted


def test_a_rule_with_nothing_to_hold_an_order_to_records_no_limit() -> None:
    """No band, no known close, or a market order: nothing is too far."""
    priced = ENTRY._replace(price=10**11)
    for proposal in (priced, priced._replace(price_band=50_000), priced._replace(reference=RUPEE)):
        (verdict,) = [
            each for each in RiskEngine(NOTHING).decide(proposal, BOOK).verdicts if each.rule == "price_band"
        ]
        assert (verdict.passed, verdict.limit) == (True, None)
    at_market = ENTRY._replace(reference=100 * RUPEE, price_band=50_000)
    assert RiskEngine(NOTHING).decide(at_market, BOOK).permitted


def test_a_profit_is_no_loss_and_covers_another_runs() -> None:
    """The loss observed is never negative; the account's is what is left of all its runs'."""
    engine = RiskEngine(RiskLimits(max_daily_loss=RUPEE, max_account_daily_loss=RUPEE))
    decision = engine.decide(ENTRY, BOOK._replace(day_pnl=10 * RUPEE, pnl_elsewhere=-10 * RUPEE))
    observed = {each.rule: each.observed for each in decision.verdicts}
    assert decision.permitted
    assert (observed["max_daily_loss"], observed["max_account_daily_loss"]) == (0, 0)


def test_the_numbers_may_be_the_greatest_there_are() -> None:
    """Nothing the rules reckon leaves a signed 64-bit integer."""
    most = Proposal(0, 10**7, 10**18, False, price=10**11, reference=10**11, price_band=10**6)
    full = Book(
        exposure=10**18, elsewhere=10**18, deployed=10**18, day_pnl=-(10**18), pnl_elsewhere=-(10**18)
    )
    generous = RiskLimits(*[2**62 - 1] * len(RiskLimits._fields))
    for verdict in RiskEngine(generous).decide(most, full).verdicts:
        assert verdict.observed is not None
        assert abs(verdict.observed) < 2**63
