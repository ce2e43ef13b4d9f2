"""Longer candles of shorter ones: anchored at each part's opening, causal, and the same in any chunking."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.candles import is_coarser, resample, resampled
from streams.domain.market import Candles, Exchange, InstrumentKind, Interval, empty, joined
from streams.sessions import MINUTE, bucket_ends, instant, session_of
from tests.market_data import real

EQUITY, INDEX, FUTURE = InstrumentKind.EQUITY, InstrumentKind.INDEX, InstrumentKind.FUTURE
DAYS = (date(2024, 3, 1), date(2024, 3, 2), date(2024, 11, 1), date(2026, 8, 3))
"""An ordinary day, a drill in two parts, an evening hour, a day with a closing auction."""


def minutes_of(day: date, exchange: Exchange = Exchange.NSE, kind: InstrumentKind = EQUITY) -> list[int]:
    """The openings of the day's minutes."""
    session = session_of(exchange, day, kind)
    assert session
    return [at for part in session.parts for at in range(part.opens, part.closes, MINUTE)]


def made_up(times: list[int], key: str = "NSE:SHARE", seed: int = 1) -> Candles:
    """Minutes with prices and volumes of their own."""
    random = np.random.default_rng(seed)
    low, spread = random.integers(900, 1000, len(times)) / 10, random.integers(0, 50, (3, len(times))) / 10
    high = low + spread.sum(axis=0)
    volume = random.integers(0, 1000, len(times))
    time = np.array(times, np.int64)
    return Candles(key, Interval.ONE_MINUTE, time, low + spread[0], high, low, low + spread[1], volume)


def same(left: Candles, right: Candles) -> bool:
    """Bit for bit."""
    columns = ("time", "open", "high", "low", "close", "volume")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in columns)


def clocks(candles: Candles, day: date) -> list[str]:
    """The openings as a person writes them."""
    minutes = ((candles.time - instant(day, "00:00")) // MINUTE).tolist()
    return [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes]


@pytest.mark.parametrize(
    ("day", "interval", "expected"),
    [
        (DAYS[0], Interval.ONE_HOUR, ["09:15", "10:15", "11:15", "12:15", "13:15", "14:15", "15:15"]),
        (DAYS[1], Interval.THIRTY_MINUTES, ["09:15", "09:45", "11:30", "12:00"]),
        (DAYS[2], Interval.THIRTY_MINUTES, ["18:00", "18:30"]),
        (DAYS[3], Interval.ONE_HOUR, ["09:15", "10:15", "11:15", "12:15", "13:15", "14:15", "15:15"]),
        (DAYS[2], Interval.ONE_DAY, ["09:15"]),
    ],
)
def test_the_grid_starts_anew_at_each_opening(day: date, interval: Interval, expected: list[str]) -> None:
    """A drill's second part, an evening hour; a daily candle bears its nominal opening."""
    assert clocks(resample(made_up(minutes_of(day)), EQUITY, interval), day) == expected


def test_an_evening_commodity_candle_ends_with_its_session() -> None:
    """In summer 23:30: the last hour opens at 23:00 and is half as long."""
    day = date(2025, 7, 1)
    minutes = minutes_of(day, Exchange.MCX, FUTURE)
    hours = resample(made_up(minutes, "MCX:GOLD"), FUTURE, Interval.ONE_HOUR)
    assert (clocks(hours, day)[0], clocks(hours, day)[-1], len(hours)) == ("09:00", "23:00", 15)


def test_a_candle_comes_when_it_is_over() -> None:
    """With the row that reaches its end, with one of a later candle, or when it is said to be late enough."""
    day = DAYS[0]
    four = made_up(minutes_of(day)[:4])
    assert len(resample(four, EQUITY, Interval.FIVE_MINUTES)) == 0
    assert len(resample(made_up(minutes_of(day)[:5]), EQUITY, Interval.FIVE_MINUTES)) == 1
    assert len(resample(four, EQUITY, Interval.FIVE_MINUTES, until=instant(day, "09:20"))) == 1
    last = made_up([instant(day, "15:29")])
    assert len(resample(last, EQUITY, Interval.ONE_HOUR)) == 1


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (Interval.ONE_MINUTE, Interval.THREE_MINUTES, True),
        (Interval.THREE_MINUTES, Interval.FIVE_MINUTES, False),
        (Interval.THREE_MINUTES, Interval.FIFTEEN_MINUTES, True),
        (Interval.ONE_HOUR, Interval.ONE_DAY, True),
        (Interval.FIVE_MINUTES, Interval.FIVE_MINUTES, False),
        (Interval.ONE_DAY, Interval.ONE_MINUTE, False),
    ],
)
def test_only_whole_candles_make_longer_ones(source: Interval, target: Interval, expected: bool) -> None:
    """Three minutes do not make five, a day does not make minutes."""
    assert is_coarser(source, target) is expected
    if not expected:
        with pytest.raises(ValueError, match="do not make"):
            resample(empty("NSE:SHARE", source), EQUITY, target)


