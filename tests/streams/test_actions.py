"""Corporate actions: prices meet over an ex-date, and what does not meet is told."""

import csv
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.actions import (
    ActionKind,
    CorporateAction,
    Jump,
    adjusted,
    adjusted_chunk,
    unexplained_jumps,
)
from streams.domain.market import Candles, Interval
from streams.sessions import DAY, midnight, trading_date
from tests.market_data import real

BONUS, SPLIT = ActionKind.BONUS, ActionKind.SPLIT
MONDAY = date(2025, 1, 6)


def daily(closes: list[float], opens: list[float] | None = None, volume: int = 1000) -> Candles:
    """Candles of days from Monday on; each opens where it closes unless told otherwise."""
    times = np.array([midnight(MONDAY + timedelta(days=n)) + DAY // 3 for n in range(len(closes))], np.int64)
    close = np.array(closes, np.float64)
    opened = np.array(opens or closes, np.float64)
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    volumes = np.full(len(closes), volume, np.int64)
    return Candles("NSE:TEST", Interval.ONE_DAY, times, opened, high, low, close, volumes)


def on(day: int, kind: ActionKind, numerator: int, denominator: int = 1) -> CorporateAction:
    """An action so many days after the first candle."""
    return CorporateAction(MONDAY + timedelta(days=day), kind, numerator, denominator)


@pytest.mark.parametrize(
    ("action", "factor"),
    [
        (on(1, SPLIT, 5), Fraction(5)),
        (on(1, SPLIT, 1, 10), Fraction(1, 10)),
        (on(1, BONUS, 1), Fraction(2)),
        (on(1, BONUS, 1, 2), Fraction(3, 2)),
        (on(1, BONUS, 4), Fraction(5)),
    ],
)
def test_a_factor_counts_the_shares_held_after_for_each_before(
    action: CorporateAction, factor: Fraction
) -> None:
    """A split replaces shares, a bonus adds to them."""
    assert action.factor == factor


def test_prices_before_the_ex_date_are_divided_and_volumes_multiplied() -> None:
    """From the ex-date on they are as traded."""
    found = adjusted(daily([300.0, 303.0, 101.5]), [on(2, SPLIT, 3)])
    assert found.close.tolist() == [100.0, 101.0, 101.5]
    assert found.open.tolist() == [100.0, 101.0, 101.5]
    assert found.volume.tolist() == [3000, 3000, 1000]


def test_factors_of_several_actions_multiply_those_of_one_day_too() -> None:
    """BAJFINANCE on 2025-06-16: a split 2:1 and a bonus 4:1 make ten of one."""
    both = [on(2, SPLIT, 2), on(2, BONUS, 4), on(1, BONUS, 1)]
    found = adjusted(daily([2000.0, 1000.0, 100.0]), both)
    assert found.close.tolist() == [100.0, 100.0, 100.0]
    assert found.volume.tolist() == [20_000, 10_000, 1000]


def test_an_action_that_lies_ahead_is_not_known_yet() -> None:
    """The last prices of a run are as traded, whatever was imported later."""
    candles = daily([300.0, 303.0])
    assert adjusted(candles, [on(2, SPLIT, 3)]) is candles
    ahead = adjusted(candles, [on(2, SPLIT, 3)], as_of=midnight(MONDAY + timedelta(days=2)))
    assert ahead.close.tolist() == [100.0, 101.0]


def test_a_warm_up_and_its_market_meet_when_they_are_read_as_of_the_same_day() -> None:
    """The chunk's instruments are adjusted each by its own actions."""
    whole = (daily([300.0, 303.0, 101.5]), daily([50.0, 50.0, 50.0]))
    actions = ((on(2, SPLIT, 3),), ())
    as_of = int(whole[0].time[-1])
    parts = [tuple(each.rows(*part) for each in whole) for part in ((0, 1), (1, 3))]
    warm_up, market = (adjusted_chunk(part, actions, as_of) for part in parts)
    assert [*warm_up[0].close, *market[0].close] == [100.0, 101.0, 101.5]
    assert [*warm_up[1].close, *market[1].close] == [50.0, 50.0, 50.0]


prices = st.integers(1, 10**11).map(lambda units: units / 10_000) | st.floats(1e-4, 1e7)
ratios = st.tuples(st.integers(1, 10_000), st.integers(1, 10_000))


@settings(deadline=None)
@given(st.lists(prices, min_size=1, max_size=5), ratios)
def test_an_adjusted_price_is_the_exact_quotient_rounded_once(
    paid: list[float], ratio: tuple[int, int]
) -> None:
    """On the 1e-4 grid the quotient is the decimal's, off it the float's own."""
    action = on(len(paid), SPLIT, *ratio)
    as_of = midnight(action.ex_date)
    found = adjusted(daily(paid), [action], as_of).close.tolist()
    for price, quotient in zip(paid, found, strict=True):
        units = round(price * 10_000)
        exact = Fraction(units, 10_000) if units / 10_000 == price else Fraction(price)
        assert quotient == float(exact / action.factor)


@settings(deadline=None)
@given(st.integers(0, 10**12), ratios)
def test_an_adjusted_volume_is_the_nearest_whole_number(volume: int, ratio: tuple[int, int]) -> None:
    """No share is counted in halves."""
    action = on(1, SPLIT, *ratio)
    found = adjusted(daily([1.0], volume=volume), [action], midnight(action.ex_date)).volume[0]
    assert abs(Fraction(int(found)) - volume * action.factor) <= Fraction(1, 2)


def test_a_volume_too_great_for_its_column_is_refused_and_not_wrapped() -> None:
    """Ratios of ten thousand, one upon the other."""
    thrice = [on(day, SPLIT, 10_000) for day in (1, 2, 3)]
    as_of = midnight(MONDAY + timedelta(days=3))
    assert adjusted(daily([1e6], volume=9_000_000), thrice, as_of).volume.tolist() == [9 * 10**18]
    with pytest.raises(OverflowError):
        adjusted(daily([1e6], volume=10_000_000), thrice, as_of)


actions = st.lists(
    st.builds(on, st.integers(-1, 7), st.sampled_from(ActionKind), st.integers(1, 10), st.integers(1, 10)),
    max_size=4,
    unique_by=lambda action: (action.ex_date, action.kind),
)


@settings(deadline=None)
@given(st.lists(prices, min_size=1, max_size=6), actions, st.integers(0, 6), st.integers(0, 7))
def test_a_stretch_is_adjusted_as_in_the_whole_series(
    paid: list[float], known: list[CorporateAction], cut: int, day: int
) -> None:
    """Read in any pieces as of one day, a series is the same to the bit."""
    candles, as_of = daily(paid), midnight(MONDAY + timedelta(days=day))
    whole = adjusted(candles, known, as_of)
    parts = [adjusted(candles.rows(*span), known, as_of) for span in ((0, cut), (cut, len(paid)))]
    for name in ("open", "high", "low", "close", "volume"):
        pieces = np.concatenate([getattr(part, name) for part in parts])
        assert pieces.tobytes() == getattr(whole, name).tobytes()


@pytest.mark.parametrize(
    ("opened", "told"), [(77.9, True), (78.0, False), (135.0, False), (135.1, True), (100.0, False)]
)
def test_an_overnight_jump_beyond_the_bounds_is_told(opened: float, told: bool) -> None:
    """With the day, both prices and a sentence that says what to do."""
    jumps = unexplained_jumps(daily([100.0, 100.0], [100.0, opened]))
    assert bool(jumps) is told
    if told:
        assert jumps == (Jump("NSE:TEST", date(2025, 1, 7), 100.0, opened),)
        assert "medha actions import" in jumps[0].sentence


def test_an_action_with_the_wrong_ratio_explains_nothing() -> None:
    """Nor does one on another day."""
    candles = daily([1000.0, 200.0, 200.0])
    assert unexplained_jumps(candles, [on(1, SPLIT, 5)]) == ()
    assert len(unexplained_jumps(candles, [on(1, SPLIT, 2)])) == 1
    assert len(unexplained_jumps(candles, [on(2, SPLIT, 5)])) == 2


def test_a_price_that_moves_within_the_day_is_no_jump() -> None:
    """Markets may crash; shares are not split at noon."""
    minutes = daily([100.0, 50.0])
    minutes.time[1] = minutes.time[0] + 60_000_000
    assert unexplained_jumps(minutes) == ()


# The factor of each known action of the shared list; a demerger has no ratio and is left to be reported.
KNOWN = {
    ("RELIANCE", "2009-11-26"): (BONUS, 1, 1),
    ("RELIANCE", "2017-09-07"): (BONUS, 1, 1),
    ("RELIANCE", "2024-10-28"): (BONUS, 1, 1),
    ("BAJFINANCE", "2016-09-08"): (SPLIT, 10, 1),
    ("BAJFINANCE", "2025-06-16"): (SPLIT, 10, 1),
    ("HDFCBANK", "2025-08-26"): (BONUS, 1, 1),
    ("HDFCBANK", "2019-09-19"): (SPLIT, 2, 1),
    ("WIPRO", "2004-06-25"): (BONUS, 2, 1),
    ("WIPRO", "2005-08-22"): (BONUS, 1, 1),
    ("WIPRO", "2010-06-15"): (BONUS, 2, 3),
    ("WIPRO", "2017-06-13"): (BONUS, 1, 1),
    ("WIPRO", "2019-03-06"): (BONUS, 1, 3),
    ("WIPRO", "2024-12-03"): (BONUS, 1, 1),
    ("KOTAKBANK", "2005-08-25"): (BONUS, 3, 2),
    ("KOTAKBANK", "2010-09-13"): (SPLIT, 2, 1),
    ("KOTAKBANK", "2015-07-08"): (BONUS, 1, 1),
    ("KOTAKBANK", "2026-01-14"): (SPLIT, 5, 1),
    ("TITAN", "2011-06-23"): (SPLIT, 20, 1),
    ("SBIN", "2014-11-20"): (SPLIT, 10, 1),
}
# Days whose candle before is months away: the source has no others.
AFTER_GAPS = {("HDFCBANK", "2019-10-01"), ("INDUSINDBK", "2001-07-02"), ("KOTAKBANK", "2001-07-02")}


def from_file(symbol: str) -> Candles:
    """A stock's days, as traded."""
    table = pq.read_table(real(f"1d/{symbol}.parquet"))
    opened, high, low, close = (table[name].to_numpy() for name in ("open", "high", "low", "close"))
    time = table["timestamp"].cast("int64").to_numpy()
    return Candles(symbol, Interval.ONE_DAY, time, opened, high, low, close, table["volume"].to_numpy())


def listed_jumps() -> dict[tuple[str, str], float]:
    """The shared list: symbol and day, and the ratio of open to former close."""
    with real("reference/open_vs_prev_close_jumps.csv").open() as file:
        return {(row["symbol"], row["date"]): float(row["ratio"]) for row in csv.DictReader(file)}


def test_every_jump_of_the_shared_list_is_reported_and_no_other() -> None:
    """All 67, but for the listing days, which have no candle before them."""
    listed, found, listings = listed_jumps(), dict[tuple[str, str], float](), set[tuple[str, str]]()
    for path in sorted(real("1d").glob("*.parquet")):
        candles = from_file(path.stem)
        listings.add((path.stem, str(trading_date(int(candles.time[0])))))
        found |= {(path.stem, str(jump.day)): jump.ratio for jump in unexplained_jumps(candles)}
    assert len(listed) == 67
    assert found.keys() == listed.keys() - listings | AFTER_GAPS
    assert all(found[key] == pytest.approx(listed[key], abs=1e-4) for key in found.keys() & listed.keys())


@pytest.mark.parametrize("symbol", sorted({symbol for symbol, _ in KNOWN}))
def test_no_crash_is_left_where_the_actions_are_known(symbol: str) -> None:
    """What remains are the days nothing explains, and they are reported."""
    known = [
        CorporateAction(date.fromisoformat(day), kind, numerator, denominator)
        for (name, day), (kind, numerator, denominator) in KNOWN.items()
        if name == symbol
    ]
    candles = from_file(symbol)
    left = {str(jump.day) for jump in unexplained_jumps(candles, known)}
    unknown = {
        day for name, day in {*listed_jumps(), *AFTER_GAPS} if name == symbol and (name, day) not in KNOWN
    }
    assert left == unknown - {"2019-10-01"}
    series = adjusted(candles, known)
    assert np.all(series.low <= np.minimum(series.open, series.close))
    days = [trading_date(int(at)) for at in candles.time]
    for row, (before, after) in enumerate(pairwise(days), start=1):
        if any(before < action.ex_date <= after for action in known):
            assert 0.78 < series.open[row] / series.close[row - 1] < 1.35


def test_the_vendors_own_adjustment_is_told_when_it_is_made_twice() -> None:
    """RELIANCE by fifteen minutes came adjusted: with its bonus applied again it leaps, and that is said."""
    table = pq.read_table(real("15m/RELIANCE.parquet"))
    opened, high, low, close = (table[name].to_numpy() for name in ("open", "high", "low", "close"))
    time = table["timestamp"].cast("int64").to_numpy()
    volume = table["volume"].to_numpy()
    candles = Candles("RELIANCE", Interval.FIFTEEN_MINUTES, time, opened, high, low, close, volume)
    assert unexplained_jumps(candles) == ()
    (jump,) = unexplained_jumps(candles, [CorporateAction(date(2024, 10, 28), BONUS, 1, 1)])
    assert (jump.day, jump.ratio > 1.9) == (date(2024, 10, 28), True)
