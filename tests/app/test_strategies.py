"""Strategies of one's own: from a folder, from a file, from an installed package; what fails is named."""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.logging import configure_logging
from app.strategies import Refusal, installed, load
from streams.strategies import built_in
from streams.strategies.base import source_hash
from tests.logs import lines_of, stream

__all__ = ["stream"]  # a fixture

LAWFUL = '''
from pydantic import Field

from streams.columns import lag
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, entries, percent


class {name}(BaseStrategy):
    """Buys what rises."""

    key = "{key}"
    title = "Riser"

    class Config(StrategyConfig):
        candles: int = Field(3, ge=1, le=50, description="Candles over which it has to rise.")

    def intents(self, bars: Bars, config: Config) -> Intents:
        return entries(long=bars.close > lag(bars.close, config.candles), stop_loss=percent(1))
'''
BUILT_IN = {each.key for each in built_in().kinds()}


def write(folder: Path, name: str, key: str, text: str = LAWFUL) -> Path:
    """A strategy file."""
    file = folder / name
    file.write_text(text.replace("{name}", "Riser").replace("{key}", key))
    return file


def refusals(*places: Path) -> list[tuple[str, str]]:
    """What is refused: the file's name and the cause."""
    return [(Path(each.source).name, each.cause) for each in load(map(str, places))[1]]


def test_every_file_of_a_folder_is_loaded(tmp_path: Path) -> None:
    """Beside the built-in strategies, each pinned by its own source."""
    write(tmp_path, "one.py", "one")
    write(tmp_path, "two.py", "two", LAWFUL + "\n# another file\n")
    registry, refused = load([str(tmp_path)])
    one, two = registry.get("one"), registry.get("two")
    assert refused == ()
    assert one is not None
    assert two is not None
    assert {each.key for each in registry.kinds()} == BUILT_IN | {"one", "two"}
    assert source_hash(one) != source_hash(two)
    assert one.Config().model_dump() == {"candles": 3}


def test_a_single_file_and_several_places_do_too(tmp_path: Path) -> None:
    """Files of the same name in two folders do not hide one another."""
    other = tmp_path / "other"
    other.mkdir()
    file, twin = write(tmp_path, "mine.py", "mine"), write(other, "mine.py", "yours")
    registry, refused = load([str(file), str(other)])
    mine, yours = registry.get("mine"), registry.get("yours")
    assert refused == ()
    assert mine is not None
    assert yours is not None
    assert source_hash(mine) != source_hash(yours)
    assert twin.read_text() != file.read_text()


def test_names_that_begin_with_an_underscore_are_left_alone(tmp_path: Path) -> None:
    """Notes, drafts, __init__."""
    write(tmp_path, "_draft.py", "draft")
    (tmp_path / "notes.txt").write_text("not Python")
    registry, refused = load([str(tmp_path)])
    assert refused == ()
    assert registry.get("draft") is None


FAULTY = {
    "a slip of the pen": ("def intents(:\n", r"SyntaxError: invalid syntax \(.*faulty.py, line 1\)"),
    "a name that is not there": ("x = 1\nprint(y)\n", "line 2: NameError: name 'y' is not defined"),
    "a package that is not there": (
        "import nowhere_to_be_found\n",
        "line 1: ModuleNotFoundError: No module named 'nowhere_to_be_found'",
    ),
    "a file that ends the process": ("raise SystemExit(3)\n", "line 1: SystemExit: 3"),
    "no strategy at all": ("x = 1\n", "there is no strategy in it: no class derives from BaseStrategy"),
    "a strategy without intents": (
        'from streams.strategies import BaseStrategy\n\n\nclass Half(BaseStrategy):\n    key = "half"\n',
        r"there is no strategy in it: Half has no intents\(\)",
    ),
    "a key of ours": (LAWFUL.replace("{key}", "sma_crossover"), "Riser: the key 'sma_crossover' is taken"),
    "a look ahead": (
        LAWFUL.replace("lag(bars.close, config.candles)", "lag(bars.close, -1)"),
        r"faulty: lag\(close, -1\) would look ahead: k counts candles back, from 1",
    ),
    "a mistake in an ask": (
        LAWFUL.replace("stop_loss=percent(1)", "stop_loss=1"),
        r"faulty: stop_loss=1: write stop_loss=points\(1\) or stop_loss=percent\(1\)",
    ),
    "a setting without a default": (
        LAWFUL.replace("Field(3, ", "Field("),
        "faulty: its Config has no complete defaults: candles: Field required$",
    ),
    "no settings at all": (
        (LAWFUL[: LAWFUL.index("    class Config")] + LAWFUL[LAWFUL.index("    def intents") :]).replace(
            "config: Config", "config: StrategyConfig"
        ),
        r"faulty: it has no Config: write class Config\(StrategyConfig\), with a line for each setting$",
    ),
}


