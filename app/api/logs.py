"""What the system said about the viewer's runs."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry
from sqlalchemy import select

from app.api.connections import After, Before, Connection, First, Last, Pager, Request
from app.api.context import Info
from app.api.enums import LogLevel
from app.api.ids import global_id, row_id
from app.api.paging import Listing, plain_key, sql_page
from app.api.rows import Row
from app.api.scalars import JSON
from app.store.tables import metadata

LOGS_TABLE = metadata.tables["system_logs"]
LOGS = Listing("systemLogs", (plain_key("id"),))


@strawberry.type(description="A line the system wrote.")
class SystemLog:
    """A line the system wrote."""

    level: LogLevel = strawberry.field(description="How grave it is.")
    event: str = strawberry.field(description="What happened, in a few words.")
    context: JSON = strawberry.field(description="Its details; of a failed run, the traceback.")
    run_id: strawberry.ID | None = strawberry.field(description="The run it is about.")
    trace_id: str | None = strawberry.field(description="What ties it to the server's own log.")
    at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(
            level=LogLevel(row["level"].upper()),
            event=row["event"],
            context=JSON(row["context"]),
            run_id=global_id("StrategyRun", row["run_id"]) if row["run_id"] else None,
            trace_id=row["trace_id"],
            at=row["at"],
        )


async def log_connection(
    info: Info, run_id: str | None, level: LogLevel | None, request: Request
) -> Connection[SystemLog]:
    """A page of the log."""
    pager = Pager(info, LOGS, request, run_id, level)
    statement = select(LOGS_TABLE)
    if run_id is not None:
        statement = statement.where(LOGS_TABLE.c.run_id == (row_id(run_id, "StrategyRun") or UUID(int=0)))
    if level is not None:
        statement = statement.where(LOGS_TABLE.c.level.in_((level.value, level.value.lower())))
    async with info.context.reading() as session:
        page = await sql_page(session, statement, LOGS, pager.window)
    return pager.connection(page, SystemLog.of)


@strawberry.type
class LogQueries:
    """Root fields about the log."""

    @strawberry.field(description="What the system said about the viewer's runs, newest first.")
    async def system_logs(
        self,
        info: Info,
        run_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only about this run.")
        ] = None,
        level: Annotated[LogLevel | None, strawberry.argument(description="Only of this level.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SystemLog]:
        """A page of the log."""
        return await log_connection(info, run_id, level, Request(first, last, after, before))
