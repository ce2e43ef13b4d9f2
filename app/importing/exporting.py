"""Candles to a file that any notebook, DuckDB or this importer reads: Parquet or CSV, by its suffix."""

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from app.importing.files import PRICES
from app.store.arrow import arrow_array
from streams.domain.market import Candles

SUFFIXES = (".parquet", ".csv")


def export_candles(candles: Candles, path: Path) -> None:
    """Writes open times in UTC with their zone, prices as float64, volume as int64.

    The file appears whole or not at all. Raises ValueError for another suffix, OSError when it cannot be.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path.name} must end in {' or '.join(SUFFIXES)}")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(candles_table(candles), unfinished, path.suffix.lower())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def candles_table(candles: Candles) -> Any:
    """The columns of the standard form: timestamp, open, high, low, close, volume."""
    times = arrow_array(candles.time).cast(pa.timestamp("us", "UTC"))
    columns = {"timestamp": times} | {name: arrow_array(getattr(candles, name)) for name in PRICES}
    return pa.table(columns | {"volume": arrow_array(candles.volume)})


def _write(table: Any, path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, compression="zstd")
        return
    # Candles open on whole seconds, and a stamp without a fraction is what other readers expect.
    seconds = table.set_column(0, "timestamp", table["timestamp"].cast(pa.timestamp("s", "UTC")))
    options = pyarrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
    pyarrow.csv.write_csv(seconds, path, options)