MARKET = [at for day in DAYS for at in minutes_of(day)]
COARSER = st.sampled_from([i for i in Interval if i is not Interval.ONE_MINUTE])


@given(st.sets(st.sampled_from(MARKET), min_size=1), COARSER, st.lists(st.integers(0, 400), max_size=8))
def test_any_chunking_gives_the_same_candles(times: set[int], interval: Interval, cuts: list[int]) -> None:
    """Minutes with holes, cut anywhere: the carry makes up for it."""
    candles = made_up(sorted(times))
    assert same(in_pieces(candles, interval, cuts), resample(candles, EQUITY, interval))


def in_pieces(candles: Candles, interval: Interval, cuts: Sequence[int]) -> Candles:
    """The longer candles of rows that come in pieces."""
    bounds = [0, *sorted(min(cut, len(candles)) for cut in cuts), len(candles)]
    carry, out = empty(candles.instrument, candles.interval), empty(candles.instrument, interval)
    for start, stop in pairwise(bounds):
        longer, carry = resampled(carry, candles.rows(start, stop), EQUITY, interval)
        out = joined(out, longer)
    return out


@given(st.sets(st.sampled_from(MARKET), min_size=1), COARSER, st.integers(0, 500))
def test_what_comes_later_changes_nothing(times: set[int], interval: Interval, upto: int) -> None:
    """Causal: the candles of the first rows are the first candles of all of them."""
    candles = made_up(sorted(times))
    early, whole = (resample(part, EQUITY, interval) for part in (candles.rows(0, upto), candles))
    assert same(early, whole.rows(0, len(early)))


@given(st.sets(st.sampled_from(MARKET), min_size=1), COARSER)
def test_nothing_is_lost_and_extremes_stay(times: set[int], interval: Interval) -> None:
    """Volume and extremes, over the candles that are over and the rest that is carried."""
    candles = made_up(sorted(times))
    longer, carry = resampled(empty(candles.instrument, candles.interval), candles, EQUITY, interval)
    assert int(longer.volume.sum() + carry.volume.sum()) == int(candles.volume.sum())
    assert max([*longer.high, *carry.high]) == candles.high.max()
    ends = bucket_ends(Exchange.NSE, EQUITY, interval, candles.time[: len(candles) - len(carry)])
    assert len(np.unique(ends)) == len(longer)


@pytest.mark.parametrize("interval", [Interval.FIFTEEN_MINUTES, Interval.ONE_HOUR, Interval.ONE_DAY])
def test_what_lies_outside_the_session_is_in_no_candle(interval: Interval) -> None:
    """Vendors bring a bar of the pre-open call at 09:07 and two after the close, every day."""
    # given
    days = [date(2021, 6, 10), date(2021, 6, 11)]
    inside = made_up([at for day in days for at in minutes_of(day)])
    outside = [instant(day, clock) for day in days for clock in ("09:07", "15:30", "15:31")]
    order = np.argsort(np.concatenate((inside.time, outside)))
    noisy = joined(inside, made_up(outside))
    columns = ("time", "open", "high", "low", "close", "volume")
    candles = Candles("NSE:SHARE", inside.interval, *(getattr(noisy, name)[order] for name in columns))
    # when
    whole, pieces = resample(candles, EQUITY, interval), in_pieces(candles, interval, range(len(candles)))
    # then
    assert same(whole, resample(inside, EQUITY, interval))
    assert same(pieces, whole)


def test_five_minutes_of_nifty_are_the_vendors_own() -> None:
    """2024, 18,504 bars, bit for bit."""
    minutes, five = (_read(f"{name}/NIFTY.parquet") for name in ("1m", "5m"))
    start = instant(date(2024, 1, 1), "00:00")
    made = resample(minutes.between(start, instant(date(2025, 1, 1), "00:00")), INDEX, Interval.FIVE_MINUTES)
    assert len(made) == 18_504
    assert same(made, five)


def _read(file: str) -> Candles:
    table = pq.read_table(real(file))
    columns = {name: table[name].to_numpy() for name in ("open", "high", "low", "close", "volume")}
    return Candles("NSE:NIFTY", Interval.ONE_MINUTE, table["timestamp"].cast("int64").to_numpy(), **columns)
