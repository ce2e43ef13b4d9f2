"""An operation that takes too long is ended, with a code; a subscription is left alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import strawberry

from app.api.deadline import Deadline


@pytest.fixture
def given_up() -> asyncio.Event:
    """Set when somebody gave up waiting for `never`."""
    return asyncio.Event()


@pytest.fixture
def schema(given_up: asyncio.Event) -> strawberry.Schema:
    """A query that never ends, and a subscription that outlives it; a tenth of a second for each."""

    @strawberry.type
    class Query:
        @strawberry.field
        async def never(self) -> str:
            try:
                return str(await asyncio.Event().wait())
            finally:
                given_up.set()

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def outliving(self) -> AsyncIterator[str]:
            yield "begun"
            await given_up.wait()
            yield "still here"

    return strawberry.Schema(Query, subscription=Subscription, extensions=[lambda: Deadline(0.1)])


async def test_a_query_that_never_ends_is_ended_and_a_subscription_goes_on(schema: strawberry.Schema) -> None:
    """Its resolvers are cancelled and the answer has a code; what streams is not somebody waiting."""
    # given
    stream = await schema.subscribe("subscription { outliving }")
    told = [(await anext(stream)).data]

    # when
    result = await schema.execute("{ never }")

    # then
    assert [error.extensions for error in result.errors or ()] == [{"code": "DEADLINE_EXCEEDED"}]
    told += [each.data async for each in stream]
    assert told == [{"outliving": "begun"}, {"outliving": "still here"}]
