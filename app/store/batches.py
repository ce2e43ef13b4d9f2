"""Many entries as one statement: what each table gets, merged and grouped, and the SQL that says it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from app.store.audit import Head, Link, seal
from app.store.entries import PlainEntry, Upsert
from app.store.rows import PlainRow, shape

# Runs first, then chain heads, each in order of their ids; the heads of the outbox come last of all. The
# count makes the second wait for the first. The transaction's id tells a new connection what became of it.
LOCK = """
WITH run AS MATERIALIZED (
    SELECT id, fencing_token FROM strategy_runs WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
), head AS MATERIALIZED (
    SELECT broker_account_id AS id, position, hash FROM audit_heads
    WHERE broker_account_id = ANY($2) AND (SELECT count(*) FROM run) >= 0
    ORDER BY broker_account_id FOR UPDATE
)
SELECT pg_current_xact_id()::text AS xid,
       (SELECT coalesce(jsonb_object_agg(id, fencing_token), '{}') FROM run) AS tokens,
       (SELECT coalesce(jsonb_object_agg(id, jsonb_build_array(position, encode(hash, 'hex'))), '{}')
        FROM head) AS heads
"""


class Part(NamedTuple):
    """One table's share of the statement: SQL with one `{}` for its rows, and the rows."""

    sql: str
    rows: list[PlainRow]


def compose(entries: Sequence[PlainEntry], heads: dict[str, Head]) -> tuple[str, list[list[PlainRow]]]:
    """The statement that writes the entries, and its arguments: rows for jsonb parameters.

    `heads` are the locked heads of their accounts. The statement returns one row: `taken`, how many
    stored commands got their sequence, and `positions`, the last event position of each user.
    """
    parts = [*_inserts(entries, heads), *_upserts(entries), *_run_updates(entries)]
    taken = Part(TAKE, [row for entry in entries for row in entry.taken])
    appended = Part(APPEND, _drafts(entries))
    named = [(f"part{number}", part) for number, part in enumerate(parts) if part.rows]
    named += [("taken", taken), ("appended", appended)]
    clauses = [f"{name} AS ({part.sql.format(f'${n}::jsonb')})" for n, (name, part) in enumerate(named, 1)]
    return f"WITH {', '.join(clauses)} {RESULT}", [part.rows for _, part in named]


TAKE = """UPDATE run_inputs AS stored SET sequence = given.sequence
FROM jsonb_populate_recordset(NULL::run_inputs, {}) AS given
WHERE stored.id = given.id AND stored.run_id = given.run_id AND stored.sequence IS NULL
RETURNING stored.id"""

APPEND = """SELECT user_id, append_events(user_id, drafts) AS position
FROM (SELECT * FROM jsonb_to_recordset({}) AS sorted (user_id uuid, drafts jsonb) ORDER BY user_id) AS mine"""

RESULT = """SELECT (SELECT count(*) FROM taken) AS taken,
(SELECT coalesce(jsonb_object_agg(user_id, position), '{}') FROM appended) AS positions"""


def _inserts(entries: Sequence[PlainEntry], heads: dict[str, Head]) -> Iterator[Part]:
    rows: defaultdict[str, list[PlainRow]] = defaultdict(list)
    for entry in entries:
        for table, row in (*_sealed(entry, heads), *entry.inserts):
            rows[table].append(row)
    for table, listed in rows.items():
        yield Part(_insert(table), listed)
    moved = [
        {"broker_account_id": account, "position": head.position, "hash": "\\x" + head.hash.hex()}
        for account, head in heads.items()
    ]
    yield Part(_update("audit_heads", "broker_account_id", ("hash", "position")), moved)


def _sealed(entry: PlainEntry, heads: dict[str, Head]) -> list[Link]:
    """The entry's audit rows, sealed; its account's head moves on."""
    if not entry.links:
        return []
    account = str(entry.source.account_id)
    if account not in heads:
        raise LookupError(f"account {account} has no head of a chain to append to")
    links, heads[account] = seal(entry.links, heads[account])
    return links


def _upserts(entries: Iterable[PlainEntry]) -> Iterator[Part]:
    """One part for each table and set of columns; of a row given twice the last word counts, since one
    statement cannot touch a row twice."""
    merged: dict[tuple[str, ...], Upsert] = {}
    for entry in entries:
        for upsert in entry.upserts:
            key = (upsert.table, *(upsert.row[name] for name in shape(upsert.table).key))
            merged[key] = _over(merged[key], upsert) if key in merged else upsert
    groups: defaultdict[tuple[str, frozenset[str]], list[PlainRow]] = defaultdict(list)
    for table, row, columns in merged.values():
        groups[table, columns].append(row)
    for (table, columns), rows in groups.items():
        yield Part(_upsert(table, columns), rows)


def _over(earlier: Upsert, later: Upsert) -> Upsert:
    told = {name: later.row[name] for name in later.columns}
    return Upsert(later.table, {**earlier.row, **told}, earlier.columns | later.columns)


def _run_updates(entries: Iterable[PlainEntry]) -> Iterator[Part]:
    merged: defaultdict[str, PlainRow] = defaultdict(dict)
    for entry in entries:
        merged[str(entry.source.run_id)] |= entry.run
    groups: defaultdict[tuple[str, ...], list[PlainRow]] = defaultdict(list)
    for run_id, columns in merged.items():
        if columns:
            groups[tuple(sorted(columns))].append({"id": run_id, **columns})
    for names, rows in groups.items():
        yield Part(_update("strategy_runs", "id", names), rows)


def _drafts(entries: Iterable[PlainEntry]) -> list[PlainRow]:
    drafts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        drafts[str(entry.source.user_id)] += [draft._asdict() for draft in entry.source.events]
    return [{"user_id": user, "drafts": listed} for user, listed in drafts.items() if listed]


@cache
def _insert(table: str) -> str:
    columns = ", ".join(shape(table).convert)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, {{}})"
    )


@cache
def _upsert(table: str, columns: frozenset[str]) -> str:
    key = shape(table).key
    settings = ", ".join(f"{name} = excluded.{name}" for name in sorted(columns - set(key)))
    return f"{_insert(table)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {settings}"


@cache
def _update(table: str, key: str, columns: tuple[str, ...]) -> str:
    settings = ", ".join(f"{name} = given.{name}" for name in columns)
    return (
        f"UPDATE {table} AS stored SET {settings}"
        f" FROM jsonb_populate_recordset(NULL::{table}, {{}}) AS given WHERE stored.{key} = given.{key}"
    )
