"""Every subscription: views of the viewer's one log of events."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, TypeVar

import strawberry

from app.api.activity import chosen
from app.api.context import Info
from app.api.enums import EventKind
from app.api.errors import Refusal
from app.api.event import Event
from app.api.event_cursors import start_of
from app.api.events import EVENT_TYPES
from app.api.following import Wanted, follow
from app.api.ids import row_id
from app.api.ledger_events import OrderChanged, PnlChanged, PositionChanged, RiskAlerted
from app.api.run_progress import RunProgress, progress_of
from app.api.scalars import Cursor

E = TypeVar("E", bound=Event)
TURN = 16
"""Events in a row: a write to a socket that takes them does not pause, and others wait for the loop."""


@strawberry.input(description="Which events; what is left out does not matter.")
class EventFilter:
    """Which events."""

    kinds: list[EventKind] | None = strawberry.field(default=None, description="Of one of these kinds.")
    run_id: strawberry.ID | None = strawberry.field(default=None, description="Of this run.")


@strawberry.input(description="Whose updates; all when absent.")
class UpdateFilter:
    """Whose updates."""

    run_id: strawberry.ID | None = strawberry.field(default=None, description="Of this run.")


AfterEvent = Annotated[
    Cursor | None,
    strawberry.argument(
        description="The cursor of the last event seen: what came since is sent first, with no gap and no"
        " duplicate. From now on when absent."
    ),
]
Filter = Annotated[EventFilter | None, strawberry.argument(description="Which events; all when absent.")]
Updates = Annotated[UpdateFilter | None, strawberry.argument(description="Whose; of every run when absent.")]


@strawberry.type(description="What the server tells as it happens.")
class Subscription:
    """Every subscription."""

    @strawberry.subscription(description="Every change of what is the viewer's, in order. Resumable.")
    async def events(
        self, info: Info, filter: Filter = None, after: AfterEvent = None
    ) -> AsyncGenerator[Event, None]:
        """Every change."""
        asked = filter or EventFilter()
        async for event in _each(info, asked.kinds, asked.run_id, after, Event):
            yield event

    @strawberry.subscription(description="Each change of an order's status. Resumable.")
    async def order_updates(
        self, info: Info, filter: Updates = None, after: AfterEvent = None
    ) -> AsyncGenerator[OrderChanged, None]:
        """Orders' changes."""
        run_id = filter.run_id if filter else None
        async for event in _each(info, [EventKind.ORDER], run_id, after, OrderChanged):
            yield event

    @strawberry.subscription(description="Each change of a position. Resumable.")
    async def position_updates(
        self, info: Info, filter: Updates = None, after: AfterEvent = None
    ) -> AsyncGenerator[PositionChanged, None]:
        """Positions' changes."""
        run_id = filter.run_id if filter else None
        async for event in _each(info, [EventKind.POSITION], run_id, after, PositionChanged):
            yield event

    @strawberry.subscription(
        description="Each refusal by a rule, and each change of trading state. Resumable."
    )
    async def risk_alerts(self, info: Info, after: AfterEvent = None) -> AsyncGenerator[RiskAlerted, None]:
        """Refusals."""
        async for event in _each(info, [EventKind.RISK], None, after, RiskAlerted):
            yield event

    @strawberry.subscription(
        description="How far a run is: first as it is now, then after each change. Resumable."
    )
    async def run_progress(
        self,
        info: Info,
        run_id: Annotated[strawberry.ID, strawberry.argument(description="The run.")],
        after: AfterEvent = None,
    ) -> AsyncGenerator[RunProgress, None]:
        """How far a run is."""
        run = await info.context.loaders.row("strategy_runs", row_id(run_id, "StrategyRun"))
        if run is None:
            raise Refusal("NOT_FOUND", "There is no such run.")
        async for progress in progress_of(info.context, run, after):
            yield progress

    @strawberry.subscription(
        description="Runs' profit and loss; when they come fast, each run's latest alone."
    )
    async def pnl_updates(self, info: Info, filter: Updates = None) -> AsyncGenerator[PnlChanged, None]:
        """Profit and loss, the latest value winning."""
        context = info.context
        run = chosen(filter.run_id if filter else None, "StrategyRun")
        position = await start_of(context, None)
        async for batch in follow(context, position, Wanted([EventKind.PNL], run)):
            for seen in {seen.event.run_id: seen for seen in batch}.values():
                yield PnlChanged.of(seen)


async def _each(
    info: Info, kinds: Sequence[EventKind] | None, run_id: str | None, after: str | None, expected: type[E]
) -> AsyncGenerator[E, None]:
    context = info.context
    position = await start_of(context, after)
    wanted = Wanted(kinds, chosen(run_id, "StrategyRun"))
    async for batch in follow(context, position, wanted):
        for place, seen in enumerate(batch):
            event: Any = EVENT_TYPES[EventKind(seen.event.kind)](seen)
            if isinstance(event, expected):
                yield event
            if place % TURN == 0:
                await asyncio.sleep(0)
