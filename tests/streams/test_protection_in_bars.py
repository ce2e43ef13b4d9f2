"""Protection against the bars, through the simulated exchange: numbers worked by hand."""

from typing import Any

from streams.domain.intents import Manner
from streams.domain.orders import Leg, OrderKey, OrderStatus, OrderType
from streams.domain.venue import Venue
from tests.builders import RUPEE, terms
from tests.streams.floor import Came, at, candles, enter, points, traded

STOP, TARGET = OrderKey("intent:0", Leg.STOP_LOSS), OrderKey("intent:0", Leg.TAKE_PROFIT)
BRACKET: dict[str, Any] = {"stop_loss": points(2), "take_profit": points(3)}
FLAT = (100.0, 100.0, 100.0, 100.0)


def test_a_bracket_on_an_entry_at_the_open_meets_the_rest_of_that_bar() -> None:
    """Bought at 100, stopped at 98 by the same candle's low."""
    market = candles(FLAT, (100, 101, 97, 99), FLAT)
    assert traded(market, at(0, 10, **BRACKET)).fills == [
        Came(1, Leg.ENTRY, 10, 100.0),
        Came(1, Leg.STOP_LOSS, -10, 98.0),
    ]


def test_when_both_lie_in_a_bar_the_stop_comes_first() -> None:
    """The pessimistic path."""
    market = candles(FLAT, (100, 100, 100, 100), (100, 104, 97, 103), FLAT)
    (_, out) = traded(market, at(0, 10, **BRACKET)).fills
    assert out == Came(2, Leg.STOP_LOSS, -10, 98.0)


def test_a_gap_through_the_stop_fills_at_the_open_and_one_beyond_the_target_too() -> None:
    """Worse than the trigger, better than the limit."""
    below, above = (95, 96, 94, 95), (105, 106, 104, 105)
    stopped = traded(candles(FLAT, FLAT, below), at(0, 10, **BRACKET))
    assert stopped.fills[-1] == Came(2, Leg.STOP_LOSS, -10, 95.0)
    taken = traded(candles(FLAT, FLAT, above), at(0, 10, **BRACKET))
    assert taken.fills[-1] == Came(2, Leg.TAKE_PROFIT, -10, 105.0)


def test_a_stop_slips_and_a_target_does_not() -> None:
    """Ten basis points of 98 are 9.8 paise: sold at 97.90."""
    slipping = terms(slippage=1000)
    stopped = traded(candles(FLAT, FLAT, (100, 100, 90, 99)), at(0, -10, **BRACKET), agreed=slipping)
    entered = stopped.fills[0]
    assert entered == Came(1, Leg.ENTRY, -10, 99.9)
    assert stopped.fills[-1] == Came(2, Leg.TAKE_PROFIT, 10, 96.9)
    stopped = traded(candles(FLAT, FLAT, (100, 100, 90, 99)), at(0, 10, **BRACKET), agreed=slipping)
    assert stopped.fills[-1] == Came(2, Leg.STOP_LOSS, -10, 98.0)  # 100.10 - 2 = 98.10, less 9.81 paise


def test_after_an_entry_inside_the_bar_a_touched_stop_fills_and_a_touched_target_waits() -> None:
    """Bought at the limit of 99; whether the high came before or after it nobody knows."""
    limit = Manner(order_type=OrderType.LIMIT)
    asked = at(0, 10, limit, limit_price=99 * RUPEE, **BRACKET)
    waits = traded(candles(FLAT, (100, 103, 98.5, 100), (101, 102, 100, 101), (101, 103, 101, 102)), asked)
    assert waits.fills == [Came(1, Leg.ENTRY, 10, 99.0), Came(2, Leg.TAKE_PROFIT, -10, 102.0)]
    stopped = traded(candles(FLAT, (100, 103, 97, 100), FLAT), asked)
    assert stopped.fills == [Came(1, Leg.ENTRY, 10, 99.0), Came(1, Leg.STOP_LOSS, -10, 97.0)]


def test_protection_rests_over_the_night() -> None:
    """Entries are for the day, a stop until it is withdrawn."""
    day = 24 * 60 * 60_000_000
    times = [int(each) for each in candles(FLAT, FLAT).time]
    market = candles(FLAT, FLAT, FLAT, (97, 97, 97, 97), times=[*times, *(each + day for each in times)])
    assert [each.leg for each in traded(market, at(0, 10, **BRACKET)).fills] == [Leg.ENTRY, Leg.STOP_LOSS]


def test_an_exit_in_the_market_cancels_and_leaves_at_the_next_open() -> None:
    """Within one moment: both are cancelled, the exit goes out, the next bar fills it."""
    market = candles(FLAT, FLAT, FLAT, (101, 120, 80, 100))
    done = traded(market, at(0, 10, **BRACKET), at(2, 0))
    assert done.fills[-1] == Came(3, Leg.EXIT, -10, 101.0)
    assert done.ended(OrderStatus.CANCELLED) == [STOP.name, TARGET.name]


def test_a_stop_that_fills_in_part_goes_on_at_the_next_open() -> None:
    """The bar gives up four of a position of ten at a time."""
    capped = terms()._replace(venue=Venue(participation=4_000))
    market = candles(*[FLAT] * 4, (99, 99, 97, 97), (96, 97, 96, 97), (95, 95, 95, 95), FLAT)
    done = traded(market, at(0, 10, **BRACKET), agreed=capped)
    assert [each for each in done.fills if each.leg is Leg.STOP_LOSS] == [
        Came(4, Leg.STOP_LOSS, -4, 98.0),
        Came(5, Leg.STOP_LOSS, -4, 96.0),
        Came(6, Leg.STOP_LOSS, -2, 95.0),
    ]
    assert done.ended(OrderStatus.CANCELLED) == [TARGET.name]


def test_a_second_entry_moves_the_levels_to_the_average() -> None:
    """Ten at 100 and ten at 104 stand at 102: stop 100, target 105."""
    market = candles(FLAT, FLAT, (104, 104, 104, 104), (104, 104.5, 101, 103), (102, 102, 99, 100), FLAT)
    manner = Manner(pyramiding=2)
    wide: dict[str, Any] = {"stop_loss": points(2), "take_profit": points(8)}
    done = traded(market, enter(0, 10, manner, **wide), enter(1, 10, manner, **wide))
    assert done.fills == [
        Came(1, Leg.ENTRY, 10, 100.0),
        Came(2, Leg.ENTRY, 10, 104.0),
        Came(4, Leg.STOP_LOSS, -20, 100.0),
    ]
