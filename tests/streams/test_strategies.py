"""Strategies are registered by key, refused by name when they cannot work, and pinned by their source."""

import inspect
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import Field, ValidationError

from streams.columns import lag, when
from streams.domain.market import Interval
from streams.strategies import BaseStrategy, StrategyConfig, StrategyRefused, StrategyRegistry, built_in
from streams.strategies.base import BARS, Bars, Intents, build, source_hash, target
from streams.strategies.sma_crossover import SmaCrossover


class Steady(BaseStrategy):
    """Always wants the same."""

    key = "steady"

    class Config(StrategyConfig):
        """A size."""

        size: int = Field(1, ge=0)

    def intents(self, bars: Bars, config: Any) -> Intents:
        """The size."""
        return target(config.size)


class Prophet(Steady):
    """Wants to know the next close."""

    key = "prophet"

    def intents(self, bars: Bars, config: Any) -> Intents:
        """Cannot be written."""
        return target(when(lag(bars.close, -1) > bars.close, 1, 0))


class Branching(Steady):
    """Asks a column for its truth."""

    key = "branching"

    def intents(self, bars: Bars, config: Any) -> Intents:
        """An if, where `when` was meant."""
        return target(1 if bars.close > bars.open else 0)


class Bare(Steady):
    """Forgets to say target."""

    key = "bare"

    def intents(self, bars: Bars, config: Any) -> Any:
        """A column, where Intents were meant."""
        return bars.close


class Nameless(Steady):
    """Has no key."""

    key = ""


class Demanding(Steady):
    """Has a setting without a default."""

    key = "demanding"

    class Config(StrategyConfig):
        """No form can be shown for it."""

        size: int


def config(**settings: int) -> SmaCrossover.Config:
    """The crossover's config with these settings."""
    return SmaCrossover.Config.model_validate(settings)


def test_a_registered_strategy_is_found_by_its_key() -> None:
    """And listed in the order of keys, whatever the order of registration."""
    registry = StrategyRegistry([Steady, SmaCrossover])
    assert registry.get("steady") is Steady
    assert registry.get("unheard_of") is None
    assert registry.kinds() == (SmaCrossover, Steady)


def test_a_key_is_taken_once() -> None:
    """A second strategy under it would trade where the first was meant."""
    registry = StrategyRegistry([Steady])
    with pytest.raises(StrategyRefused, match="the key 'steady' is taken"):
        registry.register(Steady)


def test_a_strategy_without_a_key_is_refused() -> None:
    """Runs and versions name it by key."""
    with pytest.raises(StrategyRefused, match="Nameless: the key '' is missing"):
        StrategyRegistry([Nameless])


def test_a_strategy_that_tries_to_see_the_future_is_refused_with_the_column_named() -> None:
    """At registration: it never reaches a run."""
    with pytest.raises(StrategyRefused, match=re.escape("prophet: lag(close, -1) would look ahead")):
        StrategyRegistry([Prophet])


def test_a_strategy_that_branches_on_a_column_is_refused_with_the_column_named() -> None:
    """There is no one truth for all candles."""
    with pytest.raises(StrategyRefused, match=re.escape("branching: greater(close, open) has no truth")):
        StrategyRegistry([Branching])


def test_a_strategy_that_returns_no_target_is_refused() -> None:
    """A bare column does not say what is asked for."""
    with pytest.raises(StrategyRefused, match=re.escape("bare: intents() returned close, not target(...)")):
        StrategyRegistry([Bare])


def test_a_strategy_whose_config_has_no_defaults_is_refused() -> None:
    """Defaults make the form; without them there is nothing to build the columns from."""
    with pytest.raises(StrategyRefused, match="demanding: its Config has no complete defaults"):
        StrategyRegistry([Demanding])


def test_a_refused_strategy_leaves_the_registry_as_it_was() -> None:
    """Its key stays free."""
    registry = StrategyRegistry()
    with pytest.raises(StrategyRefused):
        registry.register(Prophet)
    assert registry.get("prophet") is None


def test_a_target_cannot_be_a_condition() -> None:
    """A condition says nothing of how many."""
    with pytest.raises(TypeError, match="is given a condition, not a number"):
        target(BARS.close > 0)


@pytest.mark.parametrize(
    "settings",
    [{"fast": 1}, {"fast": 201}, {"slow": 2}, {"slow": 401}, {"quantity": 0}, {"quantity": 10**7 + 1}],
    ids=str,
)
def test_the_sma_crossover_keeps_its_numbers_within_bounds(settings: dict[str, int]) -> None:
    """The bounds are also the form's and the optimiser's."""
    with pytest.raises(ValidationError):
        config(**settings)


def test_the_slow_average_must_be_slower() -> None:
    """Averages of the same window never cross."""
    with pytest.raises(ValidationError, match=r"slow \(30\) must be more than fast \(30\)"):
        config(fast=30, slow=30)


def test_an_unknown_setting_is_refused_and_a_known_one_stays_what_it_was() -> None:
    """A misspelt name must not be swallowed; a config is pinned to its run."""
    with pytest.raises(ValidationError, match="extra"):
        config(fastest=1)
    pinned: Any = config()
    with pytest.raises(ValidationError, match="frozen"):
        pinned.fast = 3


def test_the_sma_crossover_needs_as_many_candles_as_its_slow_average() -> None:
    """Its look-back is derived from its columns."""
    assert build(SmaCrossover, config(fast=2, slow=50)).lookback(Interval.ONE_MINUTE) == 49


def test_a_strategy_is_pinned_by_the_source_of_its_file() -> None:
    """The same file gives the same hash, another file another."""
    assert source_hash(SmaCrossover) == source_hash(SmaCrossover)
    assert len(source_hash(SmaCrossover)) == 64
    assert source_hash(SmaCrossover) != source_hash(Steady)


def test_an_edited_file_is_not_the_code_that_runs(tmp_path: Path) -> None:
    """The hash is of what was registered, until the file is loaded anew."""
    file = tmp_path / "edited.py"
    file.write_text(Path(inspect.getfile(SmaCrossover)).read_text())
    loaded = [load(file)]
    StrategyRegistry(loaded)
    before = source_hash(loaded[0])

    file.write_text(file.read_text() + "# another thought\n")

    assert source_hash(loaded[0]) == before
    assert source_hash(load(file)) != before


def load(file: Path) -> type[BaseStrategy]:
    """The strategy in a file, as a module of its own."""
    spec = spec_from_file_location(f"loaded_{uuid4().hex}", file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[BaseStrategy] = module.SmaCrossover
    return found


def test_every_built_in_strategy_says_what_it_is_and_describes_its_settings() -> None:
    """The form is made of it."""
    for strategy in built_in().kinds():
        schema = strategy.Config.model_json_schema()["properties"]
        assert strategy.title
        assert strategy.__doc__
        assert all(setting["description"] and "default" in setting for setting in schema.values())
