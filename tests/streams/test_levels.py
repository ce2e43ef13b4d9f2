"""Where orders and protection are put: on the tick grid, on the right side of it."""

from streams.levels import (
    best_price,
    limit_price,
    reference_of,
    stop_level,
    target_level,
    tighter,
    trigger_price,
)

LONG, SHORT, TICK = 1, -1, 500


def test_the_reference_is_the_average_half_to_even() -> None:
    """Three shares for 100 units, two for 5, two for 7; the sign of a short position's cost is left out."""
    assert reference_of(100, 3) == 33
    assert (reference_of(5, 2), reference_of(7, 2)) == (2, 4)
    assert reference_of(-100, -3) == 33


def test_levels_lie_beyond_the_distance_never_inside_it() -> None:
    """1.01 rupees and 0.1 % from 100.00 are 98.89 and 101.11: the stop at 98.85, the target at 101.15."""
    assert stop_level(LONG, 1_000_000, 10_100, 1000, TICK) == 988_500
    assert target_level(LONG, 1_000_000, 10_100, 1000, TICK) == 1_011_500
    assert stop_level(SHORT, 1_000_000, 10_100, 1000, TICK) == 1_011_500
    assert target_level(SHORT, 1_000_000, 10_100, 1000, TICK) == 988_500


def test_no_distance_is_no_level() -> None:
    """0 says so."""
    assert stop_level(LONG, 1_000_000, 0, 0, TICK) == target_level(SHORT, 1_000_000, 0, 0, TICK) == 0


def test_a_level_is_one_tick_at_least() -> None:
    """A distance beyond the price itself."""
    assert stop_level(LONG, 1_000_000, 2_000_000, 0, TICK) == TICK


def test_the_tighter_stop_is_the_one_nearer_to_the_market() -> None:
    """Higher for a long position, lower for a short one; one alone is it."""
    assert (tighter(LONG, 990, 995), tighter(SHORT, 1010, 1005)) == (995, 1005)
    assert tighter(LONG, 0, 995) == tighter(LONG, 995, 0) == 995


def test_the_best_price_only_improves() -> None:
    """By the high of a long position's candle, by the low of a short one's."""
    assert (best_price(LONG, 100, 103, 90), best_price(LONG, 100, 99, 90)) == (103, 100)
    assert (best_price(SHORT, 100, 103, 97), best_price(SHORT, 100, 103, 101)) == (97, 100)


def test_a_limit_is_the_price_named_or_ticks_better_than_the_last() -> None:
    """Bought down and sold up to the grid; a negative offset is a marketable limit."""
    assert limit_price(1, 1_000_300, 0, 0, TICK) == 1_000_000
    assert limit_price(-1, 1_000_300, 0, 0, TICK) == 1_000_500
    assert limit_price(1, 0, 1_000_000, 3, TICK) == 998_500
    assert limit_price(-1, 0, 1_000_000, 3, TICK) == 1_001_500
    assert limit_price(1, 0, 1_000_000, -2, TICK) == 1_001_000


def test_a_trigger_is_rounded_away_from_the_market() -> None:
    """Up for a purchase, down for a sale."""
    assert trigger_price(1, 1_000_100, TICK) == 1_000_500
    assert trigger_price(-1, 1_000_100, TICK) == 1_000_000
