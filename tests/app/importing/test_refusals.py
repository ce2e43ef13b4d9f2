"""Every kind of bad row is refused with its file, line and reason; all or nothing unless told to skip."""

from datetime import date
from pathlib import Path

import pytest

from app.importing.checks import Fault
from app.importing.findings import Finding, counts, refused, repeated, write_report
from app.importing.importer import Imported, Refused, Request
from app.importing.summary import told
from app.store.engine import Store
from app.store.instruments import find_instrument
from streams.domain.market import Interval
from tests.app.importing.candle_files import clocks, imported, instrument, row, stamp, stored, written

SATURDAY = date(2025, 1, 4)


def findings(outcome: Imported | Refused) -> list[Finding]:
    """The refused rows of an outcome."""
    assert outcome.judged is not None
    return list(refused(outcome.judged))


@pytest.mark.parametrize(
    ("line", "fault", "word"),
    [
        (f"{stamp('09:16')},100,101,99,100", Fault.CELLS, "5 cells"),
        ("yesterday,100,101,99,100,10", Fault.TIME_UNREADABLE, "yesterday"),
        (f"{stamp('09:16')},100,101,,100,10", Fault.PRICE_UNREADABLE, "low"),
        (f"{stamp('09:16')},100,much,99,100,10", Fault.PRICE_UNREADABLE, "much"),
        (f"{stamp('09:16')},100,101,99,100,1.5", Fault.VOLUME_UNREADABLE, "1.5"),
        (f"{stamp('09:16')},0,101,0,100,10", Fault.PRICE_IMPOSSIBLE, "open 0.0"),
        (f"{stamp('09:16')},100,inf,99,100,10", Fault.PRICE_IMPOSSIBLE, "high inf"),
        (f"{stamp('09:16')},100,101,nan,100,10", Fault.PRICE_IMPOSSIBLE, "low nan"),
        (f"{stamp('09:16')},100,99000000,99,100,10", Fault.PRICE_IMPOSSIBLE, "99000000"),
        (f"{stamp('09:16')},100,99,101,100,10", Fault.RANGE, "high 99.0"),
        (f"{stamp('09:16')},102,101,99,100,10", Fault.RANGE, "open 102.0"),
        (f"{stamp('09:16')},100,101,99,98,10", Fault.RANGE, "close 98.0"),
        (f"{stamp('09:16')},100,101,99,100,-1", Fault.VOLUME_NEGATIVE, "-1"),
        (row("09:16", day=date(2199, 1, 2)), Fault.TIME_IMPOSSIBLE, "in the future"),
        (row("09:16", day=date(1989, 12, 29)), Fault.TIME_IMPOSSIBLE, "before 1990"),
        (row("15:30"), Fault.OUTSIDE_SESSION, "15:30:00 IST"),
        (row("09:14"), Fault.OUTSIDE_SESSION, "09:14:00 IST"),
        (row("10:00", day=SATURDAY), Fault.CLOSED_DAY, "2025-01-04 10:00:00 IST, a Saturday"),
        (row("10:00", day=date(2024, 12, 25)), Fault.CLOSED_DAY, "2024-12-25 10:00:00 IST, Christmas"),
        (row("09:16:30"), Fault.OFF_GRID, "09:16:30"),
        (row("09:15"), Fault.OUT_OF_ORDER, "see candles.csv line 2"),
    ],
)
async def test_a_bad_row_is_refused_with_its_line_and_reason(
    store: Store, tmp_path: Path, line: str, fault: Fault, word: str
) -> None:
    """One bad line among sound ones: named, and nothing is stored, not even the instrument."""
    sound = [row("09:17"), row("09:18")] if fault is Fault.OUT_OF_ORDER else [row("09:15"), row("09:20")]
    lines = [sound[0], line, sound[1]]
    outcome = await imported(store, written(tmp_path, lines))
    assert isinstance(outcome, Refused)
    (finding,) = findings(outcome)
    assert (finding.line, finding.fault) == (3, fault)
    assert word in finding.detail
    assert str(finding).startswith("candles.csv line 3: ")
    async with store.trading() as connection:
        assert await find_instrument(connection, instrument().key) is None


async def test_skip_bad_imports_the_rest(store: Store, tmp_path: Path) -> None:
    """The sound rows are stored, the bad ones counted by reason."""
    path = written(tmp_path, [row("09:15"), row("09:14"), row("09:16"), "x", row("15:30")])
    outcome = await imported(store, path, skip_bad=True)
    assert isinstance(outcome, Imported)
    assert clocks(await stored(store)) == ["09:15", "09:16"]
    assert counts(outcome.judged) == {Fault.OUTSIDE_SESSION: 2, Fault.CELLS: 1}


async def test_a_weekday_trades_where_the_calendar_knows_no_holidays(store: Store, tmp_path: Path) -> None:
    """Republic Day of 1999 is before the record: not refused, as nobody knows that it was one."""
    path = written(tmp_path, [row("10:00", day=date(1999, 1, 26))])
    assert isinstance(await imported(store, path), Imported)


