"""Every table, by the aggregate it belongs to; importing this package fills `SQLModel.metadata`."""

from sqlmodel import SQLModel

from app.store.tables import accounts, actions, market, strategies, system, trading

metadata = SQLModel.metadata

__all__ = ["accounts", "actions", "market", "metadata", "strategies", "system", "trading"]
