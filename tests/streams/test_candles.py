"""Ticks to candles: closed in time, whole in volume, whatever order the ticks come in."""

from collections.abc import Sequence
from datetime import date
from math import nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as ops
from reactivex.testing.marbles import marbles_testing

from streams.candles import Clock, Empty, Making, Tick, advance, begin, made
from streams.domain.market import Candles, Chunk, Instrument, InstrumentKind, Interval
from streams.sessions import MINUTE, instant, midnight

DAY_ONE = date(2025, 1, 2)
SHARE = Instrument("NSE:SHARE", InstrumentKind.EQUITY, 500, 1)
OTHER = Instrument("NSE:OTHER", InstrumentKind.EQUITY, 500, 1)
MAKING = Making((SHARE,), Interval.ONE_MINUTE)
SECOND = MINUTE // 60

Row = tuple[str, float, float, float, float, int]


def at(clock: str, day: date = DAY_ONE) -> int:
    """`HH:MM` or `HH:MM:SS` on the day, in microseconds."""
    return instant(day, clock[:5]) + int(clock[6:] or 0) * SECOND


def trade(clock: str, price: float, quantity: int, sequence: int = 0) -> Tick:
    """A trade of the share."""
    return Tick(SHARE.key, at(clock), price, quantity, sequence=sequence)


def quote(clock: str, price: float, volume: int, day: date = DAY_ONE) -> Tick:
    """A price of the share with the day's volume so far."""
    return Tick(SHARE.key, at(clock, day), price, volume=volume)


def clock(text: str) -> Clock:
    """It is so late."""
    return Clock(at(text))


def rows(chunks: Sequence[Chunk], place: int = 0) -> list[Row]:
    """The candles of one instrument as a person writes them."""
    return [row for chunk in chunks if chunk for row in rows_of(chunk[place])]


def rows_of(candles: Candles) -> list[Row]:
    """Columns to rows."""
    clocks = [
        f"{minute // 60:02}:{minute % 60:02}" for minute in (candles.time - midnight(DAY_ONE)) // MINUTE
    ]
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    return list(zip(clocks, *(column.tolist() for column in columns), strict=True))


def shown(chunk: Chunk) -> list[Row]:
    """One chunk's candles."""
    return rows([chunk])


def heard(*ticks: Tick | Clock, making: Making = MAKING, since: str = "00:00") -> tuple[list[Chunk], int]:
    """The chunks that came of it, and the volume that found no candle."""
    state = begin(making, at(since))
    chunks: list[Chunk] = []
    for tick in ticks:
        state, chunk = advance(state, tick)
        chunks.append(chunk)
    return chunks, state.unplaced


def test_no_candle_comes_before_its_close() -> None:
    """The first tick of the next minute closes it, or the clock; half of one never comes."""
    chunks, _ = heard(
        trade("10:00:00", 100.0, 5),
        trade("10:00:59", 101.0, 5),
        trade("10:01:00", 99.0, 1),
        clock("10:02:00"),
    )
    assert [rows([chunk]) for chunk in chunks] == [
        [],
        [],
        [("10:00", 100.0, 101.0, 100.0, 101.0, 10)],
        [("10:01", 99.0, 99.0, 99.0, 99.0, 1)],
    ]


HEARD: dict[str | float, Any] = {
    "a": trade("10:00:05", 100.0, 5),
    "b": trade("10:01:05", 101.0, 6),
    "c": clock("10:02:00"),
    "A": [("10:00", 100.0, 100.0, 100.0, 100.0, 5)],
    "B": [("10:01", 101.0, 101.0, 101.0, 101.0, 6)],
}


@pytest.mark.parametrize(
    ("heard_of", "expected"),
    [
        ("---|", "---|"),
        ("-----", "-----"),
        ("-a-#", "---#"),
        ("-a-b-c-#", "---A-B-#"),
        ("-a--c-c|", "----A--|"),
    ],
)
def test_candles_come_at_the_time_of_what_closes_them(heard_of: str, expected: str) -> None:
    """In virtual time: nothing for a tick that closes nothing; the end and the error come through."""
    error = ValueError("gone")
    with marbles_testing() as (start, _, hot, exp):
        chunks = hot(heard_of, HEARD, error).pipe(made(MAKING, at("00:00")))
        assert start(chunks.pipe(ops.map(shown))) == exp(expected, HEARD, error)


def test_open_and_close_are_those_of_the_earliest_and_latest_time() -> None:
    """A tick that was overtaken inside its minute still opens it; of one time, the later heard closes."""
    chunks, _ = heard(
        trade("10:00:30", 101.0, 1), trade("10:00:10", 100.0, 1), trade("10:00:30", 102.0, 1), clock("10:01")
    )
    assert rows(chunks) == [("10:00", 100.0, 102.0, 100.0, 102.0, 3)]


