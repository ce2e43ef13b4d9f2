"""Charges: the published goldens, notes worked by hand, and the laws of a contract note."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.charges import (
    FREE,
    INDIAN,
    UNTRADED,
    Dealings,
    Rates,
    Segment,
    contract_note,
    flat,
    provisional,
    rates_by_day,
    rates_on,
    segment_of,
    settled,
)
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.money import to_rupees
from streams.domain.orders import ProductType
from streams.domain.portfolio import Charges
from tests.streams.charges.worked import (
    CNC,
    EQUITY,
    FUTURE,
    GOLD,
    INTRADAY,
    NOTES,
    OPTION,
    SENSEX_OPTION,
    Note,
    Order,
    buy,
    day_number,
    noted,
    rates_of,
    rupees,
    sell,
    traded,
)


def by_fill(dealings: Dealings) -> Charges:
    """The provisional charges of a day's fills."""
    return Charges(*dealings[3:], 0, 0)


@pytest.mark.parametrize(
    ("instrument", "product", "day", "quantity", "price", "total"),
    [
        (EQUITY, CNC, "2026-05-04", 5000, "1000", "11124.06"),
        (EQUITY, INTRADAY, "2026-05-04", 100, "2500", "135.90"),
        (FUTURE, INTRADAY, "2026-04-01", 75, "25000", "1107.60"),
        (FUTURE, INTRADAY, "2026-03-31", 75, "25000", "545.10"),
        (OPTION, INTRADAY, "2026-04-01", 75, "200", "82.76"),
        (OPTION, INTRADAY, "2026-03-31", 75, "200", "75.26"),
    ],
)
def test_a_round_trip_costs_what_is_published_before_the_note_rounds_it(
    instrument: Instrument, product: ProductType, day: str, quantity: int, price: str, total: str
) -> None:
    """The lines unrounded, without DP charges, to the paisa."""
    dealings = traded(rates_of(instrument, product, day), (buy((quantity, price)), sell((quantity, price))))
    charged = to_rupees(by_fill(dealings).total).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert charged == Decimal(total)


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.title)
def test_a_contract_note_is_what_a_person_works_out(note: Note) -> None:
    """Part by part and in all."""
    assert rupees(noted(note)) == rupees(note.parts)
    assert to_rupees(noted(note).total) == Decimal(note.total)


def test_the_notes_worked_by_hand_cover_every_segment_and_both_tariffs() -> None:
    """NSE's four, BSE's but intraday, MCX's two, before and after 1 April 2026."""
    covered = {(each.instrument.key[:3], segment_of(each.instrument, each.product)) for each in NOTES}
    assert len(covered) == 9
    assert {segment for _, segment in covered} == set(Segment)
    assert {each.day >= "2026-04-01" for each in NOTES} == {True, False}


def test_brokerage_is_per_order_and_never_per_partial_fill() -> None:
    """The fill that takes the order to the cap pays up to it, later ones nothing."""
    rates = rates_of(EQUITY, INTRADAY, "2026-05-04")
    paid = [
        provisional(rates, 1, value * 10_000, before * 10_000).brokerage
        for value, before in ((60_000, 0), (6_666, 60_000), (1, 66_666), (50_000, 66_667))
    ]
    assert paid == [180_000, 19_998, 2, 0]


def test_a_flat_option_brokerage_comes_with_the_first_fill() -> None:
    """However small."""
    rates = rates_of(OPTION, INTRADAY, "2026-05-04")
    assert provisional(rates, 1, 500, 0).brokerage == 200_000
    assert provisional(rates, 1, 10**15, 500).brokerage == 0


def test_a_purchase_pays_stamp_and_a_sale_pays_the_tax() -> None:
    """Intraday and derivatives; delivery pays STT both ways."""
    intraday, delivery = (rates_of(EQUITY, each, "2026-05-04") for each in (INTRADAY, CNC))
    value = 10_000_000_000
    assert [provisional(intraday, sign, value, 0)[1] for sign in (1, -1)] == [0, 2_500_000]
    assert [provisional(intraday, sign, value, 0)[4] for sign in (1, -1)] == [300_000, 0]
    assert [provisional(delivery, sign, value, 0)[1] for sign in (1, -1)] == [10_000_000] * 2


def test_a_flat_schedule_charges_its_amount_an_order_and_settles_nothing() -> None:
    """Not even a rounding, be it a fraction of a paisa."""
    rates = rates_of(EQUITY, CNC, "2026-05-04", flat(7))
    dealings = traded(rates, (buy((1, "100"), (2, "100")), sell((3, "100.05"))))
    assert by_fill(dealings) == Charges(brokerage=14)
    assert settled(rates, dealings) == Charges()


def test_no_schedule_and_no_order_book_cost_nothing() -> None:
    """A free run, and an index nobody can trade."""
    index = EQUITY._replace(kind=InstrumentKind.INDEX)
    assert rates_of(EQUITY, CNC, "2026-05-04", FREE) == Rates()
    assert rates_of(index, INTRADAY, "2026-05-04") == Rates()


def test_a_day_without_a_deal_settles_nothing() -> None:
    """No DP charge, no rounding."""
    assert settled(rates_of(EQUITY, CNC, "2026-05-04"), UNTRADED) == Charges()


