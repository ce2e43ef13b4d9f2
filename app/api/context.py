"""What every resolver is given: who asks, and the parts of the server it may use."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import strawberry
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket

from app.api.cursors import Cursors
from app.api.errors import unauthenticated
from app.api.loaders import Loaders
from app.clock import Clock
from app.security import AccessTokens, Passwords, Viewer
from app.settings import Settings
from app.store.engine import Store
from app.store.relay import Relay
from streams.strategies.base import StrategyRegistry


@dataclass(frozen=True)
class Api:
    """The parts of the server that resolvers use."""

    store: Store
    registry: StrategyRegistry
    settings: Settings
    relay: Relay
    clock: Clock
    wake: Callable[[], None]
    heartbeat: Callable[[], bool]
    migrated: Callable[[], Awaitable[bool]]
    tokens: AccessTokens
    passwords: Passwords
    cursors: Cursors


@dataclass
class Context:
    """One request, or one socket with all its operations."""

    api: Api
    request: HTTPConnection
    response: Response | WebSocket
    identity: Viewer | None = None
    connection_params: dict[str, Any] = field(default_factory=dict)

    @property
    def viewer(self) -> Viewer:
        """Who asks. Refuses as UNAUTHENTICATED when nobody does, or their token is over."""
        if self.identity is None:
            raise unauthenticated()
        if self.identity.expires_at <= self.api.clock.now():
            raise unauthenticated("The access token is over: refresh the session.")
        return self.identity

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A read-only transaction as the viewer, on the replica where there is one."""
        return self.api.store.reader(self.viewer.user_id)

    def reading_fresh(self) -> AbstractAsyncContextManager[AsyncSession]:
        """The same on the primary: for payloads of mutations and events, which a replica may lag behind."""
        return self.api.store.reader(self.viewer.user_id, fresh=True)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction as the viewer; it commits when the block ends without an exception."""
        user_id = self.viewer.user_id
        async with self.api.store.viewer(user_id) as session:
            yield session
        self.api.relay.wake(user_id)

    @cached_property
    def loaders(self) -> Loaders:
        """Rows by id, batched and never kept: a socket's context lives as long as the socket."""
        return Loaders(self.reading_fresh)


Info = strawberry.Info[Context, None]
