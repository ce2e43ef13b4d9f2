"""Files are known by what they hold: formats, zones and epochs, from cells to open times."""

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from app.importing.files import Cells, Unreadable, read_cells
from app.importing.opening import Series, Word, offset_of
from app.importing.rows import Rows, read_rows
from streams.domain.market import Exchange, InstrumentKind, Interval
from streams.sessions import IST, nominal_open
from tests.app.importing.candle_files import DAY, HEADER, INDIA, written

OPENS = nominal_open(Exchange.NSE, DAY)
PRICES = "100.0,101.0,99.0,100.0,10"


def read(
    path: Path, interval: str = "1m", zone: int | None = None, *, closing: bool = False
) -> tuple[Rows, str] | Unreadable:
    """A file of an NSE share as rows."""
    cells = read_cells(path)
    if isinstance(cells, Unreadable):
        return cells
    series = Series(Exchange.NSE, InstrumentKind.EQUITY, Interval(interval))
    return read_rows(cells, series, Word(zone, closing))


def times(path: Path, interval: str = "1m", zone: int | None = None) -> list[int]:
    """The open times of a file that is understood, relative to 09:15 of the day, in minutes."""
    found = read(path, interval, zone)
    assert not isinstance(found, Unreadable), found
    return [(time - OPENS) // 60_000_000 for time in found[0].time.tolist()]


def reason(path: Path, interval: str = "1m", zone: int | None = None) -> str:
    """Why a file is refused whole."""
    found = read(path, interval, zone)
    assert isinstance(found, Unreadable)
    return found.reason


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        (HEADER, "2025-01-02T03:45:00Z", "2025-01-02T03:46:00Z"),
        (HEADER, "2025-01-02 09:15:00+05:30", "2025-01-02 09:16:00+05:30"),
        ("Time,Open,High,Low,Close,Volume", "1735789500", "1735789560"),
        (HEADER, "1735789500000", "1735789560000"),
        (HEADER, "2025-01-02 03:45:00", "2025-01-02 03:46:00"),
    ],
    ids=["utc", "offset", "epoch seconds", "epoch milliseconds", "dhan"],
)
def test_formats_that_say_their_zone_need_no_word(
    tmp_path: Path, header: str, first: str, second: str
) -> None:
    """An offset, an epoch and Dhan's naive UTC all lead to the same instants."""
    path = written(tmp_path, [f"{first},{PRICES}", f"{second},{PRICES}"], header=header)
    assert times(path) == [0, 1]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("datetime,open,high,low,close,volume", "2025-01-02 09:15:00,"),
        ("date,time,open,high,low,close,volume", "02-01-2025,09:15:00,"),
        ("Date,Open,High,Low,Close,Volume", "02/01/2025 09:15,"),
        ("", "TESTED,20250102,09:15,"),
        ("date,time,open,high,low,close,volume", "2025-01-02, 09:15,"),
    ],
    ids=["iso", "day first", "slashes", "headerless", "spaced"],
)
def test_a_wall_clock_is_refused_until_its_zone_is_said(tmp_path: Path, header: str, cells: str) -> None:
    """The refusal names the option; with it the same file is read."""
    path = written(tmp_path, [f"{cells}{PRICES}"], header=header)
    assert "--timezone" in reason(path)
    assert times(path, zone=IST) == [0]


def test_an_epoch_of_the_wall_clock_is_refused_until_it_is_said(tmp_path: Path) -> None:
    """Read as UTC, 09:15 in India would be 14:45: inside for a while, but most of the day is not."""
    wall_clock = OPENS // 1_000_000 + 19_800
    path = written(tmp_path, [f"{wall_clock + 60 * n},{PRICES}" for n in range(375)])
    assert "wall clock" in reason(path)
    assert times(path, zone=IST) == list(range(375))