def test_rates_change_on_their_day_and_the_first_hold_before_it() -> None:
    """By lookup and as the table a kernel takes."""
    table = rates_by_day(INDIAN, FUTURE, INTRADAY)
    assert [first for first, _ in table] == sorted({first for first, _ in table})
    assert rates_on(INDIAN, FUTURE, INTRADAY, -20_000) == table[0][1]
    for (_, former), (day, rates) in pairwise(table):
        assert rates_on(INDIAN, FUTURE, INTRADAY, day) == rates
        assert rates_on(INDIAN, FUTURE, INTRADAY, day - 1) == former
    assert rates_by_day(FREE, FUTURE, INTRADAY) == ((0, Rates()),)


@pytest.mark.parametrize(
    ("day", "stt", "exchange"),
    [
        ("2010-01-04", 100_000, 20_000),
        ("2023-03-31", 100_000, 20_000),
        ("2023-04-03", 125_000, 20_000),
        ("2024-04-01", 125_000, 19_800),
        ("2024-10-01", 200_000, 18_300),
        ("2026-04-01", 500_000, 18_300),
    ],
)
def test_a_backtest_over_the_years_pays_each_year_s_rates(day: str, stt: int, exchange: int) -> None:
    """NSE futures, parts per billion."""
    rates = rates_of(FUTURE, INTRADAY, day)
    assert (rates.stt_sell, rates.exchange) == (stt, exchange)


segments = st.sampled_from(
    [(EQUITY, CNC), (EQUITY, INTRADAY), (FUTURE, INTRADAY), (OPTION, CNC), (SENSEX_OPTION, CNC), (GOLD, CNC)]
)
days = st.integers(day_number("2019-01-01"), day_number("2027-12-31"))
lots = st.lists(st.integers(1, 10_000), min_size=1, max_size=5)
ticks = st.integers(1, 2_000_000).map(lambda tick: tick * 500)
asked = st.lists(st.tuples(st.sampled_from([1, -1]), ticks, lots), min_size=1, max_size=5)
Asked = list[tuple[int, int, list[int]]]


def in_fills(orders: Asked) -> tuple[Order, ...]:
    """Each order in its partial fills, all at its price in units."""
    return tuple(
        Order(sign, tuple((lot, str(to_rupees(price))) for lot in lots)) for sign, price, lots in orders
    )


def whole(orders: Asked) -> tuple[Order, ...]:
    """The same orders, each filled at once."""
    return in_fills([(sign, price, [sum(lots)]) for sign, price, lots in orders])


@settings(deadline=None)
@given(segments, days, asked)
def test_fills_and_settlement_come_to_the_same_note_however_orders_were_filled(
    segment: tuple[Instrument, ProductType], day: int, orders: Asked
) -> None:
    """Provisional + settled = the note of the whole orders, part by part; and never below nothing."""
    rates = rates_on(INDIAN, *segment, day)
    dealings = traded(rates, in_fills(orders))
    note = contract_note(rates, traded(rates, whole(orders)))
    pairs = zip(by_fill(dealings), settled(rates, dealings), strict=True)
    assert Charges(*(first + second for first, second in pairs)) == note
    assert min(note[:-1]) >= 0
    assert note.total >= 0
    assert min(by_fill(dealings)) >= 0
    assert note.total % 100 == 0


@settings(deadline=None)
@given(segments, days, asked)
def test_a_note_equals_one_reckoned_in_fractions(
    segment: tuple[Instrument, ProductType], day: int, orders: Asked
) -> None:
    """The lines of a contract note from exact fractions, by another way than the engine's."""
    rates = rates_on(INDIAN, *segment, day)
    assert contract_note(rates, traded(rates, in_fills(orders))).total == in_fractions(rates, orders)


def in_fractions(rates: Rates, orders: Asked) -> int:
    """The note's total in units."""
    worth = [(sign, Fraction(price * sum(lots))) for sign, price, lots in orders]
    bought = sum(value for sign, value in worth if sign > 0)
    sold = sum(value for sign, value in worth if sign < 0)
    rate = {name: Fraction(amount, 10**9) for name, amount in rates._asdict().items()}
    brokerage = sum(
        rates.brokerage_flat + min(rates.brokerage_cap, value * rate["brokerage_rate"] // 1)
        for _, value in worth
    )
    lines = [
        to_nearest(each, 100)
        for each in (brokerage, (bought + sold) * rate["exchange"], (bought + sold) * rate["sebi"])
    ]
    lines.append(rates.dp if sold else 0)
    taxes = [bought * rate["stt_buy"] + sold * rate["stt_sell"], bought * rate["stamp"]]
    return (
        sum(lines) + to_nearest(sum(lines) * rate["gst"], 100) + sum(to_nearest(tax, 10_000) for tax in taxes)
    )


def to_nearest(amount: Fraction | int, grain: int) -> int:
    """Half goes up."""
    return int((Fraction(amount) / grain + Fraction(1, 2)) // 1) * grain


@settings(deadline=None)
@given(segments, days, asked, st.sampled_from([1, -1]), ticks)
def test_another_order_never_makes_a_day_cheaper(
    segment: tuple[Instrument, ProductType], day: int, orders: Asked, sign: int, price: int
) -> None:
    """The note is monotone."""
    rates = rates_on(INDIAN, *segment, day)
    before = contract_note(rates, traded(rates, in_fills(orders)))
    after = contract_note(rates, traded(rates, in_fills([*orders, (sign, price, [1])])))
    assert after.total >= before.total
    assert all(later >= former for former, later in zip(before[:-1], after[:-1], strict=True))