@pytest.mark.parametrize(("text", "cause"), FAULTY.values(), ids=FAULTY.keys())
def test_a_file_that_cannot_be_used_is_named_with_the_cause_and_the_others_go_on(
    tmp_path: Path, text: str, cause: str
) -> None:
    """Nothing a file does stops the server."""
    write(tmp_path, "faulty.py", "faulty", text)
    write(tmp_path, "good.py", "good")
    registry, ((source, told),) = load([str(tmp_path)])
    assert registry.get("good")
    assert Path(source).name == "faulty.py"
    assert re.match(cause, told), told


def test_a_cause_is_one_line_however_much_is_in_it(tmp_path: Path) -> None:
    """An array in the place of a column would be printed whole."""
    text = LAWFUL.replace("lag(bars.close, config.candles)", "__import__('numpy').arange(1000.0)")
    write(tmp_path, "faulty.py", "faulty", text)
    ((_, cause),) = refusals(tmp_path)
    assert cause.startswith("faulty: a column or a number is wanted, not array([ 0., 1., 2.,")
    assert cause.endswith("…")
    assert len(cause) <= 300
    assert "\n" not in cause


def test_a_key_used_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    """The first file, in the order of names, has it."""
    write(tmp_path, "a.py", "same")
    write(tmp_path, "b.py", "same")
    assert refusals(tmp_path) == [("b.py", "Riser: the key 'same' is taken")]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A typing error in the setting must not pass for an empty folder."""
    assert refusals(tmp_path / "nowhere") == [("nowhere", "there is no such folder or file")]


def test_a_refusal_is_a_line_in_the_log(tmp_path: Path, stream: io.StringIO) -> None:
    """The server starts; the line says which file and why."""
    file = write(tmp_path, "faulty.py", "faulty", "x = 1\n")
    configure_logging("production", stream=stream)
    registry = installed([str(tmp_path)])
    assert {each.key for each in registry.kinds()} == BUILT_IN
    (line,) = lines_of(stream)
    assert (line["event"], line["level"], line["source"]) == ("strategy.refused", "error", str(file))
    assert line["cause"] == "there is no strategy in it: no class derives from BaseStrategy"


@pytest.fixture
def packages(tmp_path: Path) -> Iterator[Path]:
    """A place where packages are installed, for as long as the test lasts."""
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def install(packages: Path, module: str, key: str, entry: str) -> None:
    """A package that is one module and its metadata, as an installer leaves them."""
    write(packages, f"{module}.py", key)
    metadata = packages / f"{module}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[medha.strategies]\n{entry}\n")


def test_an_installed_package_brings_strategies_by_its_entry_points(packages: Path) -> None:
    """A class or a module of them; what cannot be had is named with its package."""
    install(packages, "brought_class", "brought_one", "one = brought_class:Riser")
    install(packages, "brought_module", "brought_two", "two = brought_module")
    install(packages, "brought_in_vain", "brought_three", "three = brought_in_vain:Faller")
    registry, refused = load()
    assert registry.get("brought_one")
    assert registry.get("brought_two")
    (refusal,) = refused
    assert refusal.source == "brought_in_vain: three = brought_in_vain:Faller"
    assert refusal.cause.startswith("AttributeError: ")
    assert isinstance(refusal, Refusal)
