"""Keyset paging: one window over a list, in SQL or over a backtest's Arrow columns, with the same answer."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.rows import Row, rows_of


class Key(NamedTuple):
    """A column a list is sorted by, and how its value is read back out of a cursor."""

    column: str
    read: Callable[[Any], Any]


def moment_key(column: str) -> Key:
    """A timestamptz."""
    return Key(column, datetime.fromisoformat)


def id_key(column: str = "id") -> Key:
    """A UUID."""
    return Key(column, UUID)


def plain_key(column: str) -> Key:
    """A number or a text."""
    return Key(column, lambda value: value)


class Listing(NamedTuple):
    """A list clients can page through: its name and what it is sorted by; the last key is unique."""

    name: str
    keys: tuple[Key, ...]
    descending: bool = True

    def place(self, row: Row) -> list[Any]:
        """Where a row stands in the list."""
        return [row[key.column] for key in self.keys]

    def read(self, place: Sequence[Any]) -> tuple[Any, ...]:
        """A place out of a cursor, as the columns' own values."""
        return tuple(key.read(value) for key, value in zip(self.keys, place, strict=True))


class Window(NamedTuple):
    """What of a list is wanted: `size` rows from its front, or its back, between two places."""

    size: int
    backwards: bool = False
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None


class Page(NamedTuple):
    """The rows of a window, in the list's order, and whether there are more in the window's direction."""

    rows: list[Row]
    more: bool


async def sql_page(session: AsyncSession, statement: Select[Any], listing: Listing, window: Window) -> Page:
    """One window of a statement that selects every key."""
    columns = [statement.selected_columns[key.column] for key in listing.keys]
    place = tuple_(*columns)
    downwards = listing.descending
    if window.after:
        statement = statement.where(place < window.after if downwards else place > window.after)
    if window.before:
        statement = statement.where(place > window.before if downwards else place < window.before)
    descend = downwards != window.backwards
    ordered = statement.order_by(*(column.desc() if descend else column.asc() for column in columns))
    return _page(await rows_of(session, ordered.limit(window.size + 1)), window)


def arrow_page(table: pa.Table, listing: Listing, window: Window) -> Page:
    """One window of a table that holds every key, ids as text."""
    if window.after:
        table = table.filter(_beyond(table, listing, window.after, below=listing.descending))
    if window.before:
        table = table.filter(_beyond(table, listing, window.before, below=not listing.descending))
    order = "descending" if listing.descending != window.backwards else "ascending"
    places = pc.sort_indices(table, sort_keys=[(key.column, order) for key in listing.keys])
    return _page(arrow_rows(table.take(places[: window.size + 1])), window)


def arrow_matches(table: pa.Table, column: str, values: Collection[UUID]) -> list[Row]:
    """The rows whose id in this column is one of the values."""
    wanted = pa.array([str(value) for value in values], pa.string())
    return arrow_rows(table.filter(pc.is_in(table[column], wanted)))


def arrow_rows(table: pa.Table) -> list[Row]:
    """A result's rows with their ids as UUIDs, like the rows of the SQL tables."""
    rows: list[dict[str, Any]] = table.to_pylist()
    ids = [name for name in table.column_names if name == "id" or name in _REFERENCES]
    for row in rows:
        row.update({name: UUID(row[name]) for name in ids if isinstance(row[name], str)})
    return list(rows)


_REFERENCES = frozenset(
    {"user_id", "run_id", "order_id", "trade_id", "instrument_id", "broker_account_id", "risk_event_id"}
)


def _page(rows: list[Row], window: Window) -> Page:
    kept = rows[: window.size]
    return Page(kept[::-1] if window.backwards else kept, len(rows) > window.size)


def _beyond(table: pa.Table, listing: Listing, place: tuple[Any, ...], below: bool) -> Any:
    """Which rows lie strictly below (or above) a place, compared key by key."""
    compare = pc.less if below else pc.greater
    beyond: Any = None
    for key, value in reversed(list(zip(listing.keys, place, strict=True))):
        column = table[key.column]
        scalar = pa.scalar(str(value) if isinstance(value, UUID) else value, type=column.type)
        nearer = compare(column, scalar)
        beyond = nearer if beyond is None else pc.or_(nearer, pc.and_(pc.equal(column, scalar), beyond))
    return beyond
