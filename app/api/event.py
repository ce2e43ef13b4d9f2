"""An event: its place in the log, and its payload read back as what it was made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import Date, DateTime, Numeric, Uuid

from app.api.context import Info
from app.api.enums import EventKind
from app.api.ids import global_id
from app.api.orders import LazyRun
from app.api.scalars import Cursor
from app.api.verdicts import decimal
from app.store.tables import metadata
from app.store.tables.system import Event as EventRow


@strawberry.interface(description="Something that changed for the viewer.")
class Event:
    """Something that changed."""

    cursor: Cursor = strawberry.field(description="Its place in the viewer's log: `after` resumes from here.")
    at: datetime = strawberry.field(description="When it was recorded.")
    kind: EventKind = strawberry.field(description="What it tells of.")
    run_id: strawberry.ID | None = strawberry.field(description="The run it belongs to.")
    run_row: strawberry.Private[UUID | None]

    @strawberry.field(description="The run it belongs to, as it is now; null when it has been deleted.")
    async def run(self, info: Info) -> LazyRun | None:
        """The run."""
        from app.api.runs import StrategyRun

        row = await info.context.loaders.row("strategy_runs", self.run_row)
        return StrategyRun.of(row) if row else None


@dataclass(frozen=True)
class Seen:
    """A row of the log with the cursor of its place."""

    event: EventRow
    cursor: Cursor

    @property
    def payload(self) -> Mapping[str, Any]:
        """What was recorded with it."""
        return self.event.payload

    def common(self) -> dict[str, Any]:
        """The fields every event has."""
        run = self.event.run_id
        return {
            "cursor": self.cursor,
            "at": self.event.at,
            "kind": EventKind(self.event.kind),
            "run_id": global_id("StrategyRun", run) if run else None,
            "run_row": run,
        }

    def row(self, table: str) -> dict[str, Any]:
        """The payload as the row of a table it was made from."""
        columns = metadata.tables[table].columns
        said = {column.name: self.payload.get(camel(column.name)) for column in columns}
        typed = {column.name: _typed(column.type, said[column.name]) for column in columns}
        return {**typed, "run_id": self.event.run_id}


def camel(name: str) -> str:
    """A column's name as payloads have it."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return value
    readers: dict[type, Callable[[Any], Any]] = {
        Uuid: UUID,
        Numeric: decimal,
        DateTime: moment,
        Date: date.fromisoformat,
    }
    reader = next((reader for known, reader in readers.items() if isinstance(kind, known)), None)
    return reader(value) if reader else value


def moment(value: str | None) -> datetime | None:
    """A time out of a payload."""
    return datetime.fromisoformat(value) if value else None
