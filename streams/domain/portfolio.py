"""Portfolio: what is held, lot by lot, and what it cost."""

from typing import NamedTuple

from streams.domain.orders import OrderKey, Side


class Fill(NamedTuple):
    """An execution. `price` and `charges` are in units, `time` in microseconds UTC."""

    trade_id: str
    order: OrderKey
    instrument: int
    side: Side
    quantity: int
    price: int
    charges: int
    time: int


class Lot(NamedTuple):
    """What is left of one entry: signed quantity, signed cost in units. Lots close first in, first out."""

    trade: int | None
    quantity: int
    cost: int
