"""The day's contract note in the fold: what it adds to the fills' provisional charges, once a day is over."""

from streams.charges import INDIAN
from streams.domain.orders import Leg, OrderStatus, ProductType
from streams.domain.portfolio import Charges
from streams.events import ChargesSettled, CommandKind, FillBooked, PositionChanged
from streams.settlement import settle_day
from tests.builders import MINUTE, RUPEE, START, terms
from tests.streams.desk import Desk, exit_of, of

S = OrderStatus
DAY = 24 * 60 * MINUTE
TODAY = 20_089
"""1 January 2025, counted from 1970."""


def dealt() -> Desk:
    """Ten shares bought at 1,000 and sold at 1,010 within the day, under the Indian tariff."""
    desk = Desk(terms()._replace(charges=INDIAN))
    desk.close(1000.0)
    desk.hold(10, 1000.0)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    desk.fill(leaving.key, 10, 1010.0)
    return desk


def test_a_fill_carries_its_provisional_charges_part_by_part() -> None:
    """0.03 % brokerage, 0.00307 % exchange, 0.0001 % SEBI, 0.003 % stamp on 10,000; 18 % GST on the first
    three."""
    bought = of(FillBooked, dealt().effects)[0]
    assert bought.parts == Charges(brokerage=30_000, exchange=3_070, sebi=100, stamp=3_000, gst=5_970)
    assert bought.fill.charges == 42_140


def test_the_first_event_of_a_later_day_settles_the_one_before() -> None:
    """STT of 2.525 rupees becomes 3, stamp of 0.30 nothing; the lines to two decimals are the rounding."""
    desk = dealt()
    before = desk.state
    effects = desk.close(1000.0, at=START + DAY)
    (settled,) = of(ChargesSettled, effects)
    assert (settled.day, settled.instrument) == (TODAY, 0)
    assert (settled.parts.stt, settled.parts.stamp) == (30_000 - 25_250, -3_000)
    total = settled.parts.total
    assert desk.state.cash == before.cash - total
    assert desk.state.charges == before.charges + total
    assert of(PositionChanged, effects)[0].charges == desk.state.holdings[0].charges
    assert desk.state.day_equity == desk.state.cash


def test_a_settled_day_is_to_the_paisa() -> None:
    """Whatever the fills were: the note's sum has two decimals."""
    desk = dealt()
    desk.close(1000.0, at=START + DAY)
    assert desk.state.charges % 100 == 0


def test_nothing_is_settled_twice() -> None:
    """Nor on a day without dealings."""
    desk = dealt()
    desk.close(1000.0, at=START + DAY)
    assert of(ChargesSettled, desk.close(1000.0, at=START + 2 * DAY)) == []


def test_a_run_that_is_started_again_on_its_day_goes_on_with_the_same_note() -> None:
    """Ended, traded again and ended again, shares delivered: DP once, taxes rounded once, to the unit."""

    def lived(*, twice: bool) -> Desk:
        desk = Desk(terms()._replace(charges=INDIAN, product_type=ProductType.CNC))
        desk.close(1000.0)
        for round_trip in range(2):
            desk.hold(7, 1003.0)
            leaving = exit_of(desk.want(0))
            desk.say(leaving.key, S.SUBMITTED)
            desk.fill(leaving.key, 7, 1011.0)
            if twice or round_trip:
                desk.command(CommandKind.SETTLE)
        return desk

    once, again = lived(twice=False), lived(twice=True)
    assert (len(of(ChargesSettled, once.effects)), len(of(ChargesSettled, again.effects))) == (1, 2)
    assert sum(each.parts.dp for each in of(ChargesSettled, again.effects)) == 125_000
    assert (again.state.cash, again.state.charges) == (once.state.cash, once.state.charges)
    assert again.command(CommandKind.SETTLE) == ()
    assert of(ChargesSettled, again.close(1000.0, at=START + DAY)) == []


def test_who_ends_a_run_settles_its_last_day() -> None:
    """The same note, by the same function."""
    desk = dealt()
    state, effects = settle_day(desk.terms, desk.state)
    assert [type(each) for each in effects] == [ChargesSettled, PositionChanged]
    assert settle_day(desk.terms, state) == (state, ())


def test_a_fill_at_the_open_of_a_new_day_comes_after_the_settlement_of_the_old_one() -> None:
    """It belongs to the new day's note."""
    desk = Desk(terms()._replace(charges=INDIAN))
    desk.close(1000.0)
    desk.hold(10, 1000.0)
    leaving = exit_of(desk.want(0))
    desk.say(leaving.key, S.SUBMITTED)
    effects = desk.fill(leaving.key, 10, 1010.0, at=START + DAY)
    assert [type(each) for each in effects[:2]] == [ChargesSettled, PositionChanged]
    assert desk.state.holdings[0].dealings.sold == 10_100 * RUPEE
    assert desk.state.holdings[0].dealings.bought == 0


def test_a_flat_charge_has_nothing_to_settle() -> None:
    """It is what it is with the order's first fill."""
    desk = Desk(terms(charge=20 * RUPEE))
    desk.close(1000.0)
    desk.hold(10, 1000.0)
    assert of(ChargesSettled, desk.close(1000.0, at=START + DAY)) == []
    assert of(FillBooked, desk.effects)[0].parts == Charges(brokerage=20 * RUPEE)
    assert of(FillBooked, desk.effects)[0].fill.order.leg is Leg.ENTRY
