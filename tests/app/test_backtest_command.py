"""`medha backtest` and `medha strategies`: a strategy of one's own, from a file to figures."""

import json
from pathlib import Path

import pytest

from app.cli import main
from tests.servers import medha

OWN = '''
"""Mine."""

from pydantic import Field

from streams.columns import lag
from streams.strategies.language import Bars, BaseStrategy, Intents, StrategyConfig, points, target
from streams.columns import when


class Riser(BaseStrategy):
    """Long after a rise, flat after a fall."""

    key = "riser"

    class Config(StrategyConfig):
        """Its one setting."""

        quantity: int = Field(5, ge=1)

    def intents(self, bars: Bars, config: Config) -> Intents:
        """The sign of the last step."""
        return target(when(bars.close > lag(bars.close, 1), config.quantity, 0), stop_loss=points(1))
'''


def _candles(folder: Path) -> Path:
    """Ninety minutes that rise and fall, as a file."""
    rows = ["timestamp,open,high,low,close,volume"]
    for minute in range(90):
        price = 100 + (minute % 7) - (minute % 3)
        hour, rest = divmod(9 * 60 + 15 + minute, 60)
        rows.append(f"2025-01-01 {hour:02d}:{rest:02d}:00+05:30,{price},{price + 1},{price - 1},{price},100")
    file = folder / "candles.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


async def test_a_strategy_in_a_file_is_backtested_from_the_command_line(open_tmp: Path) -> None:
    """Candles in, the strategy listed, its figures out; a wrong word is answered by a sentence."""
    # given
    data, own = open_tmp / "data", open_tmp / "strategies"
    own.mkdir()
    (own / "mine.py").write_text(OWN)
    mine = {"MEDHA_STRATEGIES": str(own)}
    words = ("--instrument", "NSE:MINE", "--interval", "1m")
    code, _, err = await medha(data, "candles", "import", str(_candles(open_tmp)), *words)
    assert code == 0, err

    # when
    listed = await medha(data, "strategies", "list", **mine)
    told = await medha(data, "backtest", "riser", *words, "--set", "quantity=3", **mine)
    figures = await medha(data, "backtest", "riser", *words, "--charge-per-order", "20", "--json", **mine)
    idle = await medha(data, "backtest", "ema_crossover_atr_stop", *words)

    # then
    assert "riser" in listed[1]
    assert "Long after a rise, flat after a fall." in listed[1]
    assert (told[0], "INDIAN charges" in told[1], '"quantity": 3' in told[1]) == (0, True, True), told
    assert "there are 90. It may never act" in idle[1]
    found = json.loads(figures[1])
    assert found["candles"] == 90
    assert found["trades"] > 5
    assert float(found["charges"]) % 20 == 0
    for wrong, sentence in (
        (("nobody", *words), "there is no strategy 'nobody'"),
        (("riser", *words, "--set", "quantity=0"), "quantity: Input should be greater than or equal to 1"),
        (("riser", "--instrument", "NSE:NONE", "--interval", "1m"), "NSE:NONE is not known here"),
        (("riser", *words, "--from", "2026-01-01"), "there are no such candles"),
        (("riser", *words, "--limit", "fun=1"), "--limit fun"),
        (("riser", *words, "--latency", "-1"), "--latency: 0 to 100 candles."),
        (("pairs_spread", *words), "needs 2 instruments and the run has 1"),
    ):
        code, _, err = await medha(data, "backtest", *wrong, **mine)
        assert (code, sentence in err) == (1, True), err


def test_a_file_is_checked_before_it_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What could be run is named; what could not is, with its cause."""
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(OWN)
    bad.write_text(OWN.replace("lag(bars.close, 1)", "lag(bars.close, -1)"))

    assert main(["strategies", "check", str(good)]) == 0
    assert "riser is fit to run: quantity" in capsys.readouterr().out
    assert main(["strategies", "check", str(bad)]) == 1
    assert "lag" in capsys.readouterr().err
