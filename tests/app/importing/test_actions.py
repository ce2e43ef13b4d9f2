"""`medha candles` as a person types it: what it prints, writes and refuses."""

import argparse
import asyncio
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app.commands.candles import register
from app.importing.actions import Declined, export_words, import_words, list_stored
from app.store.embedded import RunningPostgres
from app.store.engine import Store
from app.store.instruments import find_instrument
from tests.app.importing.candle_files import row, stored, written
from tests.databases import fresh_database

SERIES = ["--instrument", "NSE:TESTED", "--interval", "1m"]


def words(*typed: str | Path) -> argparse.Namespace:
    """The command line, parsed by the command's own parser."""
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return parser.parse_args(["candles", *map(str, typed)])


async def test_import_list_and_export_belong_together(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was imported is listed, and exported as it was."""
    path = written(tmp_path, [row("09:15"), row("09:16", "100.5")])
    await import_words(store, words("import", path, *SERIES))
    assert "NSE:TESTED 1m: 2 added, 0 unchanged, 0 replaced" in capsys.readouterr().out

    await list_stored(store, words("list"))
    listed = capsys.readouterr().out
    assert listed.split("\n")[1].split() == [
        *("NSE:TESTED", "1m", "2"),
        *("2025-01-02", "09:15:00", "IST", "2025-01-02", "09:16:00", "IST"),
    ]

    await export_words(store, words("export", tmp_path / "out.csv", *SERIES))
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "timestamp,open,high,low,close,volume",
        "2025-01-02 03:45:00Z,100,101,99,100,10",
        "2025-01-02 03:46:00Z,100,101,99,100.5,10",
    ]
    assert sorted(os.listdir(tmp_path)) == ["candles.csv", "out.csv"]


async def test_a_series_is_listed_in_one_line_however_long_its_name(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that is piped on can be cut into its fields."""
    series = ["--instrument", "NSE:" + 40 * "A", "--interval", "1m"]
    await import_words(store, words("import", written(tmp_path, [row("09:15")]), *series))
    capsys.readouterr()
    await list_stored(store, words("list"))
    assert len(capsys.readouterr().out.splitlines()) == 2


async def test_a_refused_import_says_why_and_writes_its_report(store: Store, tmp_path: Path) -> None:
    """The report is there when the import is not."""
    path = written(tmp_path, [row("09:15"), row("16:00")])
    with pytest.raises(Declined, match="1 outside the session"):
        await import_words(store, words("import", path, *SERIES, "--report", tmp_path / "bad.csv"))
    assert "16:00:00 IST" in (tmp_path / "bad.csv").read_text()


async def test_a_report_that_cannot_be_written_hides_no_refusal(store: Store, tmp_path: Path) -> None:
    """Both are said: what is wrong with the file, and with the report."""
    path = written(tmp_path, [row("09:15"), row("16:00")])
    with pytest.raises(Declined) as refused:
        await import_words(store, words("import", path, *SERIES, "--report", tmp_path / "no/where.csv"))
    assert "1 outside the session" in str(refused.value)
    assert "where.csv could not be written" in str(refused.value)


async def test_the_options_reach_the_import(store: Store, tmp_path: Path) -> None:
    """A zone, the close's stamps, the rows to skip, what the instrument is."""
    lines = ["2025-01-02 09:16:00,100,101,99,100,10", "2025-01-02 16:00:00,100,101,99,100,10"]
    path = written(tmp_path, lines)
    options = ["--timezone", "IST", "--stamps", "close", "--skip-bad", "--kind", "future", "--lot-size", "75"]
    await import_words(store, words("import", path, *SERIES, *options, "--tick-size", "0.1"))
    assert len(await stored(store)) == 1
    async with store.trading() as connection:
        known = await connection.fetchrow("SELECT kind, lot_size, tick_size FROM instruments")
    assert [str(value) for value in known.values()] == ["FUTURE", "75", "0.1000"]


OPTION = ["--kind", "OPTION", "--lot-size", "75", "--expiry", "2025-08-07"]
TRAITS = [*OPTION, "--freeze-quantity", "1800", "--price-band", "12.5"]


async def test_a_derivative_is_stored_as_it_is_described(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything that was said is told back, and holds when it is said again."""
    path = written(tmp_path, [row("09:15")])
    await import_words(store, words("import", path, *SERIES, *TRAITS))
    assert "OPTION, tick 0.05, lot 75, freeze quantity 1800, price band 12.5 %, expiry 2025-08-07" in (
        capsys.readouterr().out
    )
    async with store.trading() as connection:
        known = await find_instrument(connection, "NSE:TESTED")
    expiry = date(2025, 8, 7).toordinal()
    assert known is not None
    assert known.instrument == ("NSE:TESTED", "OPTION", 500, 75, 1800, 125_000, expiry)
    await import_words(store, words("import", path, *SERIES, *TRAITS))
    assert "1 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "stored_as", "name"),
    [
        (["--kind", "FUTURE"], "kind OPTION", "kind"),
        (["--tick-size", "0.1"], "tick 0.05", "tick-size"),
        (["--lot-size", "65"], "lot 75", "lot-size"),
        (["--kind", "OPTION", "--expiry", "2025-08-14"], "expiry 2025-08-07", "expiry"),
        (["--freeze-quantity", "1800"], "no freeze quantity", "freeze-quantity"),
        (["--price-band", "20"], "no price band", "price-band"),
    ],
)
async def test_what_contradicts_the_stored_instrument_is_refused(
    store: Store, tmp_path: Path, options: list[str], stored_as: str, name: str
) -> None:
    """Nothing is imported, and the sentence says what to leave out."""
    await import_words(store, words("import", written(tmp_path, [row("09:15")]), *SERIES, *OPTION))
    typed = words("import", written(tmp_path, [row("09:16")]), *SERIES, *options)
    with pytest.raises(Declined) as refused:
        await import_words(store, typed)
    assert str(refused.value) == (
        "nothing was imported\n"
        f"NSE:TESTED is stored with {stored_as}, as it was first imported: leave --{name} out, or import"
        " these candles under another symbol"
    )
    assert len(await stored(store)) == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--freeze-quantity", "many"], "--freeze-quantity many is not a number of units"),
        (["--price-band", "-5"], "--price-band -5 is not an amount above zero"),
        (["--expiry", "07-08-2025"], "--expiry 07-08-2025 is not a date: write it like 2025-12-31"),
        (["--expiry", "2025-08-07"], "does not expire: say --kind FUTURE or --kind OPTION"),
        (["--timezone", "Mars"], "Mars"),
        (["--lot-size", "0"], "--lot-size 0"),
        (["--tick-size", "free"], "--tick-size free"),
        (["--tick-size", "0.00005"], "tick of 0.00005"),
        (["--tick-size", "1e9"], "tick of 1E"),
        (["--lot-size", "10000001"], "lot of 10000001"),
        (["--instrument", "NSE:A\nB"], "no symbol"),
        (["--instrument", "NSE:" + 51 * "A"], "no symbol"),
        (["--timezone", "+14:30"], "no zone on earth"),
        (["--timezone", "+05:60"], "no zone on earth"),
        (["--instrument", "NYSE:IBM"], "NYSE"),
        (["--instrument", "NSE:NIFTY25JANFUT"], "--kind"),
    ],
)
async def test_a_word_that_makes_no_sense_is_refused_by_name(
    store: Store, tmp_path: Path, options: list[str], reason: str
) -> None:
    """Before any file is read."""
    path = written(tmp_path, [row("09:15")])
    with pytest.raises(Declined, match=reason):
        await import_words(store, words("import", path, *SERIES, *options))


async def test_export_takes_the_dates_it_is_told_in_india(store: Store, tmp_path: Path) -> None:
    """Both dates are included; without candles there is no file."""

    days = [date(2025, 1, day) for day in (1, 2, 3)]
    path = written(tmp_path, [row("09:15", day=day) for day in days])
    await import_words(store, words("import", path, *SERIES))
    out = tmp_path / "out.csv"
    await export_words(store, words("export", out, *SERIES, "--from", "2025-01-02", "--to", "2025-01-02"))
    assert [line[:10] for line in out.read_text().splitlines()[1:]] == ["2025-01-02"]
    with pytest.raises(Declined, match="no 1m candles"):
        await export_words(store, words("export", tmp_path / "no.csv", *SERIES, "--from", "2025-01-04"))
    assert not (tmp_path / "no.csv").exists()


@pytest.mark.parametrize(
    ("file", "options", "reason"),
    [
        ("out.xlsx", [], "must end in"),
        ("no/where/out.csv", [], "could not be written"),
        ("out.csv", ["--instrument", "NSE:NOBODY"], "not known here"),
        ("out.csv", ["--from", "yesterday"], "--from yesterday is not a date"),
        ("out.csv", ["--to", "2025-02-30"], "--to 2025-02-30 is not a date"),
    ],
)
async def test_an_export_that_cannot_be_says_why(
    store: Store, tmp_path: Path, file: str, options: list[str], reason: str
) -> None:
    """Nothing is left behind."""
    await import_words(store, words("import", written(tmp_path, [row("09:15")]), *SERIES))
    with pytest.raises(Declined, match=reason):
        await export_words(store, words("export", tmp_path / file, *SERIES, *options))
    assert not (tmp_path / file).exists()


def test_the_command_runs_as_a_person_runs_it(postgres: RunningPostgres, tmp_path: Path) -> None:
    """In a process of its own, on a database that is empty and not even migrated: exit code and words."""
    dsn = asyncio.run(fresh_database(postgres))
    environment = os.environ | {"MEDHA_DATABASE_URL": dsn, "MEDHA_DATA_DIR": str(tmp_path / "data")}

    def medha(*typed: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app.cli", "candles", *map(str, typed)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    refused = medha("import", written(tmp_path, [row("16:00")]), *SERIES)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "1 outside the session" in refused.stderr
    done = medha("import", written(tmp_path, [row("09:15")]), *SERIES)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 added" in done.stdout
