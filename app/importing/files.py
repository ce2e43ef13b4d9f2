"""A file's cells as they are written, with the line each came from. CSV or Parquet, told apart by content."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

BOM = b"\xef\xbb\xbf"
PRICES = ("open", "high", "low", "close")
_HEADERLESS = ("symbol", "date", "time", *PRICES, "volume", "oi")


class Unreadable(NamedTuple):
    """A file that is refused whole, and why."""

    path: Path
    reason: str


class Malformed(NamedTuple):
    """A CSV line that has not as many cells as the header."""

    number: int
    expected: int
    actual: int


@dataclass(frozen=True, eq=False)
class Cells:
    """What a file holds: an Arrow table and, for CSV, the lines that did not fit into it."""

    path: Path
    table: Any
    unit: str
    """`line` of a CSV, counted from 1 with the header; `row` of a Parquet file, from 1."""
    header: int = 0
    malformed: tuple[Malformed, ...] = field(default=())

    @cached_property
    def lines(self) -> NDArray[np.int64]:
        """The line or row number of each row of the table."""
        if self.unit == "row":
            return np.arange(1, len(self.table) + 1)
        fitting = np.ones(len(self._filled), np.bool_)
        fitting[: self.header] = False
        fitting[[bad.number - 1 for bad in self.malformed]] = False
        return self._filled[fitting]

    def line_of(self, bad: Malformed) -> int:
        """The line number of one that did not fit."""
        return int(self._filled[bad.number - 1])

    @cached_property
    def _filled(self) -> NDArray[np.int64]:
        """The numbers of the lines that are not empty: the only ones the reader counts."""
        data = np.frombuffer(self.path.read_bytes(), np.uint8)
        newline = 10 if np.any(data == 10) else 13
        ends = np.flatnonzero(data == newline)
        ends = ends if len(ends) and ends[-1] == len(data) - 1 else np.append(ends, len(data))
        lengths = np.diff(ends, prepend=-1) - 1
        only_return = (lengths == 1) & (data[ends - 1] == 13) if newline == 10 else np.zeros(len(ends), bool)
        return np.flatnonzero((lengths > 0) & ~only_return) + 1


def read_cells(path: Path, on_bytes: Callable[[int], None] = lambda count: None) -> Cells | Unreadable:
    """Reads a whole file; `on_bytes` hears how many bytes were taken in."""
    if path.exists() and not path.is_file():
        return Unreadable(path, "it is no file: name files, not folders or pipes")
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        return _parquet(path, on_bytes) if parquet else _csv(path, on_bytes)
    except pa.ArrowException as error:
        return Unreadable(path, str(error).splitlines()[0])
    except OSError as error:
        return Unreadable(path, error.strerror or str(error))


def _parquet(path: Path, on_bytes: Callable[[int], None]) -> Cells:
    with pyarrow.parquet.ParquetFile(path) as file:
        table = file.read()
    on_bytes(path.stat().st_size)
    return Cells(path, table.rename_columns([name.strip().lower() for name in table.column_names]), "row")


def _csv(path: Path, on_bytes: Callable[[int], None]) -> Cells | Unreadable:
    names, header = _names(path)
    if not names:
        return Unreadable(path, "its first line is no header with open, high, low and close between commas")
    malformed: list[Malformed] = []

    def skip(row: Any) -> str:
        malformed.append(Malformed(row.number, row.expected_columns, row.actual_columns))
        return "skip"

    with path.open("rb") as file:
        # One thread, because only then does the reader say which row did not fit.
        table = pyarrow.csv.read_csv(
            _Heard(file, on_bytes),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=list(names), skip_rows=header),
            pyarrow.csv.ParseOptions(invalid_row_handler=skip),
            pyarrow.csv.ConvertOptions(null_values=["", "null", "NULL", "NA", "N/A"]),
        )
    return Cells(path, table, "line", header, tuple(malformed))


def _names(path: Path) -> tuple[tuple[str, ...], int]:
    """The columns' names, and how many lines the header takes; no names when they cannot be told."""
    with path.open("rb") as file:
        first = file.readline(65_536).removeprefix(BOM).decode("utf-8", "replace")
    line = next(iter(first.splitlines()), "")
    cells = tuple(cell.strip().strip('"').lower() for cell in line.split(","))
    if set(PRICES) <= set(cells):
        return cells, 1
    looks_like_data = len(cells) in (8, 9) and cells[1].isdigit() and len(cells[1]) == 8 and ":" in cells[2]
    return (_HEADERLESS[: len(cells)], 0) if looks_like_data else ((), 0)


class _Heard:
    """A file whose reader tells how far it is."""

    closed = False

    def __init__(self, file: Any, on_bytes: Callable[[int], None]) -> None:
        self._file, self._on_bytes = file, on_bytes

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as of any file."""
        data: bytes = self._file.read(size)
        self._on_bytes(len(data))
        return data
