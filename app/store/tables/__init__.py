"""Every table, by the aggregate it belongs to; importing this package fills `SQLModel.metadata`."""

from sqlmodel import SQLModel

from app.store.tables import accounts, market, strategies, system, trading

metadata = SQLModel.metadata

__all__ = ["accounts", "market", "metadata", "strategies", "system", "trading"]
