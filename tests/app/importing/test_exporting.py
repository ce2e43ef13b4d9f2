"""Exported files are the standard form: this importer reads them back to the same candles."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from app.importing.exporting import export_candles
from app.importing.importer import Imported
from app.importing.synthetic import SYNTHETIC, full_sessions, synthetic_candles
from app.store.engine import Store
from streams.domain.market import Interval
from tests.app.importing.candle_files import imported

CANDLES = synthetic_candles(SYNTHETIC[1].key, Interval.FIVE_MINUTES, full_sessions(date(2024, 12, 31), 30), 5)


@pytest.mark.parametrize("pair", [(".csv", ".parquet"), (".parquet", ".csv")])
async def test_both_forms_hold_the_same_candles(store: Store, tmp_path: Path, pair: tuple[str, str]) -> None:
    """The second form finds nothing new after the first, in either order."""
    added = []
    for suffix in pair:
        export_candles(CANDLES, tmp_path / f"candles{suffix}")
        outcome = await imported(
            store, tmp_path / f"candles{suffix}", interval=Interval.FIVE_MINUTES, of=SYNTHETIC[1]
        )
        assert isinstance(outcome, Imported)
        added.append(outcome.written[:3])
    assert added == [(len(CANDLES), 0, 0), (0, len(CANDLES), 0)]


def test_parquet_has_instants_with_their_zone(tmp_path: Path) -> None:
    """So that a notebook or DuckDB needs no explanation."""
    export_candles(CANDLES, tmp_path / "candles.parquet")
    schema = pyarrow.parquet.read_schema(tmp_path / "candles.parquet")
    assert schema.names == ["timestamp", "open", "high", "low", "close", "volume"]
    assert schema.types == [pa.timestamp("us", "UTC"), *[pa.float64()] * 4, pa.int64()]


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """The new one takes its place only when it is whole; here a folder stands in the way."""
    (tmp_path / "candles.csv").mkdir()
    with pytest.raises(OSError, match="directory"):
        export_candles(CANDLES, tmp_path / "candles.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["candles.csv"]
