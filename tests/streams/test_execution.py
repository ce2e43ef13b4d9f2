"""The fold: what a person may tell a run, what it then still does, and how the day's P&L is kept."""

import pytest

from streams.domain.orders import Leg, OrderStatus
from streams.events import CommandKind, ExposureElsewhere, PnlStruck
from streams.execution import finished
from streams.risk import RiskLimits
from streams.state import Phase
from tests.builders import MINUTE, RUPEE, START, terms
from tests.streams.desk import Desk, cancelled, entry, exit_of, of, placed, refused, signed

S = OrderStatus
ENTRY, EXIT = Leg.ENTRY, Leg.EXIT
DAY = 24 * 60 * MINUTE


@pytest.fixture
def desk() -> Desk:
    """Two instruments that have just closed at 100 and 50."""
    made = Desk(terms(2))
    made.close(100.0, 50.0)
    return made


def left(desk: Desk) -> None:
    """Every working exit fills."""
    for each in desk.state.working:
        desk.say(each.request.key, S.SUBMITTED)
        desk.fill(each.request.key, each.request.quantity)


def test_a_paused_run_gives_back_and_does_not_enter(desk: Desk) -> None:
    """The refusal says how to go on."""
    desk.hold(10)
    desk.command(CommandKind.PAUSE)
    assert signed(desk.want(4)) == [(EXIT, -6)]
    refusals = refused(desk.want(20, instrument=1))
    assert [each.decision.verdicts[-1].rule for each in refusals] == ["trading_state"]
    assert "Resume it" in refusals[0].decision.verdicts[-1].message


def test_a_pause_leaves_orders_in_flight_alone(desk: Desk) -> None:
    """They were permitted."""
    order = entry(desk.want(10))
    assert desk.command(CommandKind.PAUSE) == ()
    desk.say(order.key, S.SUBMITTED)
    assert signed(desk.fill(order.key, 10)) == []
    assert desk.held() == 10


def test_a_resumed_run_enters_again_when_a_target_changes(desk: Desk) -> None:
    """What was refused meanwhile stays disarmed."""
    desk.command(CommandKind.PAUSE)
    desk.want(10)
    desk.command(CommandKind.RESUME)
    assert signed(desk.close(100.0, 50.0)) == []
    assert signed(desk.want(11)) == [(ENTRY, 11)]


def test_a_square_off_closes_every_position_and_withdraws_every_entry(desk: Desk) -> None:
    """Each exit under a key of the command's."""
    # given
    desk.hold(10)
    desk.hold(-20, 50.0, instrument=1)
    working = entry(desk.want(30))
    # when
    effects = desk.command(CommandKind.SQUARE_OFF)
    # then
    assert signed(effects) == [(EXIT, -10), (EXIT, 20)]
    assert [each.key.name for each in placed(effects)] == ["command:0:0/EXIT/0/0", "command:0:1/EXIT/0/0"]
    assert cancelled(effects) == [working.key]
    assert desk.state.phase is Phase.TRADING


def test_a_square_off_during_a_pause_passes(desk: Desk) -> None:
    """Exits always do."""
    desk.hold(10)
    desk.command(CommandKind.PAUSE)
    assert signed(desk.command(CommandKind.SQUARE_OFF)) == [(EXIT, -10)]


def test_what_fills_after_a_square_off_is_given_back(desk: Desk) -> None:
    """An entry may fill before its cancel arrives."""
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    desk.command(CommandKind.SQUARE_OFF)
    assert signed(desk.fill(order.key, 10)) == [(EXIT, -10)]


def test_a_stopped_run_withdraws_its_entries_and_keeps_its_position(desk: Desk) -> None:
    """Without square-off."""
    desk.hold(10)
    order = entry(desk.want(15))
    effects = desk.command(CommandKind.STOP)
    assert cancelled(effects) == [order.key]
    assert placed(effects) == []
    assert not finished(desk.state)
    desk.say(order.key, S.SUBMITTED, S.CANCELLED)
    assert finished(desk.state)
    assert desk.held() == 10


