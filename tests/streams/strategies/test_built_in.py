"""The built-in strategies: their settings, how they protect and size, that they act on real candles."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from streams import signals
from streams.domain.intents import NOWHERE, Action, Intent, Sizing
from streams.domain.market import Candles, Chunk, Interval
from streams.strategies import BaseStrategy, built_in
from streams.strategies.base import build
from tests.builders import instruments
from tests.laws.lively import lively
from tests.market_data import real

TEN = (
    "bollinger_squeeze",
    "donchian_breakout",
    "ema_crossover_atr_stop",
    "gap_fade",
    "opening_range_breakout",
    "pairs_spread",
    "rsi_mean_reversion",
    "sma_crossover",
    "supertrend_follower",
    "vwap_reversion",
)


def kind(key: str) -> type[BaseStrategy]:
    """The built-in strategy."""
    found = built_in().get(key)
    assert found is not None
    return found


def intents(key: str, chunk: Chunk, **settings: Any) -> tuple[Intent, ...]:
    """What it asks for."""
    asked = build(kind(key), kind(key).Config(**settings))
    known = signals.start(asked, chunk[0].interval, instruments(len(chunk)))
    return signals.form(known, chunk)[1].intents()


def test_there_are_ten() -> None:
    """Each under its own key, with a title and words for the form."""
    assert tuple(each.key for each in built_in().kinds()) == TEN
    for strategy in built_in().kinds():
        settings = strategy.Config.model_json_schema()["properties"]
        assert strategy.title
        assert len((strategy.__doc__ or "").split()) > 10
        assert all(each["description"] and "default" in each for each in settings.values()), strategy.key


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("ema_crossover_atr_stop", {"fast": 26}, r"slow \(26\) must be more than fast \(26\)"),
    ("ema_crossover_atr_stop", {"stop_ranges": 0}, "greater than or equal to 0.25"),
    ("opening_range_breakout", {"last_entry": "15:10"}, r"square_off \(15:10\) must be after last_entry"),
    ("opening_range_breakout", {"square_off": "25:00"}, "should match pattern"),
    ("opening_range_breakout", {"minutes": 4}, "greater than or equal to 5"),
    ("vwap_reversion", {"first_entry": "14:50"}, r"first_entry \(14:50\), .* must follow one another"),
    ("vwap_reversion", {"window": 1}, "greater than or equal to 5"),
    ("supertrend_follower", {"multiplier": 0.1}, "greater than or equal to 0.5"),
    ("supertrend_follower", {"capital_percent": 501}, "less than or equal to 500"),
    ("rsi_mean_reversion", {"oversold": 45, "leave": 40}, r"leave \(40\) must be more than oversold \(45\)"),
    ("rsi_mean_reversion", {"patience": 0}, "greater than or equal to 1"),
    ("donchian_breakout", {"entry": 5}, r"leave \(10\) must be at most entry \(5\)"),
    ("donchian_breakout", {"positions": 11}, "less than or equal to 10"),
    ("bollinger_squeeze", {"quiet_percent": 51}, "less than or equal to 50"),
    ("pairs_spread", {"entry": 4}, r"leave \(0.5\), entry \(4\) and give_up \(4\) must rise"),
    ("pairs_spread", {"spread": "SUM"}, "Input should be 'RATIO' or 'DIFFERENCE'"),
    ("gap_fade", {"least_percent": 2.5}, r"most_percent \(2.5\) must be more than least_percent \(2.5\)"),
    ("gap_fade", {"square_off": "09:30"}, r"square_off \(09:30\) must be after last_entry \(09:30\)"),
    *((key, {"allow_shorts": True}, "Extra inputs are not permitted") for key in TEN),
    *((key, {"quantity": 0}, "greater than or equal to 1") for key in TEN if key != "pairs_spread"),
    *((key, {"risk_percent": 11}, "less than or equal to 10") for key in ("gap_fade", "donchian_breakout")),
]


@pytest.mark.parametrize(("key", "settings", "sentence"), REFUSED, ids=str)
def test_settings_that_make_no_sense_are_refused(key: str, settings: dict[str, Any], sentence: str) -> None:
    """By their bounds, or against one another."""
    with pytest.raises(ValidationError, match=sentence):
        kind(key).Config(**settings)


@pytest.mark.parametrize("key", [key for key in TEN if key not in ("sma_crossover", "pairs_spread")])
def test_nothing_is_sold_short_where_that_is_not_allowed(key: str) -> None:
    """And something is, where it is."""
    entered = {
        allowed: [
            each.target < 0
            for each in intents(key, lively(days=90), allow_short=allowed)
            if each.action is not Action.EXIT
        ]
        for allowed in (True, False)
    }
    assert any(entered[True])
    assert entered[False]
    assert not any(entered[False])


@pytest.mark.parametrize("key", [key for key in TEN if "risk_percent" in kind(key).Config.model_fields])
def test_a_strategy_that_sizes_by_risk_has_a_stop_on_every_entry(key: str) -> None:
    """Half a per cent of equity, and a distance to lose it over."""
    entered = [
        each for each in intents(key, lively(days=90), risk_percent=0.5) if each.action is Action.ENTER
    ]
    assert entered
    for each in entered:
        assert each.manner.sizing is Sizing.RISK
        assert abs(each.target) == 5_000
        assert each.stop_loss != NOWHERE


def test_what_is_fixed_for_a_run_of_each() -> None:
    """The day's strategies end it by the clock, the patient one by candles, the turtle adds."""
    manner = {key: build(kind(key), kind(key).Config()).asks[0].manner for key in TEN}
    assert manner["opening_range_breakout"].square_off == 15 * 60 + 10
    assert manner["vwap_reversion"].square_off == 15 * 60 + 10
    assert manner["gap_fade"].square_off == 11 * 60 + 30
    assert manner["rsi_mean_reversion"].exit_after == 40
    assert manner["pairs_spread"].sizing is Sizing.VALUE
    adding = build(
        kind("donchian_breakout"), kind("donchian_breakout").Config.model_validate({"positions": 4})
    )
    assert adding.asks[0].manner.pyramiding == 4


