"""Chains of the audit tables, written as a run writes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import UUID

from app.store.audit import Head, Verified, verify
from app.store.engine import Store
from app.store.writer import Writer
from tests.ledgers import Ledger, fill, order, order_event, risk_event, settlement


class Deaf:
    """Nobody to tell."""

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Nothing comes of it."""


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Writer]:
    """A writer for the block."""
    writer = Writer(store.dedicated, Deaf())
    await writer.start()
    try:
        yield writer
    finally:
        await writer.close()


async def write_chain(store: Store, ids: Ledger, orders: int = 5) -> Head:
    """Orders, each with two events, a fill, a refusal and a settlement: six rows of the chain apiece."""
    async with writing(store) as writer:
        for number in range(1, orders + 1):
            asked = order(ids, number, limit_price=Decimal("100.05"))
            rows = {
                "orders": [asked],
                "order_events": [
                    order_event(asked["id"], 1, rules={"loss": [1, 2.5, None]}),
                    order_event(asked["id"], 2, "FILLED"),
                ],
                "fills": [fill(ids, asked["id"], number)],
                "risk_events": [risk_event(ids)],
                "charge_settlements": [settlement(ids)],
            }
            await writer.write(ids.entry(inserts=rows))
    async with store.trading() as connection:
        found = await verify(connection, ids.account_id)
    assert isinstance(found, Verified)
    return found.head
