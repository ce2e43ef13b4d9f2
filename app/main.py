"""The server, wired: store, writer, relay and engine behind one Starlette application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.explorer import asset_routes, home_page
from app.api.transport import create_api
from app.clock import Clock, SystemClock
from app.engine.supervisor import Supervisor
from app.request_ids import RequestIds
from app.settings import Settings
from app.store.database import Database
from app.store.engine import Store
from app.store.open import store_on
from app.store.relay import Relay
from app.store.writer import Writer
from app.strategies import installed
from streams.strategies import StrategyRegistry


@asynccontextmanager
async def create_app(
    settings: Settings,
    database: Database,
    registry: StrategyRegistry | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Starlette]:
    """The application over this database, its engine running for as long as the block lasts.

    StoreUnavailable when the database cannot be had or brought to this version's schema.
    """
    registry, clock = registry or installed(settings.strategies), clock or SystemClock()
    async with store_on(settings, database) as store, _engine(store, registry, clock) as (relay, supervisor):
        api = create_api(
            store=store,
            registry=registry,
            settings=settings,
            relay=relay,
            clock=clock,
            wake=supervisor.wake,
            heartbeat=supervisor.alive,
        )
        routes = [Route("/", _home), *asset_routes(), *api]
        app = Starlette(routes=routes, middleware=[Middleware(RequestIds)])
        # Whoever serves it says farewell first: what streams ends with a code, and no stop waits for it.
        app.state.farewell = relay.close
        yield app


@asynccontextmanager
async def _engine(
    store: Store, registry: StrategyRegistry, clock: Clock
) -> AsyncIterator[tuple[Relay, Supervisor]]:
    """What works on its own for as long as the block lasts; it stops in the opposite order."""
    async with AsyncExitStack() as stack:
        relay = Relay(store.dedicated)
        relay.start()
        stack.push_async_callback(relay.close)
        writer = Writer(store.dedicated, relay)
        await writer.start()
        stack.push_async_callback(writer.close)
        supervisor = Supervisor(store, writer, registry, clock)
        supervisor.start()
        stack.push_async_callback(supervisor.close)
        yield relay, supervisor


async def _home(request: Request) -> Response:
    return home_page(request)
