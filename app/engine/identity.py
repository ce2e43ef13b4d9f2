"""Who a run is: the ids everything it writes is derived from, the same after every restart."""

import base64
from typing import NamedTuple
from uuid import UUID, uuid5

import numpy as np

from app.store.tables.strategies import RunMode
from streams.domain.market import Exchange, InstrumentKind, Interval, Times
from streams.domain.orders import OrderKey, ProductType
from streams.sessions import candle_close, close_of


class RunIdentity(NamedTuple):
    """A claimed run. `account_id` is None for a backtest; `fencing_token` proves the claim.

    `products` says how each instrument is carried; `markets` are those its instruments trade in.
    """

    run_id: UUID
    user_id: UUID
    account_id: UUID | None
    fencing_token: int
    mode: RunMode
    interval: Interval
    instrument_ids: tuple[UUID, ...]
    products: tuple[ProductType, ...]
    markets: frozenset[tuple[Exchange, InstrumentKind]]

    def closed_at(self, opened: int) -> int:
        """When the candles that opened then have closed, in all its markets."""
        return max(candle_close(*market, self.interval, opened) for market in self.markets)

    def closes(self, opened: Times) -> Times:
        """The same of many."""
        found: Times = np.max([close_of(*market, self.interval, opened) for market in self.markets], axis=0)
        return found

    def order_id(self, key: OrderKey) -> UUID:
        """UUIDv5 over run, cause, leg, slice and generation."""
        return uuid5(self.run_id, key.name)

    def correlation_id(self, key: OrderKey) -> str:
        """The broker's name for the order: 22 characters of `[A-Za-z0-9_-]`, from the order's id."""
        return base64.urlsafe_b64encode(self.order_id(key).bytes).decode().rstrip("=")

    def trade_id(self, sequence: int) -> UUID:
        """By the intent that opened the trade."""
        return uuid5(self.run_id, f"trade:{sequence}")

    def fill_id(self, trade_id: str) -> UUID:
        """By the broker's trade id."""
        return uuid5(self.run_id, f"fill:{trade_id}")

    def risk_event_id(self, key: OrderKey) -> UUID:
        """By the request that was refused."""
        return uuid5(self.run_id, f"risk:{key.name}")

    def settlement_id(self, day: int, instrument: int, time: int) -> UUID:
        """By the day and instrument, and how often they have been settled before."""
        return uuid5(self.run_id, f"settlement:{day}:{self.instrument_ids[instrument]}:{time}")

    def position_id(self, instrument: int) -> UUID:
        """By instrument and product."""
        product = self.products[instrument]
        return uuid5(self.run_id, f"position:{self.instrument_ids[instrument]}:{product}")
