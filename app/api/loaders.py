"""Loaders: what many nodes of one answer need, fetched in one statement each."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow as pa
from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from app.api.paging import arrow_matches
from app.api.rows import Row, rows_of
from app.store.results import read_result, unpacked
from app.store.tables import metadata
from app.store.tables.strategies import ResultKind

Sessions = Callable[[], AbstractAsyncContextManager[AsyncSession]]
ResultKey = tuple[UUID, ResultKind]


def _rows_of(table: str, *order: str) -> Select[Any]:
    return select(metadata.tables[table]).order_by(*map(text, order))


FILLS = _rows_of("fills", "traded_at", "id")
ORDER_EVENTS = _rows_of("order_events", "order_id", "sequence")
VERSIONS = _rows_of("strategy_versions", "strategy_id", "version DESC")
NEWEST_VERSIONS = VERSIONS.ext(distinct_on(VERSIONS.selected_columns["strategy_id"]))
OWN_LIMITS = _rows_of("risk_limits").where(text("strategy_id IS NULL"))


class InResult(NamedTuple):
    """Which rows of a backtest's result: those with this id in this column."""

    run_id: UUID
    kind: ResultKind
    column: str
    value: UUID


class Loaders:
    """Batches within one tick of the loop and keeps nothing, so no answer is ever stale."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._rows: dict[str, DataLoader[UUID, Row | None]] = {}
        self.fills_of_order = self._grouped(FILLS, "order_id")
        self.events_of_order = self._grouped(ORDER_EVENTS, "order_id")
        self.versions_of_strategy = self._grouped(VERSIONS, "strategy_id")
        self.newest_version_of_strategy = self._grouped(NEWEST_VERSIONS, "strategy_id")
        self.limits_of_account = self._grouped(OWN_LIMITS, "broker_account_id")
        self.results = DataLoader(self._results, cache=False)
        self.result_rows = DataLoader(self._result_rows, cache=False)

    async def row(self, table: str, row_id: UUID | None) -> Row | None:
        """The row of this id the viewer may see, or None."""
        if row_id is None:
            return None
        if table not in self._rows:
            self._rows[table] = DataLoader(lambda ids: self._by_id(table, ids), cache=False)
        return await self._rows[table].load(row_id)

    async def result_row(self, run_id: UUID, kind: ResultKind, row_id: UUID) -> Row | None:
        """The row of this id in a backtest's result, or None."""
        found = await self.result_rows.load(InResult(run_id, kind, "id", row_id))
        return found[0] if found else None

    async def _by_id(self, table: str, ids: Sequence[UUID]) -> list[Row | None]:
        columns = statement_of(table)
        key = columns.selected_columns["id"]
        found = {row["id"]: row for row in await self._fetch(columns.where(key.in_(set(ids))))}
        return [found.get(row_id) for row_id in ids]

    def _grouped(self, statement: Select[Any], column: str) -> DataLoader[UUID, list[Row]]:
        """A loader of the rows that have an id in this column, in the statement's order."""

        async def load(ids: Sequence[UUID]) -> list[list[Row]]:
            groups: dict[UUID, list[Row]] = {row_id: [] for row_id in ids}
            key = statement.selected_columns[column]
            for row in await self._fetch(statement.where(key.in_(set(ids)))):
                groups[row[column]].append(row)
            return [groups[row_id] for row_id in ids]

        return DataLoader(load, cache=False)

    async def _results(self, keys: Sequence[ResultKey]) -> list[pa.Table | None]:
        async with self._sessions() as session:
            packed = {key: await read_result(session, *key) for key in set(keys)}
        tables = {
            key: await asyncio.to_thread(unpacked, payload)
            for key, payload in packed.items()
            if payload is not None
        }
        return [tables.get(key) for key in keys]

    async def _result_rows(self, wanted: Sequence[InResult]) -> list[list[Row]]:
        found: dict[InResult, list[Row]] = {each: [] for each in wanted}
        groups: dict[tuple[UUID, ResultKind, str], set[UUID]] = {}
        for each in wanted:
            groups.setdefault((each.run_id, each.kind, each.column), set()).add(each.value)
        for (run_id, kind, column), values in groups.items():
            table = await self.results.load((run_id, kind))
            rows = [] if table is None else await asyncio.to_thread(arrow_matches, table, column, values)
            for row in rows:
                found[InResult(run_id, kind, column, row[column])].append(row)
        return [found[each] for each in wanted]

    async def _fetch(self, statement: Select[Any]) -> list[Row]:
        async with self._sessions() as session:
            return await rows_of(session, statement)


def statement_of(table: str) -> Select[Any]:
    """Every column of a table; an order with where it stands now."""
    if table != "orders":
        return select(metadata.tables[table])
    orders, states = metadata.tables["orders"], metadata.tables["order_states"]
    now = [states.c[name] for name in ORDER_STATE_COLUMNS]
    return select(orders, *now).join(states, states.c.order_id == orders.c.id)


ORDER_STATE_COLUMNS = (
    "status",
    "filled_quantity",
    "filled_value",
    "asked_quantity",
    "asked_limit_price",
    "asked_trigger_price",
    "broker_order_id",
    "reason",
    "updated_at",
)
