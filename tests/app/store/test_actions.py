"""Corporate actions: from a file into the store, out again, and what is refused on the way."""

import argparse
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.commands.actions import register
from app.importing.action_words import import_actions, list_stored_actions
from app.importing.actions import Declined
from app.store.actions import read_actions, write_actions
from app.store.database import Database
from app.store.engine import Store
from app.store.instruments import ensure_instrument
from streams.actions import ActionKind, CorporateAction
from streams.domain.market import Instrument, InstrumentKind

BONUS = CorporateAction(date(2024, 10, 28), ActionKind.BONUS, 1, 1)
SPLIT = CorporateAction(date(2026, 1, 14), ActionKind.SPLIT, 5, 1)
HEADER = "instrument,ex_date,kind,ratio"


@pytest.fixture
async def connection(store: Store) -> AsyncIterator[asyncpg.Connection]:
    """The engine's own connection, as the command line's."""
    async with store.trading() as opened:
        yield opened


async def known(connection: asyncpg.Connection, key: str) -> UUID:
    """The id of an instrument that was made."""
    made, _ = await ensure_instrument(connection, Instrument(key, InstrumentKind.EQUITY, 500, 1))
    return made.id


def words(*typed: str | Path) -> argparse.Namespace:
    """The command line, parsed by the command's own parser."""
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return parser.parse_args(["actions", *map(str, typed)])


def listed(folder: Path, *lines: str, header: str = HEADER) -> Path:
    """A file of actions."""
    path = folder / "actions.csv"
    path.write_text("\n".join([header, *lines, ""]), "utf-8")
    return path


async def test_actions_are_read_in_the_order_of_the_instruments_and_by_date(
    connection: asyncpg.Connection,
) -> None:
    """An instrument without any has its empty place."""
    first, second, third = [await known(connection, f"NSE:{name}") for name in ("KOTAKBANK", "TCS", "ITC")]
    written = await write_actions(connection, [(first, SPLIT), (first, BONUS), (third, BONUS)])
    assert written == (3, 0, 0, ())
    assert await read_actions(connection, [third, second, first]) == ((BONUS,), (), (BONUS, SPLIT))


