"""Changes to strategies: each change of settings is a new version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import strawberry
from pydantic import ValidationError
from sqlalchemy import func, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.context import Info
from app.api.enums import EventKind, UserErrorCode
from app.api.errors import Refused, UserError, refused
from app.api.inputs import checked_name, own_row
from app.api.rows import Row, changed, only_row, rows_of
from app.api.scalars import JSON
from app.api.strategies import STRATEGIES_TABLE, VERSIONS_TABLE, Strategy
from app.store.events import EventDraft, append
from streams.strategies.base import BaseStrategy, StrategyConfig, StrategyRefused, StrategyRegistry, build


@strawberry.input(description="A strategy to make.")
class CreateStrategyInput:
    """A strategy to make."""

    name: str = strawberry.field(description="A name for it; no two strategies in use share one.")
    kind: str = strawberry.field(description="Key of the kind it is made of: see `strategyKinds`.")
    config: JSON = strawberry.field(description="Its settings, by the kind's `configSchema`.")


@strawberry.input(description="What to change in a strategy; what is left out stays.")
class UpdateStrategyInput:
    """What to change in a strategy."""

    id: strawberry.ID = strawberry.field(description="The strategy.")
    name: str | None = strawberry.field(default=None, description="Its new name.")
    config: JSON | None = strawberry.field(
        default=None, description="Its settings, whole; they become a new version, for runs started after."
    )


@strawberry.input(description="The strategy to put away.")
class ArchiveStrategyInput:
    """The strategy to put away."""

    id: strawberry.ID = strawberry.field(description="The strategy. Its runs and records are kept.")


@strawberry.type(description="What came of a change to a strategy.")
class StrategyPayload:
    """What came of a change to a strategy."""

    strategy: Strategy | None = strawberry.field(default=None, description="The strategy as it is now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def create_strategy(info: Info, given: CreateStrategyInput) -> StrategyPayload:
    """A new strategy with its first version."""
    kind = registered(info.context.api.registry, given.kind, "kind")
    config = checked_config(kind, given.config)
    name, viewer = checked_name(given.name), info.context.viewer.user_id
    values: dict[str, Any] = {
        "id": uuid4(),
        "user_id": viewer,
        "name": name,
        "kind": kind.key,
        "created_at": info.context.api.clock.now(),
    }
    async with info.context.writing() as session:
        await _refuse_taken_name(session, name, values["id"])
        statement = insert(STRATEGIES_TABLE).values(values).returning(STRATEGIES_TABLE)
        row = await only_row(session, statement)
        await _add_version(info, session, row, config)
        await append(session, viewer, [_changed(row, 1)])
    return StrategyPayload(strategy=Strategy.of(row), user_errors=[])


async def update_strategy(info: Info, given: UpdateStrategyInput) -> StrategyPayload:
    """The strategy with another name, or a new version."""
    async with info.context.writing() as session:
        row = await _in_use(session, given.id)
        if given.config is None and given.name is None:
            return StrategyPayload(strategy=Strategy.of(row), user_errors=[])
        version = 0
        if given.config is not None:
            kind = registered(info.context.api.registry, row["kind"], "id")
            version = await _add_version(info, session, row, checked_config(kind, given.config))
        if given.name is not None:
            await _refuse_taken_name(session, checked_name(given.name), row["id"])
            row = await _update(session, row["id"], {"name": checked_name(given.name)})
        await append(session, info.context.viewer.user_id, [_changed(row, version)])
    return StrategyPayload(strategy=Strategy.of(row), user_errors=[])


async def archive_strategy(info: Info, given: ArchiveStrategyInput) -> StrategyPayload:
    """The strategy, put away."""
    async with info.context.writing() as session:
        strategy = await _in_use(session, given.id)
        row = await _update(session, strategy["id"], {"archived_at": info.context.api.clock.now()})
        await append(session, info.context.viewer.user_id, [_changed(row, 0)])
    return StrategyPayload(strategy=Strategy.of(row), user_errors=[])


def registered(registry: StrategyRegistry, key: str, path: str) -> type[BaseStrategy]:
    """The kind of this key."""
    kind = registry.get(key)
    if kind is None:
        raise refused(UserErrorCode.NOT_FOUND, f"There is no strategy kind {key!r} on this server.", path)
    return kind


def checked_config(kind: type[BaseStrategy], given: Any) -> StrategyConfig:
    """The settings by the kind's own class, and columns that can be built from them."""
    try:
        config = kind.Config.model_validate(given)
        build(kind, config)
    except ValidationError as invalid:
        raise Refused(*map(_config_error, invalid.errors())) from None
    except StrategyRefused as cause:
        raise refused(UserErrorCode.INVALID, str(cause), "config") from None
    return config


def _config_error(error: Mapping[str, Any]) -> UserError:
    path = ["config", *map(str, error["loc"])]
    message = error["msg"].removeprefix("Value error, ")
    return UserError(code=UserErrorCode.INVALID, message=message, path=path)


async def _in_use(session: AsyncSession, given: str) -> Row:
    row = await own_row(session, "strategies", "Strategy", given, "id")
    if row["archived_at"] is not None:
        raise refused(UserErrorCode.WRONG_STATUS, "This strategy is archived.", "id")
    return row


async def _refuse_taken_name(session: AsyncSession, name: str, own: UUID) -> None:
    table = STRATEGIES_TABLE
    same = select(table.c.id).where(func.lower(table.c.name) == name.lower(), table.c.id != own)
    if await rows_of(session, same.where(table.c.archived_at.is_(None))):
        raise refused(UserErrorCode.TAKEN, "Another strategy has this name.", "name")


async def _add_version(info: Info, session: AsyncSession, strategy: Row, config: StrategyConfig) -> int:
    newest = select(func.max(VERSIONS_TABLE.c.version).label("version")).where(
        VERSIONS_TABLE.c.strategy_id == strategy["id"]
    )
    # Two changes at once would both make the same version: the second waits for the first.
    await rows_of(
        session,
        select(STRATEGIES_TABLE.c.id).where(STRATEGIES_TABLE.c.id == strategy["id"]).with_for_update(),
    )
    version = int((await only_row(session, newest))["version"] or 0) + 1
    values = {
        "id": uuid4(),
        "strategy_id": strategy["id"],
        "user_id": strategy["user_id"],
        "version": version,
        "config": config.model_dump(mode="json"),
        "created_at": info.context.api.clock.now(),
    }
    await changed(session, insert(VERSIONS_TABLE).values(values))
    return version


async def _update(session: AsyncSession, strategy_id: UUID, values: dict[str, Any]) -> Row:
    table = STRATEGIES_TABLE
    statement = update(table).where(table.c.id == strategy_id).values(values).returning(table)
    return await only_row(session, statement)


def _changed(row: Row, version: int) -> EventDraft:
    payload = {"strategyId": row["id"], "name": row["name"], "version": version or None}
    return EventDraft(EventKind.STRATEGY_CHANGED, None, payload)