def test_a_run_stopped_with_square_off_is_finished_when_it_is_flat(desk: Desk) -> None:
    """Not while an exit is owed or in flight."""
    desk.hold(10)
    order = exit_of(desk.command(CommandKind.STOP, square_off=True))
    assert not finished(desk.state)
    desk.say(order.key, S.REJECTED)
    assert not finished(desk.state)
    desk.close(100.0, 50.0)
    left(desk)
    assert finished(desk.state)
    assert desk.held() == 0


def test_a_stopping_run_is_neither_paused_nor_resumed(desk: Desk) -> None:
    """Its targets are refused; only a restart brings it back."""
    desk.command(CommandKind.STOP)
    desk.command(CommandKind.RESUME)
    assert desk.state.phase is Phase.STOPPING
    desk.command(CommandKind.PAUSE)
    assert desk.state.phase is Phase.STOPPING
    assert len(refused(desk.want(10))) == 1


def test_a_restarted_run_trades_again(desk: Desk) -> None:
    """With the position it had."""
    desk.hold(10)
    desk.command(CommandKind.STOP)
    desk.command(CommandKind.RESTART)
    assert desk.state.phase is Phase.TRADING
    assert not finished(desk.state)
    assert signed(desk.want(15)) == [(ENTRY, 5)]


def test_a_trading_run_is_never_finished(desk: Desk) -> None:
    """Even with nothing to do."""
    assert not finished(desk.state)


def test_exposure_elsewhere_counts_toward_the_strategys_cap() -> None:
    """Other runs of the strategy take from the same cap."""
    desk = Desk(terms(limits=RiskLimits(per_strategy_cap=1500 * RUPEE)))
    desk.close(100.0)
    desk.take(ExposureElsewhere(501 * RUPEE))
    assert len(refused(desk.want(10))) == 1
    desk.take(ExposureElsewhere(500 * RUPEE))
    assert signed(desk.want(9)) == [(ENTRY, 9)]


def test_two_intents_never_pass_on_the_same_stale_position() -> None:
    """The first order in flight counts against the second."""
    desk = Desk(terms(2, limits=RiskLimits(max_open_positions=1)))
    desk.close(100.0, 100.0)
    assert signed(desk.want(10)) == [(ENTRY, 10)]
    assert len(refused(desk.want(10, instrument=1))) == 1
    assert signed(desk.want(12)) == [(ENTRY, 2)]


@pytest.mark.parametrize(
    "limits",
    [RiskLimits(capital_allocation=1000 * RUPEE), RiskLimits(per_strategy_cap=1000 * RUPEE)],
    ids=str,
)
def test_an_entry_in_flight_takes_capital_before_it_fills(limits: RiskLimits) -> None:
    """At the last price, and once only when it has filled."""
    desk = Desk(terms(2, limits=limits))
    desk.close(100.0, 50.0)
    order = entry(desk.want(6))
    assert len(refused(desk.want(9, instrument=1))) == 1
    desk.say(order.key, S.SUBMITTED)
    desk.fill(order.key, 4, status=S.PARTIALLY_FILLED)
    assert len(refused(desk.want(10, instrument=1))) == 1
    assert signed(desk.want(8, instrument=1)) == [(ENTRY, 8)]


def test_an_exit_in_flight_frees_no_capital_before_it_fills() -> None:
    """It may be rejected: a flip needs room for both sides until then."""
    desk = Desk(terms(limits=RiskLimits(capital_allocation=1000 * RUPEE)))
    desk.close(100.0)
    desk.hold(10)
    effects = desk.want(-5)
    assert signed(effects) == [(EXIT, -10)]
    verdict = refused(effects)[0].decision.verdicts[-1]
    assert (verdict.rule, verdict.observed) == ("capital_allocation", 1500 * RUPEE)
    left(desk)
    assert signed(desk.want(-6)) == [(ENTRY, -6)]


def test_the_pnl_is_struck_at_every_close() -> None:
    """Realised, open, charges; equity is cash and positions at market."""
    desk = Desk(terms(charge=20 * RUPEE))
    desk.close(100.0)
    desk.hold(10)
    (struck,) = of(PnlStruck, desk.close(103.0))
    capital = desk.terms.capital
    expected = PnlStruck(START + MINUTE, 0, 30 * RUPEE, 20 * RUPEE, capital + 10 * RUPEE, 1030 * RUPEE)
    assert struck == expected


