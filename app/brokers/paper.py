"""The paper broker: a book of orders filled by the simulated exchange as the run's candles close."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from reactivex import Observable
from reactivex.subject import Subject

from app.brokers.base import (
    Accepted,
    Answer,
    Balance,
    BrokerOrder,
    BrokerOrderState,
    BrokerPosition,
    BrokerTrade,
    BrokerUpdate,
    Refused,
)
from streams.domain.market import Instrument
from streams.domain.money import to_rupees, to_units
from streams.domain.orders import OrderStatus, OrderType, ProductType
from streams.events import CandlesClosed
from streams.exchange import market_fill_price
from streams.orders import TERMINAL


class PaperTerms(NamedTuple):
    """What the simulation assumes: slippage in parts per million, money in units, charges an order."""

    opening_balance: int
    slippage: int = 0
    charge_per_order: int = 0


class _Entry(NamedTuple):
    state: BrokerOrderState
    placed_after: int


class PaperBroker:
    """Orders rest until the next bar of their instrument and fill whole at its open, with slippage.

    `market(closed)` is its price feed. It answers at once and never `Ambiguous`; a correlation id it already
    has is refused.
    """

    def __init__(self, instruments: tuple[Instrument, ...], terms: PaperTerms) -> None:
        self._instruments = {each.key: (place, each) for place, each in enumerate(instruments)}
        self._terms = terms
        self._book: dict[str, _Entry] = {}
        self._trades: list[BrokerTrade] = []
        self._time = -1
        self._updates: Subject[BrokerUpdate] = Subject()

    @property
    def updates(self) -> Observable[BrokerUpdate]:
        """Fills and cancels, as the candles close."""
        return self._updates

    def restore(self, orders: Iterable[tuple[BrokerOrder, int]], trades: Iterable[BrokerTrade]) -> None:
        """Takes back what it knew when the process ended: the ledger is this broker's memory.

        Each order comes with the open time of the last candle before it was placed.
        """
        self._trades = list(trades)
        for trade in self._trades:
            state = _filled(trade)
            self._book[state.correlation_id] = _Entry(state, trade.traded_at)
        for order, placed_after in orders:
            self._enter(order, placed_after)

    def market(self, closed: CandlesClosed) -> None:
        """Candles have closed: fills what rested before they opened, telling `updates`."""
        resting = [each for each in self._book.values() if each.state.status is OrderStatus.OPEN]
        for entry in resting:
            place, instrument = self._instruments[entry.state.instrument]
            bar = closed.bars[place]
            if bar is not None and closed.time > entry.placed_after:
                self._fill(entry.state, instrument, bar.open, closed.time)
        self._time = closed.time

    async def authenticate(self) -> Accepted | Refused:
        """There is no door."""
        return Accepted("paper")

    async def place_order(self, order: BrokerOrder) -> Answer:
        """Rests a market order in an instrument of the run."""
        refusal = self._refusal(order)
        if refusal is not None:
            return refusal
        return Accepted(self._enter(order, self._time).state.broker_order_id)

    def _refusal(self, order: BrokerOrder) -> Refused | None:
        if order.correlation_id in self._book:
            return Refused("DUPLICATE", f"order {order.correlation_id} is already in the book")
        known = self._instruments.get(order.instrument)
        if known is None or not known[1].tradable:
            return Refused("INSTRUMENT", f"{order.instrument} cannot be traded here")
        if order.order_type is not OrderType.MARKET:
            return Refused("ORDER_TYPE", f"{order.order_type} orders are not simulated")
        return _quantity_refusal(order.quantity, known[1].lot_size)

    def _enter(self, order: BrokerOrder, placed_after: int) -> _Entry:
        state = BrokerOrderState(
            f"P{order.correlation_id}",
            order.correlation_id,
            order.instrument,
            order.side,
            OrderStatus.OPEN,
            order.quantity,
            0,
        )
        entry = self._book[order.correlation_id] = _Entry(state, placed_after)
        return entry

    def _fill(self, state: BrokerOrderState, instrument: Instrument, open_price: int, time: int) -> None:
        price = market_fill_price(state.side, open_price, self._terms.slippage, instrument.tick_size)
        trade = BrokerTrade(
            f"{state.broker_order_id}-1",
            state.broker_order_id,
            state.correlation_id,
            state.instrument,
            state.side,
            state.quantity,
            to_rupees(price),
            time,
        )
        self._trades.append(trade)
        self._move(_filled(trade), trade)

    def _move(self, state: BrokerOrderState, trade: BrokerTrade | None = None) -> None:
        former = self._book[state.correlation_id]
        self._book[state.correlation_id] = former._replace(state=state)
        self._updates.on_next(BrokerUpdate(state, trade))

    async def modify_order(self, broker_order_id: str, quantity: int, limit_price: Decimal | None) -> Answer:
        """Changes the quantity of a resting order; a market order has no price to change."""
        state = self._resting(broker_order_id)
        if isinstance(state, Refused):
            return state
        if limit_price is not None:
            return Refused("ORDER_TYPE", "a market order has no price")
        _, instrument = self._instruments[state.instrument]
        refusal = _quantity_refusal(quantity, instrument.lot_size)
        return refusal or self._changed(state._replace(quantity=quantity))

    async def cancel_order(self, broker_order_id: str) -> Answer:
        """Withdraws a resting order."""
        state = self._resting(broker_order_id)
        if isinstance(state, Refused):
            return state
        return self._changed(state._replace(status=OrderStatus.CANCELLED))

    def _resting(self, broker_order_id: str) -> BrokerOrderState | Refused:
        entry = self._book.get(broker_order_id.removeprefix("P"))
        if entry is None:
            return Refused("NOT_FOUND", f"no order {broker_order_id}")
        if entry.state.status in TERMINAL:
            return Refused("TERMINAL", f"order {broker_order_id} is {entry.state.status}")
        return entry.state

    def _changed(self, state: BrokerOrderState) -> Accepted:
        self._move(state)
        return Accepted(state.broker_order_id)

    async def get_order_status(self, correlation_id: str) -> BrokerOrderState | None:
        """An order by our id."""
        entry = self._book.get(correlation_id)
        return entry.state if entry else None

    async def fetch_orders(self) -> tuple[BrokerOrderState, ...]:
        """All orders since the start of the run."""
        return tuple(entry.state for entry in self._book.values())

    async def fetch_trades(self) -> tuple[BrokerTrade, ...]:
        """All executions since the start of the run."""
        return tuple(self._trades)

    async def fetch_positions(self) -> tuple[BrokerPosition, ...]:
        """Sums of the executions."""
        return tuple(
            position
            for key in self._instruments
            if (
                position := _position(key, [each for each in self._trades if each.instrument == key])
            ).quantity
        )

    async def get_account_balance(self) -> Balance:
        """The opening balance, less what was paid, plus what came in."""
        paid = sum(each.side.sign * each.quantity * to_units(each.price) for each in self._trades)
        charges = len({each.broker_order_id for each in self._trades}) * self._terms.charge_per_order
        return Balance(to_rupees(self._terms.opening_balance - paid - charges), to_rupees(max(0, paid)))


def _quantity_refusal(quantity: int, lot_size: int) -> Refused | None:
    if quantity > 0 and quantity % lot_size == 0:
        return None
    return Refused("QUANTITY", f"{quantity} is not a positive multiple of the lot of {lot_size}")


def _filled(trade: BrokerTrade) -> BrokerOrderState:
    """The order that this trade has filled, whole."""
    return BrokerOrderState(
        trade.broker_order_id,
        trade.correlation_id,
        trade.instrument,
        trade.side,
        OrderStatus.FILLED,
        trade.quantity,
        trade.quantity,
    )


def _position(key: str, trades: list[BrokerTrade]) -> BrokerPosition:
    quantity = sum(each.side.sign * each.quantity for each in trades)
    cost = sum((each.side.sign * each.quantity * each.price for each in trades), Decimal(0))
    return BrokerPosition(key, ProductType.INTRADAY, quantity, cost / quantity if quantity else Decimal(0))