async def test_an_import_tells_what_is_new_and_what_was_there(
    store: Store, connection: asyncpg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same file twice changes nothing; a byte order mark, spaces and small letters are no matter."""
    identity = await known(connection, "NSE:KOTAKBANK")
    path = listed(tmp_path, " kotakbank, 2026-01-14, split, 5:1", header=f"\ufeff{HEADER}")
    await import_actions(store, words("import", path))
    await import_actions(store, words("import", path))
    assert capsys.readouterr().out.splitlines() == [
        "1 added, 0 unchanged, 0 replaced",
        "0 added, 1 unchanged, 0 replaced",
    ]
    assert await read_actions(connection, [identity]) == ((SPLIT,),)

    await list_stored_actions(store, words("list"))
    assert capsys.readouterr().out.split("\n")[1].split() == [
        *("NSE:KOTAKBANK", "2026-01-14", "SPLIT", "5:1", "5"),
    ]


async def test_a_ratio_that_contradicts_the_stored_one_needs_the_word_replace(
    store: Store, connection: asyncpg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written until it is given, not even the file's other lines."""
    kotak, itc = await known(connection, "NSE:KOTAKBANK"), await known(connection, "NSE:ITC")
    await write_actions(connection, [(kotak, SPLIT)])
    path = listed(tmp_path, "NSE:ITC,2024-10-28,BONUS,1:1", "NSE:KOTAKBANK,2026-01-14,SPLIT,2:1")

    with pytest.raises(Declined, match="the store has NSE:KOTAKBANK 2026-01-14 SPLIT 5:1"):
        await import_actions(store, words("import", path))
    assert await read_actions(connection, [kotak, itc]) == ((SPLIT,), ())

    await import_actions(store, words("import", path, "--replace"))
    assert capsys.readouterr().out == "1 added, 0 unchanged, 1 replaced\n"
    assert await read_actions(connection, [kotak, itc]) == ((SPLIT._replace(numerator=2),), (BONUS,))


REFUSED = {
    "NSE:NOWHERE,2024-10-28,BONUS,1:1": "line 2: NSE:NOWHERE is not known here; import its candles first",
    "NSE:ITC,28-10-2024,BONUS,1:1": "line 2: the ex-date '28-10-2024' is no date; write it like 2024-10-28",
    "NSE:ITC,2024-10-28,MERGER,1:1": "line 2: the kind 'MERGER' is none of SPLIT, BONUS",
    "NSE:ITC,2024-10-28,SPLIT,5": "line 2: the ratio '5' is not like 5:1",
    "NSE:ITC,2024-10-28,SPLIT,5:0": "line 2: the ratio '5:0' is not like 5:1",
    "NSE:ITC,2024-10-28,SPLIT,-5:1": "line 2: the ratio '-5:1' is not like 5:1",
    "NSE:ITC,2024-10-28,SPLIT,10001:1": "line 2: the ratio '10001:1' is not like 5:1",
    "NSE:ITC,2024-10-28,SPLIT,2:2": "line 2: a split of 2:2 changes nothing",
    "MARS:ITC,2024-10-28,SPLIT,2:1": "line 2: 'MARS' is no exchange known here",
    "NSE:ITC,2024-10-28": "line 2: the kind '' is none of",
}


@pytest.mark.parametrize(("line", "reason"), REFUSED.items())
async def test_a_bad_line_is_refused_with_its_number(
    store: Store, connection: asyncpg.Connection, tmp_path: Path, line: str, reason: str
) -> None:
    """And the good ones beside it are not imported either."""
    itc = await known(connection, "NSE:ITC")
    path = listed(tmp_path, line, "NSE:ITC,2025-01-02,BONUS,1:2")
    with pytest.raises(Declined) as refused:
        await import_actions(store, words("import", path))
    assert reason in str(refused.value)
    assert str(refused.value).endswith("Nothing was imported.")
    assert await read_actions(connection, [itc]) == ((),)


async def test_lines_that_contradict_one_another_are_refused_and_repeated_ones_are_one(
    store: Store, connection: asyncpg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A split and a bonus may share a day: BAJFINANCE had both on 2025-06-16."""
    await known(connection, "NSE:BAJFINANCE")
    split, bonus = "NSE:BAJFINANCE,2025-06-16,SPLIT,2:1", "NSE:BAJFINANCE,2025-06-16,BONUS,4:1"
    with pytest.raises(Declined, match="line 4: it contradicts line 2"):
        await import_actions(
            store, words("import", listed(tmp_path, split, bonus, split.replace("2:1", "3:1")))
        )
    await import_actions(store, words("import", listed(tmp_path, split, bonus, split)))
    assert capsys.readouterr().out == "2 added, 0 unchanged, 0 replaced\n"


async def test_a_file_that_is_none_is_refused(store: Store, tmp_path: Path) -> None:
    """Absent, without its columns, or not text."""
    with pytest.raises(Declined, match="No such file"):
        await import_actions(store, words("import", tmp_path / "absent.csv"))
    with pytest.raises(
        Declined, match="line 1: no column kind, ratio; wanted: instrument,ex_date,kind,ratio"
    ):
        await import_actions(store, words("import", listed(tmp_path, header="instrument,ex_date")))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Declined, match="no text in UTF-8"):
        await import_actions(store, words("import", tmp_path / "binary.csv"))


def test_the_command_says_what_was_refused_and_ends_with_1(database: Database, tmp_path: Path) -> None:
    """As a person runs it, in a process of its own."""
    path = listed(tmp_path, "NSE:NOWHERE,2024-10-28,BONUS,1:1")
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "actions", "import", str(path)],
        env=os.environ | {"MEDHA_DATABASE_URL": database.url, "MEDHA_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Nothing was imported."


async def test_users_read_actions_and_cannot_write_them(connection: asyncpg.Connection) -> None:
    """The API's role may SELECT and nothing else; importing is the operator's."""
    asked = (
        "SELECT array_agg(has_table_privilege('medha_api', 'corporate_actions', p)) FROM unnest($1::text[]) p"
    )
    held = await connection.fetchval(asked, ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"])
    assert held == [True, False, False, False, False]