def test_candles_stamped_at_their_close_are_refused_until_it_is_said(tmp_path: Path) -> None:
    """No candle at 09:15 and one at 15:30 is how it shows."""
    path = written(tmp_path, [f"{OPENS // 1_000_000 + 60 * n},{PRICES}" for n in range(1, 376)])
    assert "--stamps close" in reason(path)
    found = read(path, closing=True)
    assert not isinstance(found, Unreadable)
    assert found[0].time[0] == OPENS


def test_the_last_hour_of_a_session_closes_with_it(tmp_path: Path) -> None:
    """Stamped at the close, the quarter from 15:15 bears 15:30."""
    hours = [60, 120, 180, 240, 300, 360, 375]
    path = written(tmp_path, [f"{OPENS // 1_000_000 + 60 * n},{PRICES}" for n in hours])
    found = read(path, "1h", closing=True)
    assert not isinstance(found, Unreadable)
    assert ((found[0].time - OPENS) // 60_000_000).tolist() == [0, 60, 120, 180, 240, 300, 360]


@pytest.mark.parametrize("cell", ["2025-01-02", "2025-01-02 00:00:00", "2025-01-01 18:30:00", "20250102"])
def test_a_daily_candle_takes_its_dates_nominal_opening(tmp_path: Path, cell: str) -> None:
    """A date needs no zone, and Dhan's midnight in India is 18:30 of the day before."""
    assert times(written(tmp_path, [f"{cell},{PRICES}"]), "1d") == [0]


def test_a_naive_file_that_fits_no_zone_is_refused(tmp_path: Path) -> None:
    """Times that fit neither India nor UTC get no guess and no hint."""
    path = written(tmp_path, [f"2025-01-02 20:{m:02d}:00,{PRICES}" for m in range(30)])
    assert reason(path) == "its times have no zone: say which with --timezone"


def test_parquet_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    """Nanoseconds, a named zone, extra columns and capitals are read alike."""
    moments = [datetime(2025, 1, 2, 9, 15, tzinfo=INDIA), datetime(2025, 1, 2, 9, 16, tzinfo=INDIA)]
    table = pa.table(
        {
            "Open": [100.0, 100.0],
            "High": [101.0, 101.0],
            "Low": [99.0, 99.0],
            "Close": [100.0, 100.5],
            "Adj Close": [1.0, 1.0],
            "Volume": pa.array([1, 2], pa.int32()),
            "Datetime": pa.array(moments, pa.timestamp("ns", "Asia/Kolkata")),
        }
    )
    path = tmp_path / "history.csv"
    pyarrow.parquet.write_table(table, path)
    found = read(path)
    assert not isinstance(found, Unreadable)
    assert found[0].close.tolist() == [100.0, 100.5]
    assert [found[0].line(0), found[0].time[0], found[0].time.dtype] == [1, OPENS, np.int64]


@pytest.mark.parametrize(
    ("header", "lines", "words"),
    [
        ("a,b,c", ["1,2,3"], "no header"),
        ("timestamp,open,high,low,close", [f"1735789500,{PRICES[:-3]}"], "no column named volume"),
        ("timestamp,open,high,low,close,close,volume", [f"1735789500,1,{PRICES}"], "two columns named close"),
        ("symbol,timestamp,open,high,low,close,volume", [f"{s},1735789500,{PRICES}" for s in "AB"], "mixes"),
        (HEADER, [], "it holds no candles"),
        (HEADER.replace(",", ";"), [f"1735789500;{PRICES}"], "between commas"),
        (HEADER, [f"{45659 + n / 1440},{PRICES}" for n in range(20)], "spreadsheet's day numbers"),
        ("when,open,high,low,close,volume", [f"1735789500,{PRICES}"], "no column named timestamp"),
        (HEADER, [f"{1735789500 + 300 * n},{PRICES}" for n in range(20)], "5 min apart, not 1m"),
    ],
)
def test_a_file_that_cannot_be_candles_says_why(
    tmp_path: Path, header: str, lines: list[str], words: str
) -> None:
    """Each is refused whole, with the reason."""
    assert words in reason(written(tmp_path, lines, header=header))


def test_old_macs_ends_of_lines_are_lines_too(tmp_path: Path) -> None:
    """A lone return ends a line, as a return with a line feed does."""
    lines = [HEADER, f"1735789500,{PRICES}", f"1735789560,{PRICES}"]
    for name, end in (("mac.csv", "\r"), ("dos.csv", "\r\n")):
        (tmp_path / name).write_bytes(end.join(lines).encode())
        assert times(tmp_path / name) == [0, 1]


def test_times_in_no_known_form_are_shown_line_by_line_and_not_taken_for_a_missing_zone(
    tmp_path: Path,
) -> None:
    """A zone's name after the clock is no form of ours: --timezone would not help."""
    found = read(written(tmp_path, [f"2025-01-02 09:{m} IST,{PRICES}" for m in (15, 16)]))
    assert not isinstance(found, Unreadable), found
    assert not found[0].time_read.any()


def test_a_missing_or_foreign_file_is_refused_and_not_raised(tmp_path: Path) -> None:
    """No file, no table, a pipe that nobody writes to: still an answer."""
    assert "No such file" in reason(tmp_path / "nowhere.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and then nothing")
    assert isinstance(read(tmp_path / "cut.parquet"), Unreadable)
    os.mkfifo(tmp_path / "pipe.csv")
    assert "no file" in reason(tmp_path / "pipe.csv")
    assert "no file" in reason(tmp_path)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """Over a byte order mark, Windows line ends, empty lines and lines with too few cells."""
    lines = [HEADER, "", f"1735789500,{PRICES}", "1735789560,1", "", f"1735789620,{PRICES}"]
    path = tmp_path / "candles.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    cells = read_cells(path)
    assert isinstance(cells, Cells)
    assert cells.lines.tolist() == [3, 6]
    assert [(cells.line_of(bad), bad.actual) for bad in cells.malformed] == [(4, 2)]


def test_lines_are_counted_right_over_many_blocks(tmp_path: Path) -> None:
    """The reader takes a megabyte at a time; its count of rows must go on over each."""
    lines = [f"{1735789500 + n},{PRICES}" if n % 997 else "short,row" for n in range(60_000)]
    lines[10_001:10_001] = ["", ""]
    cells = read_cells(written(tmp_path, lines))
    assert isinstance(cells, Cells)
    short = [n + 2 for n, line in enumerate(lines) if line == "short,row"]
    assert [cells.line_of(bad) for bad in cells.malformed] == short
    assert cells.lines.tolist() == [n + 2 for n, line in enumerate(lines) if line.count(",") == 5]


def test_a_price_is_the_double_nearest_to_its_decimal(tmp_path: Path) -> None:
    """Through either way of reading: a clean column, and one with a word in it."""
    prices = [f"{n / 20 + 7:.2f}" for n in range(1, 2000, 7)]
    rows = [f"{1735789500 + n},{p},{p},{p},{p},1" for n, p in enumerate(prices)]
    for extra in ([], [f"{1735789500 + 5000},x,x,x,x,1"]):
        found = read(written(tmp_path, [*rows, *extra]))
        assert not isinstance(found, Unreadable)
        assert found[0].open[: len(prices)].tolist() == [float(price) for price in prices]
        assert found[0].prices_read.tolist() == [True] * len(prices) + [False] * len(extra)


@pytest.mark.parametrize(
    ("text", "minutes"), [("UTC", 0), ("ist", 330), ("Asia/Kolkata", 330), ("-04:30", -270)]
)
def test_a_zone_is_a_name_of_indias_or_an_offset(text: str, minutes: int) -> None:
    """What the user may say."""
    assert offset_of(text) == minutes * 60_000_000


def test_another_zone_is_refused_by_name() -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="Mars"):
        offset_of("Mars")