def test_a_late_tick_counts_in_volume_only() -> None:
    """Its candle is out: the price is history, the shares go to the candle in the making."""
    chunks, _ = heard(
        trade("10:00:30", 101.0, 1), trade("10:01:10", 100.0, 1), trade("10:00:59", 500.0, 7), clock("10:02")
    )
    assert rows(chunks)[1] == ("10:01", 100.0, 100.0, 100.0, 100.0, 8)


def test_a_grace_lets_late_ticks_into_their_candle() -> None:
    """Five seconds: the candle comes so much later."""
    making = MAKING._replace(grace=5 * SECOND)
    late = trade("10:00:59", 99.0, 7)
    chunks, _ = heard(
        trade("10:00:30", 101.0, 1),
        trade("10:01:04", 100.0, 1),
        late,
        trade("10:01:05", 100.0, 1),
        making=making,
    )
    assert [len(rows([chunk])) for chunk in chunks] == [0, 0, 0, 1]
    assert rows(chunks) == [("10:00", 101.0, 101.0, 99.0, 99.0, 8)]


def test_a_repeated_tick_counts_once() -> None:
    """A trade by its sequence, a quote by its count."""
    trades = [trade("10:00:01", 100.0, 5, 1), trade("10:00:01", 100.0, 5, 1), trade("10:00:01", 100.0, 5, 2)]
    assert rows(heard(*trades, clock("10:01"))[0])[0][-1] == 10
    again = quote("10:00:01", 100.0, 50)
    assert rows(heard(quote("09:00", 100.0, 0), again, again, clock("10:01"))[0])[0][-1] == 50


def test_a_price_without_a_trade_moves_the_candle_and_not_its_volume() -> None:
    """Quantity 0 is a price update; a price of zero or none at all is no price."""
    ticks = [trade("10:00:01", 100.0, 5), trade("10:00:02", 103.0, 0)]
    nothing = [trade("10:00:03", 0.0, 2), trade("10:00:04", nan, 0)]
    assert rows(heard(*ticks, *nothing, clock("10:01"))[0]) == [("10:00", 100.0, 103.0, 100.0, 103.0, 7)]


def test_a_count_that_falls_back_says_nothing_new() -> None:
    """An overtaken quote has an older count; the next one goes on from the highest."""
    chunks, _ = heard(
        quote("09:15:01", 100.0, 1000),
        quote("09:15:01", 100.0, 900),
        quote("09:15:02", 100.0, 1100),
        clock("09:16"),
    )
    assert rows(chunks)[0][-1] == 1100


def test_a_count_that_starts_anew_is_added_to_what_was_counted() -> None:
    """Half and less, at a later time: the feed restarted."""
    chunks, _ = heard(
        quote("09:15:01", 100.0, 1000),
        quote("09:15:02", 100.0, 30),
        quote("09:15:03", 100.0, 50),
        clock("09:16"),
    )
    assert rows(chunks)[0][-1] == 1050


def test_the_opening_call_counts_in_the_first_candle_and_sets_no_price() -> None:
    """What the call traded before 09:15 belongs to the day."""
    chunks, _ = heard(quote("09:08", 90.0, 500), quote("09:15:01", 100.0, 600), clock("09:16"))
    assert rows(chunks) == [("09:15", 100.0, 100.0, 100.0, 100.0, 600)]


def test_what_trades_after_the_close_counts_while_the_last_candle_is_held() -> None:
    """With a tail; without one it is told as unplaced, and no candle opens outside the session."""
    ticks = (quote("15:29:59", 100.0, 500), quote("15:30:00", 101.0, 520), quote("15:45:00", 101.0, 600))
    quiet = heard(quote("09:00", 1.0, 0), *ticks, clock("17:00"))
    assert (rows(quiet[0]), quiet[1]) == ([("15:29", 100.0, 100.0, 100.0, 100.0, 500)], 100)
    held = heard(quote("09:00", 1.0, 0), *ticks, clock("17:00"), making=MAKING._replace(tail=60 * MINUTE))
    assert (rows(held[0]), held[1]) == ([("15:29", 100.0, 100.0, 100.0, 100.0, 600)], 0)
    assert [len(rows([chunk])) for chunk in held[0]] == [0, 0, 0, 0, 1]