def test_a_days_loss_counts_from_the_last_close_of_the_day_before() -> None:
    """Yesterday's loss is yesterday's; a gap in the morning is today's."""
    # given
    desk = Desk(terms(limits=RiskLimits(max_daily_loss=100 * RUPEE)))
    desk.close(100.0)
    desk.hold(10)
    desk.close(95.0)
    # when
    desk.close(91.0, at=START + DAY)
    # then
    assert signed(desk.want(11)) == [(ENTRY, 1)]
    desk.close(85.0)
    assert [each.decision.verdicts[-1].observed for each in refused(desk.want(12))] == [100 * RUPEE]


def test_a_loss_realised_at_the_open_is_that_days() -> None:
    """The fill comes before the first candle of the day has closed."""
    # given
    desk = Desk(terms(limits=RiskLimits(max_daily_loss=100 * RUPEE)))
    desk.close(100.0)
    desk.hold(10)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    # when
    desk.fill(leaving.key, 10, 90.0, at=START + DAY)
    desk.close(90.0, at=START + DAY)
    # then
    assert [each.decision.verdicts[-1].observed for each in refused(desk.want(12))] == [100 * RUPEE]


def test_a_late_report_does_not_bring_yesterday_back() -> None:
    """Its execution is of yesterday, its booking of today."""
    desk = Desk()
    desk.close(100.0)
    order = entry(desk.want(10))
    desk.say(order.key, S.SUBMITTED)
    desk.close(100.0, at=START + DAY)
    day = desk.state.day
    desk.fill(order.key, 10, at=START)
    assert desk.state.day == day
    assert desk.held() == 10


def test_an_engaged_kill_switch_withdraws_entries_and_lets_exits_pass(desk: Desk) -> None:
    """Until it is released."""
    desk.hold(10)
    order = entry(desk.want(15))
    assert cancelled(desk.command(CommandKind.KILL)) == [order.key]
    assert signed(desk.want(4)) == [(EXIT, -6)]
    assert [each.decision.verdicts[-1].rule for each in refused(desk.want(20, instrument=1))] == [
        "kill_switch"
    ]
    desk.command(CommandKind.RELEASE)
    assert signed(desk.want(21, instrument=1)) == [(ENTRY, 21)]


def test_a_reducing_run_only_gives_back(desk: Desk) -> None:
    """What was permitted before it goes on."""
    desk.hold(10)
    entry(desk.want(15))
    assert desk.command(CommandKind.REDUCE) == ()
    assert signed(desk.want(4)) == [(EXIT, -6)]
    assert len(refused(desk.want(5, instrument=1))) == 1
    desk.command(CommandKind.ACTIVATE)
    assert signed(desk.want(6, instrument=1)) == [(ENTRY, 6)]


def test_a_halted_run_is_squared_off_and_nothing_else(desk: Desk) -> None:
    """Not even by its own strategy."""
    desk.hold(10)
    order = entry(desk.want(15))
    assert cancelled(desk.command(CommandKind.HALT)) == [order.key]
    assert [each.decision.verdicts[-1].rule for each in refused(desk.want(4))] == ["trading_state"]
    assert signed(desk.command(CommandKind.SQUARE_OFF)) == [(EXIT, -10)]


def test_what_the_other_runs_lost_today_counts_toward_the_accounts_limit() -> None:
    """Sixty elsewhere and forty here are a hundred."""
    desk = Desk(terms(limits=RiskLimits(max_account_daily_loss=100 * RUPEE)))
    desk.close(100.0)
    desk.hold(10)
    desk.close(96.0)
    desk.take(ExposureElsewhere(0, -59 * RUPEE))
    assert signed(desk.want(11)) == [(ENTRY, 1)]
    desk.take(ExposureElsewhere(0, -60 * RUPEE))
    assert [each.decision.verdicts[-1].rule for each in refused(desk.want(12))] == ["max_account_daily_loss"]
