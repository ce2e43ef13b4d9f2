"""The strategies of this installation: built in, from installed packages, and the trader's own files."""

import sys
import traceback
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract
from pathlib import Path
from textwrap import shorten
from types import ModuleType
from typing import NamedTuple

from app.logging import get_logger
from streams.strategies import BaseStrategy, StrategyRefused, StrategyRegistry, built_in

GROUP = "medha.strategies"
"""The entry points of packages that bring strategies: each names a strategy class, or a module of them."""

LONGEST_CAUSE = 300

log = get_logger(__name__)


class Refusal(NamedTuple):
    """A file or entry point that brought no strategy, and why, in a line."""

    source: str
    cause: str


def installed(places: Iterable[str] = ()) -> StrategyRegistry:
    """Every strategy there is; what cannot be had is logged by name and cause, and left out."""
    registry, refusals = load(places)
    for refusal in refusals:
        log.error("strategy.refused", source=refusal.source, cause=refusal.cause)
    return registry


def load(places: Iterable[str] = ()) -> tuple[StrategyRegistry, tuple[Refusal, ...]]:
    """All strategies, and what was refused; `places` are folders of .py files, or such files."""
    registry = built_in()
    refusals = [
        *_from_packages(registry, entry_points(group=GROUP)),
        *(refusal for place in places for refusal in _from_place(registry, Path(place).expanduser())),
    ]
    return registry, tuple(refusals)


def _from_packages(registry: StrategyRegistry, found: Iterable[EntryPoint]) -> Iterator[Refusal]:
    for each in found:
        source = f"{each.dist.name if each.dist else 'a package'}: {each.name} = {each.value}"
        try:
            loaded = each.load()
            strategies = _defined_in(loaded) if isinstance(loaded, ModuleType) else [loaded]
        except (Exception, SystemExit) as cause:
            yield Refusal(source, _told(cause))
        else:
            yield from _registered(registry, source, strategies)


def _from_place(registry: StrategyRegistry, place: Path) -> Iterator[Refusal]:
    """A folder's files in the order of their names; those that begin with an underscore are left alone."""
    if not place.exists():
        yield Refusal(str(place), "there is no such folder or file")
        return
    files = sorted(place.glob("[!_]*.py")) if place.is_dir() else [place]
    for file in files:
        try:
            strategies = _defined_in(_module(file))
        except (Exception, SystemExit) as cause:
            yield Refusal(str(file), _told(cause, file))
        else:
            yield from _registered(registry, str(file), strategies)


def _module(file: Path) -> ModuleType:
    """The file as a module of a name of its own, so that it hides no other."""
    name = f"medha_strategies:{file.resolve()}"
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError("this is not a Python file")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _defined_in(module: ModuleType) -> list[type[BaseStrategy]]:
    """Its strategies, in the order of definition; what it imports is not its own."""
    found = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, BaseStrategy) and each.__module__ == module.__name__
    ]
    strategies = [each for each in found if not isabstract(each)]
    if not strategies:
        lacking = f"{found[0].__name__} has no intents()" if found else "no class derives from BaseStrategy"
        raise StrategyRefused(f"there is no strategy in it: {lacking}")
    return strategies


def _registered(
    registry: StrategyRegistry, source: str, strategies: Iterable[type[BaseStrategy]]
) -> Iterator[Refusal]:
    for strategy in strategies:
        try:
            registry.register(strategy)
        except StrategyRefused as cause:
            yield Refusal(source, _told(cause))


def _told(cause: BaseException, file: Path | None = None) -> str:
    """The error in a line, with the line of the file that raised it."""
    lines = [
        each.lineno
        for each in traceback.extract_tb(cause.__traceback__)
        if file and each.filename == str(file)
    ]
    kind = "" if isinstance(cause, StrategyRefused) else f"{type(cause).__name__}: "
    return shorten(
        (f"line {lines[-1]}: " if lines else "") + kind + str(cause), LONGEST_CAUSE, placeholder=" …"
    )
