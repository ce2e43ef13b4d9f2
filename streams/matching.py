"""One resting order against one bar: whether it triggers, how much of it fills, and at what price."""

from typing import NamedTuple

from streams.domain.market import Instrument
from streams.domain.orders import OrderRequest, OrderType
from streams.domain.venue import Venue
from streams.events import Bar
from streams.pricing import (
    band_edge,
    inside_band,
    limit_at_open,
    limit_within,
    locked,
    model_of,
    slipped,
    stop_at_open,
    stop_within,
    worse,
)


class Resting(NamedTuple):
    """An order in the book and what it has been through.

    `day` is the trading date of the first bar it met, -1 before; `missed` counts the bars its latency has
    cost it, the last of them at `missed_at`; `meets` is the open time of the last bar it meets. `part` is the
    part of a bar during which it was made.
    """

    request: OrderRequest
    filled: int = 0
    fills: int = 0
    triggered: bool = False
    missed: int = 0
    missed_at: int = -1
    day: int = -1
    meets: int = -1
    part: int = -1

    @property
    def rest(self) -> int:
        """What is still to fill."""
        return self.request.quantity - self.filled

    @property
    def order_type(self) -> OrderType:
        """What it is by now: a triggered stop is a market order, a triggered stop-limit a limit order."""
        if not self.triggered:
            return self.request.order_type
        stop_limit = self.request.order_type is OrderType.STOP_LOSS
        return OrderType.LIMIT if stop_limit else OrderType.MARKET


class Lane(NamedTuple):
    """One instrument at the exchange: trading date and close of its last bar, close of the session before
    (0 unknown), what may still be taken of this bar (-1 any), whether an entry has filled inside it."""

    day: int = -1
    close: int = 0
    reference: int = 0
    left: int = -1
    entered: bool = False


class Taken(NamedTuple):
    """What an order's turn came to. `quantity` 0 is no fill; `waits`: nothing more in this bar."""

    quantity: int = 0
    price: int = 0
    triggered: bool = False
    waits: bool = False


def taken(instrument: Instrument, venue: Venue, lane: Lane, order: Resting, bar: Bar, inside: bool) -> Taken:
    """An order's turn at the open of a bar, or inside it."""
    market = _within(order, bar, lane.entered) if inside else _at_open(order, bar)
    if not market:
        return Taken(triggered=order.triggered)
    request, sign = order.request, order.request.side.sign
    stop = order.order_type in (OrderType.STOP_LOSS, OrderType.STOP_LOSS_MARKET)
    limited = order.order_type in (OrderType.LIMIT, OrderType.STOP_LOSS)
    triggered = order.triggered or stop
    if limited and sign * (market - (request.limit_price or 0)) > 0:
        return Taken(triggered=triggered, waits=True)
    edge = band_edge(sign, lane.reference, instrument.price_band, instrument.tick_size)
    quantity = order.rest if lane.left < 0 else min(order.rest, lane.left)
    if quantity <= 0 or locked(sign, bar.high, bar.low, edge):
        return Taken(triggered=triggered)
    grid = worse(sign, market, 0, instrument.tick_size)
    if limited:
        return Taken(quantity, grid, triggered)
    price = slipped(
        sign, market, model_of(venue.slippage), venue.amount, quantity, bar.volume, instrument.tick_size
    )
    return Taken(quantity, inside_band(sign, price, grid, edge), triggered)


def _at_open(order: Resting, bar: Bar) -> int:
    """Where the market is for an order whose turn comes at the open; 0 when it has none."""
    request, sign = order.request, order.request.side.sign
    if order.order_type is OrderType.MARKET:
        return bar.open
    if order.order_type is OrderType.LIMIT:
        return limit_at_open(sign, bar.open, request.limit_price or 0)
    return stop_at_open(sign, bar.open, request.trigger_price or 0)


def _within(order: Resting, bar: Bar, entered: bool) -> int:
    """The same inside the bar. A stop made or moved at the open may find itself beyond it already; one made
    after an entry inside the bar knows only its own trigger."""
    request, sign = order.request, order.request.side.sign
    if order.order_type is OrderType.MARKET:
        return 0
    if order.order_type is OrderType.LIMIT:
        return limit_within(sign, bar.high, bar.low, request.limit_price or 0)
    trigger = request.trigger_price or 0
    beyond = 0 if entered else stop_at_open(sign, bar.open, trigger)
    return beyond or stop_within(sign, bar.high, bar.low, trigger)