async def test_a_holiday_is_left_out_as_any_bad_row(store: Store, tmp_path: Path) -> None:
    """With --skip-bad the trading days around it are stored."""
    path = written(tmp_path, [row("10:00", day=date(2024, 12, day)) for day in (24, 25, 26)])
    outcome = await imported(store, path, skip_bad=True)
    assert isinstance(outcome, Imported)
    assert (outcome.written.added, counts(outcome.judged)) == (2, {Fault.CLOSED_DAY: 1})


async def test_one_bad_row_refuses_every_file_of_the_command(store: Store, tmp_path: Path) -> None:
    """All or nothing is over all files, whichever holds the bad row."""
    good = written(tmp_path, [row("09:15")], "good.csv")
    bad = written(tmp_path, [row("09:16"), row("16:00")], "bad.csv")
    outcome = await imported(store, good, bad)
    assert isinstance(outcome, Refused)
    assert [(f.path, f.line) for f in findings(outcome)] == [(bad, 3)]
    async with store.trading() as connection:
        assert await find_instrument(connection, instrument().key) is None


async def test_exact_duplicates_are_dropped_and_listed(store: Store, tmp_path: Path) -> None:
    """Within a file, out of place too, and across files that overlap."""
    one = written(tmp_path, [row("09:15"), row("09:16"), row("09:15")], "one.csv")
    two = written(tmp_path, [row("09:16"), row("09:17")], "two.csv")
    outcome = await imported(store, one, two)
    assert isinstance(outcome, Imported)
    assert clocks(await stored(store)) == ["09:15", "09:16", "09:17"]
    dropped = [(f.path.name, f.line, f.detail.partition("; see ")[2]) for f in repeated(outcome.judged)]
    assert dropped == [("one.csv", 4, "one.csv line 2"), ("two.csv", 2, "one.csv line 3")]


async def test_rows_that_contradict_each_other_are_all_refused(store: Store, tmp_path: Path) -> None:
    """Which one is right cannot be known: each points at the other."""
    path = written(tmp_path, [row("09:15"), row("09:16"), row("09:16", "100.5"), row("09:16")])
    outcome = await imported(store, path, skip_bad=True)
    assert isinstance(outcome, Imported)
    assert clocks(await stored(store)) == ["09:15"]
    others = [(f.line, f.fault, f.detail.split()[-1]) for f in findings(outcome)]
    assert others == [
        (3, Fault.CONTRADICTED, "4"),
        (4, Fault.CONTRADICTED, "3"),
        (5, Fault.CONTRADICTED, "4"),
    ]


async def test_files_may_come_in_any_order(store: Store, tmp_path: Path) -> None:
    """Order is asked of the rows of a file, not of the files."""
    later = written(tmp_path, [row("09:17")], "later.csv")
    earlier = written(tmp_path, [row("09:15"), row("09:16")], "earlier.csv")
    assert isinstance(await imported(store, later, earlier), Imported)
    assert clocks(await stored(store)) == ["09:15", "09:16", "09:17"]


async def test_a_file_of_bad_rows_only_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Even with --skip-bad: an instrument without a candle would be made for nothing."""
    outcome = await imported(store, written(tmp_path, [row("16:00")]), skip_bad=True)
    assert isinstance(outcome, Refused)
    async with store.trading() as connection:
        assert await find_instrument(connection, instrument().key) is None


async def test_the_report_lists_every_row(store: Store, tmp_path: Path) -> None:
    """The screen shows twenty, the file all."""
    late = [row(f"16:{minute:02d}") for minute in range(30)]
    path = written(tmp_path, [row("09:15"), row("09:15"), *late])
    outcome = await imported(store, path, skip_bad=True)
    assert isinstance(outcome, Imported)
    write_report(outcome.judged, tmp_path / "report.csv")
    lines = (tmp_path / "report.csv").read_text().splitlines()
    assert len(lines) == 1 + 30 + 1
    assert lines[1] == f"{path},4,outside the session,2025-01-02 16:00:00 IST"


async def test_a_person_is_told_counts_and_the_first_twenty(store: Store, tmp_path: Path) -> None:
    """Times in India, the way out named."""
    late = [row(f"16:{minute:02d}") for minute in range(30)]
    path = written(tmp_path, [row("09:15"), *late])
    outcome = await imported(store, path)
    lines = list(told(outcome, _request(path)))
    assert lines[:3] == ["nothing was imported", "refused 30 rows:", "  30 outside the session"]
    assert lines[3].strip() == "candles.csv line 3: outside the session (2025-01-02 16:00:00 IST)"
    assert len(lines) == 3 + 20 + 2
    assert lines[-2:] == [
        "    … and 10 more: --report FILE lists them all",
        "--skip-bad imports the rest",
    ]


def _request(path: Path) -> Request:
    return Request((path,), instrument(), Interval.ONE_MINUTE)
