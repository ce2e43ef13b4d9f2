"""What the engine asks of a broker, and the words both use. Every broker passes the same contract test."""

from decimal import Decimal
from typing import NamedTuple, Protocol

from reactivex import Observable

from streams.domain.orders import Leg, OrderStatus, OrderType, ProductType, Side, Validity


class BrokerOrder(NamedTuple):
    """An order as it goes out. `correlation_id` is ours: 25 characters at most of `[A-Za-z0-9_-]`.

    `decided_at` is the open time of the last candle known when it was decided, microseconds UTC; None where
    no candle was looked at.
    """

    correlation_id: str
    instrument: str
    side: Side
    quantity: int
    order_type: OrderType
    product_type: ProductType
    validity: Validity
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    leg: Leg = Leg.ENTRY
    decided_at: int | None = None


class Accepted(NamedTuple):
    """The broker has the order (or its change) under this id."""

    broker_order_id: str


class Refused(NamedTuple):
    """The broker, or what stands before it, has said no: nothing was done."""

    code: str
    reason: str


class Ambiguous(NamedTuple):
    """Nobody can say whether the broker did it: to be looked up, never to be sent again."""

    reason: str


Answer = Accepted | Refused | Ambiguous


class BrokerOrderState(NamedTuple):
    """An order as the broker sees it."""

    broker_order_id: str
    correlation_id: str
    instrument: str
    side: Side
    status: OrderStatus
    quantity: int
    filled_quantity: int
    reason: str | None = None


class BrokerTrade(NamedTuple):
    """One execution as the broker reports it. `traded_at` is in microseconds UTC."""

    broker_trade_id: str
    broker_order_id: str
    correlation_id: str
    instrument: str
    side: Side
    quantity: int
    price: Decimal
    traded_at: int


class BrokerUpdate(NamedTuple):
    """Something happened to an order at the broker: its state now, and the execution that made it so."""

    order: BrokerOrderState
    trade: BrokerTrade | None = None


class BrokerPosition(NamedTuple):
    """What the broker holds for us: signed quantity."""

    instrument: str
    product_type: ProductType
    quantity: int
    average_price: Decimal


class Balance(NamedTuple):
    """Money at the broker, in rupees."""

    available: Decimal
    used: Decimal


class BrokerInterface(Protocol):
    """A broker. Answers that can be expected are values; what cannot be known is `Ambiguous`."""

    @property
    def updates(self) -> Observable[BrokerUpdate]:
        """Every change of our orders, as it happens; it never errors."""
        ...

    async def authenticate(self) -> Accepted | Refused:
        """Makes the session usable."""
        ...

    async def place_order(self, order: BrokerOrder) -> Answer:
        """Sends an order, once."""
        ...

    async def modify_order(
        self,
        broker_order_id: str,
        quantity: int,
        limit_price: Decimal | None,
        trigger_price: Decimal | None = None,
    ) -> Answer:
        """Changes a resting order: the whole quantity, what has filled included, and its prices (None: as
        they are)."""
        ...

    async def cancel_order(self, broker_order_id: str) -> Answer:
        """Withdraws a resting order."""
        ...

    async def get_order_status(self, correlation_id: str) -> BrokerOrderState | None:
        """An order by our own id; None when the broker has none."""
        ...

    async def fetch_positions(self) -> tuple[BrokerPosition, ...]:
        """What is held now."""
        ...

    async def fetch_orders(self) -> tuple[BrokerOrderState, ...]:
        """The day's order book."""
        ...

    async def fetch_trades(self) -> tuple[BrokerTrade, ...]:
        """The day's trade book."""
        ...

    async def get_account_balance(self) -> Balance:
        """What there is to trade with."""
        ...
