"""Frames: what closed at each moment, in exact units, over instruments that lack candles."""

import numpy as np
from hypothesis import given

from streams.domain.market import Chunk, Interval, empty
from streams.events import Bar, CandlesClosed
from streams.frames import closes, frames, marks_after, moments, units
from tests.builders import MINUTE, START, candles, markets, one_by_one, unhurried


def minutes(*numbers: int) -> list[int]:
    """Open times."""
    return [START + MINUTE * number for number in numbers]


def two() -> Chunk:
    """The first instrument has minutes 0, 1, 3; the second 1, 2."""
    first = candles([10.0, 11.0, 12.0], opens=[9.0, 10.5, 11.5], times=minutes(0, 1, 3), key="NSE:A")
    return first, candles([20.0, 21.0], opens=[19.0, 20.5], times=minutes(1, 2), key="NSE:B")


def test_moments_are_every_time_at_which_some_instrument_has_a_candle() -> None:
    """Ascending, each once."""
    assert moments(two()).tolist() == minutes(0, 1, 2, 3)
    assert moments((two()[0],)).tolist() == minutes(0, 1, 3)
    assert moments((empty("NSE:A", Interval.ONE_MINUTE),)).tolist() == []


def test_a_frame_holds_a_bar_or_nothing_for_each_instrument_and_the_last_known_closes() -> None:
    """A mark outlives the minutes without a candle; before the first there is none (0) or the one given."""
    # given
    chunk = two()
    # when
    found = frames(chunk, moments(chunk), (0, 180_000))
    # then
    a = [Bar(90_000, 100_000, 90_000, 100_000, 100), Bar(105_000, 110_000, 105_000, 110_000, 200)]
    a.append(Bar(115_000, 120_000, 115_000, 120_000, 300))
    b = [Bar(190_000, 200_000, 190_000, 200_000, 100), Bar(205_000, 210_000, 205_000, 210_000, 200)]
    times = minutes(0, 1, 2, 3)
    assert found == (
        CandlesClosed(times[0], (a[0], None), (100_000, 180_000)),
        CandlesClosed(times[1], (a[1], b[0]), (110_000, 200_000)),
        CandlesClosed(times[2], (None, b[1]), (110_000, 210_000)),
        CandlesClosed(times[3], (a[2], None), (120_000, 210_000)),
    )


def test_frames_at_chosen_times_still_know_the_closes_between_them() -> None:
    """A backtest steps only where something happens."""
    (found,) = frames(two(), np.array(minutes(2)), (0, 0))
    assert found.marks == (110_000, 210_000)
    assert found.bars[0] is None


def test_the_marks_after_a_chunk_are_its_last_closes_or_those_before_it() -> None:
    """For an instrument without a candle in it."""
    first, second = two()
    assert marks_after((first, second), (1, 2)) == (120_000, 210_000)
    assert marks_after((first, second.rows(0, 0)), (1, 2)) == (120_000, 2)


def test_prices_become_units_half_to_even() -> None:
    """1/32 and 3/32 rupee lie half-way between two units."""
    assert units(np.array([1 / 32, 3 / 32, 1234.05])).tolist() == [312, 938, 12_340_500]


@unhurried
@given(markets())
def test_frames_do_not_depend_on_the_chunks_they_come_in(chunk: Chunk) -> None:
    """Moment by moment as all at once."""
    # given
    marks: tuple[int, ...] = (0,) * len(chunk)
    whole = frames(chunk, moments(chunk), marks)
    # when
    found: list[CandlesClosed] = []
    for part in one_by_one(chunk):
        found.extend(frames(part, moments(part), marks))
        marks = marks_after(part, marks)
    # then
    assert tuple(found) == whole


@unhurried
@given(markets())
def test_closes_are_the_marks_of_the_frames(chunk: Chunk) -> None:
    """The curve and the fold value positions by the same prices."""
    marks = (7,) * len(chunk)
    by_frame = [frame.marks for frame in frames(chunk, moments(chunk), marks)]
    assert closes(chunk, moments(chunk), marks).T.tolist() == [list(each) for each in by_frame]
