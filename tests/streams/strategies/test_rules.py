"""Each strategy asks for what its docstring says, candle by candle, and for the distances it says."""

from collections.abc import Callable
from typing import Any

import pytest

from streams import signals
from streams.asked import Asked as Columns
from streams.domain.intents import Action
from streams.domain.market import Chunk
from streams.strategies import BaseStrategy, built_in
from streams.strategies.base import build
from tests.builders import instruments
from tests.laws.lively import lively
from tests.streams.strategies import plainly
from tests.streams.strategies.loops import Asked, Rules, market_of, rises

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "sma_crossover": [{}, {"fast": 3, "slow": 8, "quantity": 7}],
    "ema_crossover_atr_stop": [{}, {"fast": 3, "slow": 10, "allow_short": True, "atr_window": 5}],
    "opening_range_breakout": [{}, {"minutes": 15, "target_ranges": 1.5}],
    "vwap_reversion": [{}, {"window": 20, "entry": 1.5}],
    "supertrend_follower": [{}, {"window": 5, "multiplier": 2}],
    "rsi_mean_reversion": [{"allow_short": True}, {"window": 5, "trend": 50, "allow_short": True}],
    "donchian_breakout": [{"allow_short": True}, {"entry": 40, "leave": 15, "allow_short": True}],
    "bollinger_squeeze": [{}, {"window": 10, "memory": 60, "recent": 2, "quiet_percent": 35}],
    "gap_fade": [{}, {"least_percent": 0.2, "most_percent": 1}],
}
CASES = [(key, settings) for key, each in SETTINGS.items() for settings in each]
FIXED = ("sma_crossover", "vwap_reversion", "supertrend_follower", "rsi_mean_reversion")
DISTANT = [case for case in CASES if case[0] not in FIXED]
"""Those whose stops are columns."""

RECOVERED = 250
"""Candles past the look-back after which a Supertrend no longer shows where it started."""


def kind(key: str) -> type[BaseStrategy]:
    """The built-in strategy."""
    found = built_in().get(key)
    assert found is not None
    return found


def asked(key: str, config: Any, chunk: Chunk) -> tuple[Columns, int]:
    """What the strategy asks for, and the first row past its look-back."""
    intents = build(kind(key), config)
    known = signals.start(intents, chunk[0].interval, instruments(len(chunk)))
    settled = RECOVERED * (key == "supertrend_follower")
    return signals.form(known, chunk)[1], intents.lookback(chunk[0].interval) + settled


def told(columns: Columns, instrument: int = 0) -> list[Asked]:
    """The intents of an instrument as row, action and what is wanted: entries and exits by their sign."""
    rows = zip(columns.row.tolist(), columns, strict=True)
    return [(row, each.action.value, _wanted(each)) for row, each in rows if each.instrument == instrument]


def _wanted(intent: Any) -> int:
    target: int = intent.target
    return target if intent.action is Action.TARGET else (target > 0) - (target < 0)


@pytest.mark.parametrize(("key", "settings"), CASES, ids=str)
def test_a_strategy_asks_for_what_its_docstring_says(key: str, settings: dict[str, Any]) -> None:
    """Row by row what the plain loop over the same candles finds."""
    # given
    config, chunk = kind(key).Config(**settings), lively(days=80)
    plain: Callable[..., Rules | list[Asked]] = getattr(plainly, key)
    rules = plain(market_of(chunk[0]), config)
    # when
    columns, since = asked(key, config, chunk)
    # then
    found = [each for each in told(columns) if each[0] > since]
    expected = rises(rules) if isinstance(rules, Rules) else rules
    assert found == [each for each in expected if each[0] > since]
    assert len(found) > 5


@pytest.mark.parametrize(("key", "settings"), DISTANT, ids=str)
def test_an_entry_carries_the_distances_of_its_candle(key: str, settings: dict[str, Any]) -> None:
    """To the unit, where the distance is a column."""
    config, chunk = kind(key).Config(**settings), lively(days=80)
    rules: Rules = getattr(plainly, key)(market_of(chunk[0]), config)
    columns, since = asked(key, config, chunk)
    for row, intent in zip(columns.row.tolist(), columns, strict=True):
        if intent.action is Action.ENTER and row > since:
            assert intent.stop_loss.points == pytest.approx(rules.stop[row] * 10_000, abs=0.51)
            if rules.profit[row] == rules.profit[row]:
                assert intent.take_profit.points == pytest.approx(rules.profit[row] * 10_000, abs=0.51)


@pytest.mark.parametrize("settings", [{}, {"window": 20, "entry": 1.5, "leave": 0.2, "give_up": 3}], ids=str)
def test_a_pair_is_traded_one_leg_against_the_other(settings: dict[str, Any]) -> None:
    """The same rows, the opposite sides, the same money in each leg."""
    # given
    config, chunk = kind("pairs_spread").Config(**settings), lively(2)
    expected = plainly.pairs_spread(market_of(chunk[0]), market_of(chunk[1]), config)
    # when
    columns, since = asked("pairs_spread", config, chunk)
    # then
    money = 100_000 * 10_000
    late = [(row, action, side * money) for row, action, side in expected if row > since]
    assert [each for each in told(columns) if each[0] > since] == late
    assert [each for each in told(columns, 1) if each[0] > since] == [(r, a, -side) for r, a, side in late]
    assert len(late) > 5
