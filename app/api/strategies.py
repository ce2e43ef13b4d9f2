"""Strategies: the registered kinds, the viewer's own, and their versions."""

from datetime import datetime
from functools import cache
from inspect import cleandoc
from typing import Annotated, Self
from uuid import UUID

import strawberry
from sqlalchemy import select

from app.api.connections import After, Before, Connection, First, Last, Pager, Request
from app.api.context import Info
from app.api.ids import global_id
from app.api.node import Node
from app.api.paging import Listing, id_key, moment_key, sql_page
from app.api.rows import Row
from app.api.scalars import JSON
from app.store.tables import metadata
from streams.strategies.base import BaseStrategy, source_hash

STRATEGIES_TABLE = metadata.tables["strategies"]
VERSIONS_TABLE = metadata.tables["strategy_versions"]
STRATEGIES = Listing("strategies", (moment_key("created_at"), id_key()))


@strawberry.type(description="A registered way to trade, which strategies are made of.")
class StrategyKind:
    """A registered way to trade."""

    key: str = strawberry.field(description="Its name in the registry.")
    title: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(description="What it does.")
    config_schema: JSON = strawberry.field(
        description="JSON Schema of its settings: bounds, defaults, meaning."
    )
    source_hash: str = strawberry.field(
        description="SHA-256 of its source; each run keeps the one it ran with."
    )

    @classmethod
    @cache  # a JSON Schema takes pydantic a millisecond, and a registered class does not change
    def of(cls, kind: type[BaseStrategy]) -> Self:
        """From the registered class."""
        return cls(
            key=kind.key,
            title=kind.title or kind.key,
            description=cleandoc(kind.__doc__ or ""),
            config_schema=JSON(kind.Config.model_json_schema()),
            source_hash=source_hash(kind),
        )


@strawberry.type(description="A strategy's settings as they were from one change to the next; never changed.")
class StrategyVersion:
    """Settings that are never changed."""

    version: int = strawberry.field(description="Counted from 1.")
    config: JSON = strawberry.field(
        description="The settings, valid by the kind's schema when they were given."
    )
    created_at: datetime = strawberry.field(description="When they were given.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(version=row["version"], config=JSON(row["config"]), created_at=row["created_at"])


@strawberry.type(description="A kind with settings, under a name of its owner's.")
class Strategy(Node):
    """A kind with settings and a name."""

    name: str = strawberry.field(description="The name its owner gave it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    archived_at: datetime | None = strawberry.field(description="When it was put away, if it was.")
    row_id: strawberry.Private[UUID]
    kind_key: strawberry.Private[str]

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(
            id=global_id("Strategy", row["id"]),
            name=row["name"],
            created_at=row["created_at"],
            archived_at=row["archived_at"],
            row_id=row["id"],
            kind_key=row["kind"],
        )

    @strawberry.field(description="What it is made of; null when this server no longer has that kind.")
    def kind(self, info: Info) -> StrategyKind | None:
        """The registered kind."""
        kind = info.context.api.registry.get(self.kind_key)
        return StrategyKind.of(kind) if kind else None

    @strawberry.field(description="Its settings now.")
    async def version(self, info: Info) -> StrategyVersion:
        """The newest version."""
        (row,) = await info.context.loaders.newest_version_of_strategy.load(self.row_id)
        return StrategyVersion.of(row)

    @strawberry.field(description="Its settings over time, newest first.")
    async def versions(self, info: Info) -> list[StrategyVersion]:
        """Every version."""
        rows = await info.context.loaders.versions_of_strategy.load(self.row_id)
        return [StrategyVersion.of(row) for row in rows]


@strawberry.type
class StrategyQueries:
    """Root fields about strategies."""

    @strawberry.field(description="Every way to trade this server has registered, by key.")
    def strategy_kinds(self, info: Info) -> list[StrategyKind]:
        """The registry."""
        return [StrategyKind.of(kind) for kind in info.context.api.registry.kinds()]

    @strawberry.field(description="The viewer's strategies, newest first.")
    async def strategies(
        self,
        info: Info,
        archived: Annotated[
            bool, strawberry.argument(description="Whether to show the archived ones too.")
        ] = False,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Strategy]:
        """A page of strategies."""
        pager = Pager(info, STRATEGIES, Request(first, last, after, before), archived)
        statement = select(STRATEGIES_TABLE)
        if not archived:
            statement = statement.where(STRATEGIES_TABLE.c.archived_at.is_(None))
        async with info.context.reading() as session:
            page = await sql_page(session, statement, STRATEGIES, pager.window)
        return pager.connection(page, Strategy.of)
