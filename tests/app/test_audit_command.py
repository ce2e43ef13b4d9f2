"""`medha audit` as a person runs it: a process, its words and its exit code."""

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from app.store.database import Database
from app.store.engine import Store
from app.store.relay import Relay
from app.store.writer import Writer
from tests.ledgers import Ledger, make_ledger, risk_event
from tests.stores import database, store, superuser, template

__all__ = ["database", "store", "superuser", "template"]  # fixtures


class Said(NamedTuple):
    """How a command ended."""

    code: int
    lines: list[str]
    errors: str


async def medha(database: Database, *words: str) -> Said:
    """Run `medha audit WORDS` against a database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEDHA_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.cli",
        "audit",
        *words,
        env=environment | {"MEDHA_DATABASE_URL": database.url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return Said(process.returncode or 0, output.decode().splitlines(), errors.decode())


@pytest.fixture
async def asha(store: Store, superuser: asyncpg.Connection) -> Ledger:
    """An account whose chain has three rows."""
    ids = await make_ledger(superuser)
    writer = Writer(store.dedicated, Relay(store.dedicated))
    await writer.start()
    await writer.write(ids.entry(inserts={"risk_events": [risk_event(ids) for _ in range(3)]}))
    await writer.close()
    return ids


async def test_whole_chains_are_listed_with_their_heads(database: Database, asha: Ledger) -> None:
    """Exit code 0, one line for each account, and a sum."""
    said = await medha(database, "verify")

    assert said.code == 0, said.errors
    assert said.lines[0].startswith(f"{asha.account_id} whole, 3 rows, head ")
    assert said.lines[-1] == "1 of 1 chains are whole"


async def test_a_broken_chain_is_told_by_the_exit_code_and_by_name(
    database: Database, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Table and position, for whoever has to look."""
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE risk_events SET message = 'Nothing happened.' WHERE chain_position = 2")

    said = await medha(database, "verify", "--account", str(asha.account_id))

    assert said.code == 1
    assert said.lines[0].startswith(f"{asha.account_id} BROKEN at 2 in risk_events: ")


async def test_an_anchor_kept_elsewhere_shows_a_cut_tail(
    database: Database, superuser: asyncpg.Connection, asha: Ledger, tmp_path: Path
) -> None:
    """What `anchor` printed, given back to `verify`, after rows and head were cut together."""
    anchored = await medha(database, "anchor")
    anchors = tmp_path / "anchors"
    anchors.write_text("\n".join(anchored.lines))
    assert anchored.lines[0].startswith(f"{asha.account_id} 3 ")

    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("DELETE FROM risk_events")
    await superuser.execute("UPDATE audit_heads SET position = 0, hash = decode(repeat('00', 32), 'hex')")

    assert (await medha(database, "verify")).code == 0
    said = await medha(database, "verify", "--anchors", str(anchors))
    assert said.code == 1
    assert said.lines[0].endswith("the chain was cut: the anchor stood at 3")


async def test_a_file_that_holds_no_anchors_is_named(
    database: Database, asha: Ledger, tmp_path: Path
) -> None:
    """With its line."""
    (tmp_path / "notes").write_text("dear diary\n")

    said = await medha(database, "verify", "--anchors", str(tmp_path / "notes"))

    assert said.code == 1
    assert "notes, line 1: not an account, a position and a hash" in said.errors