def test_a_supertrend_sized_by_capital_lays_out_a_share() -> None:
    """In parts per million of equity; without a last-resort stop where none is wanted."""
    found = intents("supertrend_follower", lively(), capital_percent=50, disaster_percent=0, allow_short=True)
    assert {abs(each.target) for each in found} == {500_000}
    assert {each.stop_loss for each in found} == {NOWHERE}


def test_an_index_without_volume_has_no_vwap_to_revert_to() -> None:
    """The strategy stays out."""
    (candles,) = lively()
    silent = Candles(
        candles.instrument,
        candles.interval,
        candles.time,
        candles.open,
        candles.high,
        candles.low,
        candles.close,
        candles.volume * 0,
    )
    assert not [each for each in intents("vwap_reversion", (silent,)) if each.action is Action.ENTER]


def test_where_the_price_stands_still_no_distance_from_the_vwap_is_great() -> None:
    """Candles without trades repeat the last price: once all in the window do, nothing deviates."""
    # given
    (candles,) = lively(days=10)
    rows = np.arange(len(candles))
    still = rows % 75 >= 20
    flat = candles.close[np.maximum.accumulate(np.where(still, 0, rows))]
    halted = replace(
        candles,
        open=np.where(still, flat, candles.open),
        high=np.where(still, flat, candles.high),
        low=np.where(still, flat, candles.low),
        close=flat,
        volume=np.where(still, 0, candles.volume),
    )
    # when
    moving, resting = (
        intents("vwap_reversion", (halted,), window=20, first_entry=since) for since in ("10:00", "12:30")
    )
    # then
    assert [each for each in moving if each.action is Action.ENTER]
    assert not [each for each in resting if each.action is Action.ENTER]


REAL = {
    "bollinger_squeeze": (("15m/SBIN", "15m"), 150),
    "donchian_breakout": (("1d/RELIANCE", "1d"), 100),
    "ema_crossover_atr_stop": (("15m/SBIN", "15m"), 400),
    "gap_fade": (("5m/SBIN", "5m"), 40),
    "opening_range_breakout": (("5m/SBIN", "5m"), 150),
    "rsi_mean_reversion": (("15m/SBIN", "15m"), 100),
    "sma_crossover": (("1m/RELIANCE", "1m"), 500),
    "supertrend_follower": (("15m/SBIN", "15m"), 300),
    "vwap_reversion": (("5m/SBIN", "5m"), 100),
}
"""Where each is at home, and how often it acts there at least."""


@pytest.mark.parametrize("key", REAL)
def test_a_strategy_acts_on_the_real_candles_that_suit_it(key: str) -> None:
    """Months or years of one stock, at the interval its docstring names."""
    (path, interval), least = REAL[key]
    assert len(intents(key, (candles_of(path, Interval(interval), "NSE:TEST0"),))) >= least


def test_the_pair_acts_on_two_banks() -> None:
    """State Bank and ICICI, by fifteen minutes: both legs each time."""
    quarter = Interval.FIFTEEN_MINUTES
    pair = candles_of("15m/SBIN", quarter, "NSE:TEST0"), candles_of("15m/ICICIBANK", quarter, "NSE:TEST1")
    found = intents("pairs_spread", pair)
    assert len(found) > 500
    assert {(a.time, a.target) for a in found if not a.instrument} == {
        (b.time, -b.target) for b in found if b.instrument
    }


def test_the_muhurat_hour_opens_too_late_to_fade_its_gap() -> None:
    """4 November 2021: an evening session; the gap of the next morning is faded or not by itself."""
    nifty = candles_of("1m/NIFTY", Interval.ONE_MINUTE, "NSE:TEST0")
    first, last = (micros(datetime(2021, 11, day, tzinfo=UTC)) for day in (1, 12))
    found = intents("gap_fade", (nifty.between(first, last),), least_percent=0.05, most_percent=5)
    days = {datetime.fromtimestamp(each.time / 1e6, UTC).day for each in found}
    assert 4 not in days
    assert days


def candles_of(path: str, interval: Interval, key: str) -> Candles:
    """Real candles under a made-up key."""
    table = pq.read_table(real(f"{path}.parquet"))
    time = table["timestamp"].cast("int64").to_numpy()
    opened, high, low, close = (table[name].to_numpy() for name in ("open", "high", "low", "close"))
    return Candles(key, interval, time, opened, high, low, close, table["volume"].to_numpy())


def micros(moment: datetime) -> int:
    """Microseconds since the epoch."""
    return int(moment.timestamp()) * 1_000_000
