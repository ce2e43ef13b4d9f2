"""`medha candles resample`: longer candles of stored ones, into the store."""

from pathlib import Path

import pytest

from app.importing.actions import Declined, export_words, import_words, resample_words
from app.store.engine import Store
from tests.app.importing.candle_files import row, written
from tests.app.importing.test_actions import SERIES, words

MINUTES = [row(f"09:{minute}", f"{99 + minute / 100}") for minute in range(15, 27)]


async def exported(store: Store, folder: Path, interval: str) -> list[str]:
    """A stored series of the instrument as CSV."""
    file = folder / f"{interval}.csv"
    await export_words(store, words("export", file, "--instrument", "NSE:TESTED", "--interval", interval))
    return file.read_text().splitlines()[1:]


async def test_minutes_become_longer_candles_in_the_store(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twelve minutes: two of five and a third begun, over since that day; again, nothing is new."""
    await import_words(store, words("import", written(tmp_path, MINUTES), *SERIES))
    capsys.readouterr()
    for expected in ("3 added, 0 unchanged", "0 added, 3 unchanged"):
        await resample_words(store, words("resample", *SERIES, "--into", "5m"))
        assert f"NSE:TESTED 5m: {expected}, 0 replaced, from 12 1m candles" in capsys.readouterr().out
    assert await exported(store, tmp_path, "5m") == [
        "2025-01-02 03:45:00Z,100,101,99,99.19,50",
        "2025-01-02 03:50:00Z,100,101,99,99.24,50",
        "2025-01-02 03:55:00Z,100,101,99,99.26,20",
    ]


async def test_what_differs_from_stored_candles_waits_for_a_word(store: Store, tmp_path: Path) -> None:
    """Nothing is stored until --replace says so."""
    await import_words(store, words("import", written(tmp_path, MINUTES), *SERIES))
    other = written(tmp_path, [row("09:20", "99.5")], "other.csv")
    await import_words(store, words("import", other, "--instrument", "NSE:TESTED", "--interval", "5m"))
    resampling = words("resample", *SERIES, "--into", "5m")
    with pytest.raises(Declined, match=r"1 candles differ .* 2025-01-02 09:20:00 IST; --replace"):
        await resample_words(store, resampling)
    assert len(await exported(store, tmp_path, "5m")) == 1
    resampling.replace = True
    await resample_words(store, resampling)
    assert len(await exported(store, tmp_path, "5m")) == 3


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--into", "1m"], "1m candles do not make 1m ones"),
        (["--into", "5m", "--from", "2025-01-03"], "no 1m candles"),
        (["--into", "5m", "--instrument", "NSE:NOBODY"], "not known here"),
    ],
)
async def test_what_cannot_be_made_is_refused_by_name(
    store: Store, tmp_path: Path, options: list[str], reason: str
) -> None:
    """Not coarser, nothing there, nobody known."""
    await import_words(store, words("import", written(tmp_path, MINUTES), *SERIES))
    with pytest.raises(Declined, match=reason):
        await resample_words(store, words("resample", *SERIES, *options))