def test_an_empty_minute_has_no_candle_or_a_flat_one() -> None:
    """As the venue shows it: flat at the last close, of volume 0, from the first tick to the close."""
    ticks = (trade("15:26:10", 100.0, 5), trade("15:28:10", 101.0, 5), clock("17:00"))
    assert [row[0] for row in rows(heard(*ticks)[0])] == ["15:26", "15:28"]
    flat = rows(heard(*ticks, making=MAKING._replace(empty=Empty.FLAT))[0])
    assert [row[0] for row in flat] == ["15:26", "15:27", "15:28", "15:29"]
    assert flat[1] == ("15:27", 100.0, 100.0, 100.0, 100.0, 0)
    assert flat[3] == ("15:29", 101.0, 101.0, 101.0, 101.0, 0)


def test_flat_minutes_leave_out_a_break() -> None:
    """The drill of 2 March 2024 had none between 10:00 and 11:30."""
    drill = date(2024, 3, 2)
    state = begin(MAKING._replace(empty=Empty.FLAT), midnight(drill))
    state, _ = advance(state, Tick(SHARE.key, at("09:58:10", drill), 100.0, 1))
    _, chunk = advance(state, Clock(at("11:32", drill)))
    assert ((chunk[0].time - midnight(drill)) // MINUTE).tolist() == [598, 599, 690, 691]


def test_a_candle_that_was_not_heard_from_its_opening_never_comes() -> None:
    """Listening began at 10:00:30: that minute, and the volume before it, are not ours."""
    chunks, _ = heard(
        quote("10:00:40", 100.0, 5000), quote("10:01:10", 101.0, 5010), clock("10:02"), since="10:00:30"
    )
    assert rows(chunks) == [("10:01", 101.0, 101.0, 101.0, 101.0, 10)]


def test_a_tick_far_ahead_of_the_clock_is_left_out() -> None:
    """A stamp in the wrong zone must not close the day."""
    chunks, _ = heard(
        clock("10:00:00"), trade("15:30:00", 100.0, 5), trade("10:00:01", 99.0, 1), clock("10:01")
    )
    assert rows(chunks) == [("10:00", 99.0, 99.0, 99.0, 99.0, 1)]


def test_candles_of_one_time_come_together() -> None:
    """Two instruments: the first tick past the minute closes both, the silent one too."""
    making = Making((SHARE, OTHER), Interval.ONE_MINUTE)
    other = Tick(OTHER.key, at("10:00:20"), 50.0, 2)
    chunks, _ = heard(
        trade("10:00:10", 100.0, 5), other, trade("10:01:00", 101.0, 5), clock("10:02"), making=making
    )
    assert [row[0] for row in rows(chunks, 0)] == ["10:00", "10:01"]
    assert [row[0] for row in rows(chunks, 1)] == ["10:00"]
    assert [len(chunk) for chunk in chunks] == [0, 0, 2, 2]


def test_a_days_candle_comes_at_the_sessions_close() -> None:
    """Stamped 09:15, with the opening call's volume."""
    making = Making((SHARE,), Interval.ONE_DAY)
    ticks = (quote("09:08", 90.0, 500), quote("15:29", 98.0, 700))
    assert rows(heard(*ticks, clock("15:29:59"), making=making)[0]) == []
    assert rows(heard(*ticks, clock("15:30"), making=making)[0]) == [("09:15", 98.0, 98.0, 98.0, 98.0, 700)]


@given(
    st.lists(st.tuples(st.integers(0, 599), st.integers(1, 50), st.integers(0, 9)), min_size=1, max_size=80),
    st.sampled_from(Empty),
)
def test_no_share_is_lost_and_no_candle_early_whatever_the_order(
    said: list[tuple[int, int, int]], venue: Empty
) -> None:
    """Ten minutes of trades in any order: each chunk holds later candles than the one before, all over."""
    state = begin(MAKING._replace(empty=venue), midnight(DAY_ONE))
    volume, last, now = 0, 0, 0
    ticks = [
        Tick(SHARE.key, at("09:15") + second * SECOND, 100.0 + step, size) for second, size, step in said
    ]
    heard_one_by_one: list[Tick | Clock] = [*ticks, Clock(at("17:00"))]
    for heard_now in heard_one_by_one:
        now = max(now, heard_now.time)
        state, chunk = advance(state, heard_now)
        for candles in chunk:
            assert np.all(np.diff(candles.time, prepend=last) > 0)
            assert np.all(candles.time + MINUTE <= now)
            assert np.all((candles.low <= candles.close) & (candles.close <= candles.high))
            last, volume = int(candles.time[-1]), volume + int(candles.volume.sum())
    assert volume + state.unplaced == sum(tick.quantity for tick in ticks)
