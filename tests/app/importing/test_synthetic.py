"""The synthetic market: the same on every machine, shaped like NSE's, and labelled."""

import hashlib
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from app.importing.synthetic import SYNTHETIC, TICK, full_sessions, synthetic_candles, synthetic_name
from app.store.merging import KINDS
from streams.domain.market import Candles, Exchange, InstrumentKind, Interval
from streams.sessions import placement

DAYS = full_sessions(date(2025, 6, 30), 20)
MINUTES = {i.key: synthetic_candles(i.key, Interval.ONE_MINUTE, DAYS, 7) for i in SYNTHETIC}
ALPHA = MINUTES["NSE:SYNTH-ALPHA"]


def digest(candles: Candles) -> str:
    """A fingerprint of every bit."""
    columns = b"".join(np.ascontiguousarray(getattr(candles, name)).tobytes() for name in KINDS)
    return hashlib.sha256(columns).hexdigest()[:16]


def test_the_same_seed_makes_the_same_market_everywhere() -> None:
    """The fingerprint is written down: another machine or version that differs is found out."""
    assert digest(ALPHA) == "6db770bb26209b57"
    assert digest(synthetic_candles(ALPHA.instrument, Interval.ONE_MINUTE, DAYS, 8)) != digest(ALPHA)


def test_earlier_sessions_do_not_depend_on_later_ones() -> None:
    """A longer history begins with the shorter one."""
    shorter = synthetic_candles(ALPHA.instrument, Interval.ONE_MINUTE, DAYS[:3], 7)
    assert digest(shorter) == digest(ALPHA.rows(0, len(shorter)))


@pytest.mark.parametrize("candles", MINUTES.values(), ids=list(MINUTES))
def test_a_session_is_375_sound_minutes_on_the_tick(candles: Candles) -> None:
    """Inside the session, high and low around open and close, prices on the tick, shares traded."""
    placed = placement(Exchange.NSE, InstrumentKind.EQUITY, Interval.ONE_MINUTE, candles.time)
    assert placed.inside.all()
    assert placed.aligned.all()
    assert len(candles) == 375 * len(DAYS)
    assert (candles.low <= np.minimum(candles.open, candles.close)).all()
    assert (candles.high >= np.maximum(candles.open, candles.close)).all()
    assert (np.rint(candles.close * 10_000) % TICK == 0).all()
    assert (candles.volume > 0).all()


@pytest.mark.parametrize("candles", MINUTES.values(), ids=list(MINUTES))
def test_averages_of_5_and_15_minutes_cross_several_times_a_session(candles: Candles) -> None:
    """So that a demonstration shows trades on any day."""
    for close in candles.close.reshape(-1, 375):
        fast, slow = (np.convolve(close, np.ones(n) / n, "valid")[15 - n :] for n in (5, 15))
        sides = np.sign(fast - slow)
        assert np.count_nonzero(np.diff(sides[sides != 0])) >= 4


def test_the_day_is_loudest_at_its_ends() -> None:
    """Volume and movement are shaped like a U."""
    volume = ALPHA.volume.reshape(-1, 375).mean(axis=0)
    moved = (ALPHA.high - ALPHA.low).reshape(-1, 375).mean(axis=0)
    for shape in (volume, moved):
        assert min(shape[:30].mean(), shape[-30:].mean()) > 1.3 * shape[170:200].mean()


def test_the_instruments_move_together() -> None:
    """One market factor: each pair is correlated, none is a copy."""
    moves = [np.diff(np.log(candles.close)) for candles in MINUTES.values()]
    pairs = np.corrcoef(moves)[np.triu_indices(len(moves), 1)]
    assert ((pairs > 0.2) & (pairs < 0.95)).all()


@pytest.mark.parametrize("interval", [i for i in Interval if i is not Interval.ONE_MINUTE])
def test_longer_candles_are_made_of_the_minutes(interval: Interval) -> None:
    """The same opens, extremes, closes and volumes, on the interval's grid."""
    longer = synthetic_candles(ALPHA.instrument, interval, DAYS, 7)
    starts = np.searchsorted(ALPHA.time, longer.time)
    placed = placement(Exchange.NSE, InstrumentKind.EQUITY, interval, longer.time)
    assert placed.aligned.all()
    assert_array_equal(longer.open, ALPHA.open[starts])
    assert_array_equal(longer.high, np.maximum.reduceat(ALPHA.high, starts))
    assert_array_equal(longer.low, np.minimum.reduceat(ALPHA.low, starts))
    assert_array_equal(longer.close, ALPHA.close[np.append(starts[1:], len(ALPHA)) - 1])
    assert_array_equal(longer.volume, np.add.reduceat(ALPHA.volume, starts))


def test_full_sessions_leave_out_weekends_drills_and_muhurat() -> None:
    """Only days of the whole 375 minutes."""
    days = full_sessions(date(2024, 11, 4), 200)
    assert days == sorted(days)
    assert len(days) == 200
    assert not {date(2024, 11, 1), date(2024, 11, 2), date(2024, 5, 18)} & set(days)
    assert date(2024, 11, 4) in days


def test_what_is_synthetic_is_called_so() -> None:
    """Another key is refused: nobody's real instrument gets invented prices."""
    assert synthetic_name("NSE:SYNTH-ALPHA") == "Synthetic Alpha"
    with pytest.raises(ValueError, match="not a synthetic instrument"):
        synthetic_candles("NSE:RELIANCE", Interval.ONE_MINUTE, DAYS, 7)


def test_no_sessions_make_no_candles() -> None:
    """The empty market has its columns all the same."""
    assert len(synthetic_candles(ALPHA.instrument, Interval.FIVE_MINUTES, [], 7)) == 0
