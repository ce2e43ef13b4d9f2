"""What the writer is given: all that one step of a run changes, to be durable together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from app.store.audit import AUDITED, Link
from app.store.events import EventDraft
from app.store.rows import PlainRow, Row, complete, plain, shape

Rows = Mapping[str, Sequence[Row]]
UPSERTED = ("order_states", "positions", "trades")
CHAIN = frozenset({"chain_position", "chain_hash"})


class Upsert(NamedTuple):
    """A whole row, and the columns of it to set where the row exists."""

    table: str
    row: PlainRow
    columns: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """One step of a run. Rows may leave out user_id, run_id and broker_account_id: they are the entry's.

    `inserts` and `upserts` hold rows by table. Rows of the audit tables come without chain columns.
    Upserts (order_states, positions, trades: always these) carry a whole row, which may leave out what
    has a default; where the row of that primary key exists, the columns given are set. `run` sets
    columns of the run. `inputs` are run_inputs rows; one with an `id` is a command already stored, and
    takes its `sequence`. `account_id` is None for a BACKTEST.
    """

    user_id: UUID
    account_id: UUID | None
    run_id: UUID
    fencing_token: int
    inserts: Rows = field(default_factory=dict)
    upserts: Rows = field(default_factory=dict)
    run: Row | None = None
    inputs: Sequence[Row] = ()
    events: Sequence[EventDraft] = ()
    logs: Sequence[Row] = ()


@dataclass(frozen=True)
class PlainEntry:
    """An entry checked and turned into what is sent: `links` wait for their seals."""

    source: Entry
    links: list[Link]
    inserts: list[tuple[str, PlainRow]]
    upserts: list[Upsert]
    run: PlainRow
    taken: list[PlainRow]


def to_plain(entry: Entry) -> PlainEntry:
    """Check an entry and complete its rows. Raise ValueError where it breaks the writer's contract."""
    stored = [row for row in entry.inputs if row.get("id") is not None]
    fresh = [{**row, "sequence": row["sequence"]} for row in entry.inputs if row.get("id") is None]
    rows = _flat({**entry.inserts, "run_inputs": fresh, "system_logs": entry.logs})
    audited = [Link(table, _sealable(entry, table, row)) for table, row in rows if table in AUDITED]
    if mutable := {table for table, _ in rows} & set(UPSERTED):
        raise ValueError(f"{min(mutable)} is upserted, not inserted")
    return PlainEntry(
        entry,
        audited,
        [(table, complete(table, _owned(entry, table, row))) for table, row in rows if table not in AUDITED],
        [_upsert(entry, table, row) for table, row in _flat(entry.upserts)],
        plain("strategy_runs", entry.run or {}),
        [{"id": row["id"], "run_id": str(entry.run_id), "sequence": row["sequence"]} for row in stored],
    )


def _flat(rows: Rows) -> list[tuple[str, Row]]:
    return [(table, row) for table, listed in rows.items() for row in listed]


def _upsert(entry: Entry, table: str, row: Row) -> Upsert:
    if table not in UPSERTED:
        raise ValueError(f"{table} is not upserted")
    owned = _owned(entry, table, row)
    return Upsert(table, complete(table, owned), frozenset(owned))


def _sealable(entry: Entry, table: str, row: Row) -> PlainRow:
    if entry.account_id is None:
        raise ValueError(f"{table} holds PAPER and LIVE only: a BACKTEST's rows go to run_results")
    if given := CHAIN & row.keys():
        raise ValueError(f"{table}.{min(given)} is the writer's to give")
    return complete(table, {**_owned(entry, table, row), "chain_position": 0, "chain_hash": b""})


def _owned(entry: Entry, table: str, row: Row) -> dict[str, Any]:
    """The row with the entry's identity, which it may repeat but not contradict."""
    identity = {"user_id": entry.user_id, "run_id": entry.run_id, "broker_account_id": entry.account_id}
    mine = {name: value for name, value in identity.items() if name in shape(table).convert}
    for name, value in mine.items():
        if name in row and row[name] != value:
            raise ValueError(f"{table}.{name} is not the entry's: {row[name]}")
    return {**mine, **row}
