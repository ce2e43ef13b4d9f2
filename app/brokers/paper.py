"""The paper broker: the simulated exchange's book behind a broker's interface, fed by the run's candles."""

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
from app.brokers.paper_ledger import PaperLedger
from app.brokers.paper_orders import asked, order_refusal, prices_refusal, quantity_refusal, request_of
from streams import exchange
from streams.charges import FREE, Schedule
from streams.detail import walked
from streams.domain.market import Chunk, Instrument, Interval
from streams.domain.money import to_rupees
from streams.domain.orders import OrderStatus
from streams.domain.venue import Venue
from streams.events import CandlesClosed, Execution, Report
from streams.orders import TERMINAL


class PaperTerms(NamedTuple):
    """What the simulation assumes; the opening balance in units. With the venue's detail each candle, of
    `interval`, is walked by the finer ones inside it."""

    opening_balance: int
    venue: Venue = Venue()
    charges: Schedule = FREE
    detail: Chunk = ()
    interval: Interval = Interval.ONE_MINUTE


class _Entry(NamedTuple):
    state: BrokerOrderState
    order: BrokerOrder


class PaperBroker:
    """Orders meet the candles that open after they were decided, as in a backtest: it is the same exchange.

    `meet(closed)` is its price feed, stage by stage; `market(closed)` all of a moment. It answers at once and
    never `Ambiguous`; a correlation id it already has is refused.
    """

    def __init__(self, instruments: tuple[Instrument, ...], terms: PaperTerms) -> None:
        self._instruments = instruments
        self._places = {each.key: place for place, each in enumerate(instruments)}
        self._terms = terms
        self._exchange = exchange.opened(instruments)
        self._book: dict[str, _Entry] = {}
        self._ledger = PaperLedger(terms.opening_balance, terms.charges)
        self._updates: Subject[BrokerUpdate] = Subject()

    @property
    def updates(self) -> Observable[BrokerUpdate]:
        """What the candles do to orders, and cancels."""
        return self._updates

    def meet(self, closed: CandlesClosed) -> bool:
        """What these candles do next to the orders, told to `updates`; False when there is nothing more."""
        parts, known = self._walked(closed), self._exchange
        for part in range(known.part if known.time == closed.time else 0, len(parts)):
            self._exchange, reports = exchange.meet(
                self._instruments, self._terms.venue, self._exchange, parts[part], part
            )
            for report in reports:
                self._reported(report)
            if reports:
                return True
        return False

    def _walked(self, closed: CandlesClosed) -> tuple[CandlesClosed, ...]:
        terms = self._terms
        return walked(closed, terms.detail if terms.venue.detail else (), terms.interval)

    def market(self, closed: CandlesClosed) -> None:
        """All that these candles do."""
        while self.meet(closed):
            pass

    def _reported(self, report: Report) -> None:
        entry = self._book[report.order.cause]
        state = entry.state._replace(status=report.status, reason=report.reason)
        if report.execution is None:
            self._move(state)
            return
        trade = _trade(entry, report.execution)
        instrument = self._instruments[self._places[entry.order.instrument]]
        self._ledger.book(trade, instrument, entry.order.product_type)
        self._move(state._replace(filled_quantity=state.filled_quantity + trade.quantity), trade)

    def _move(self, state: BrokerOrderState, trade: BrokerTrade | None = None) -> None:
        former = self._book[state.correlation_id]
        self._book[state.correlation_id] = former._replace(state=state)
        self._updates.on_next(BrokerUpdate(state, trade))

    async def authenticate(self) -> Accepted | Refused:
        """There is no door."""
        return Accepted("paper")

    async def place_order(self, order: BrokerOrder) -> Answer:
        """Rests an order in an instrument of the run."""
        return self.enter(order)

    def enter(self, order: BrokerOrder) -> Accepted | Refused:
        """The same at once."""
        if order.correlation_id in self._book:
            return Refused("DUPLICATE", f"order {order.correlation_id} is already in the book")
        place = self._places.get(order.instrument)
        if place is None or not self._instruments[place].tradable:
            return Refused("INSTRUMENT", f"{order.instrument} cannot be traded here")
        refusal = order_refusal(order, self._instruments[place])
        if refusal is not None:
            return refusal
        state = asked(order)
        self._book[order.correlation_id] = _Entry(state, order)
        self._exchange = exchange.accept(self._exchange, request_of(order, place, self._exchange.time))
        return Accepted(state.broker_order_id)

    async def modify_order(
        self,
        broker_order_id: str,
        quantity: int,
        limit_price: Decimal | None,
        trigger_price: Decimal | None = None,
    ) -> Answer:
        """Changes a resting order; one without a price has none to change."""
        return self.change(broker_order_id, quantity, limit_price, trigger_price)

    def change(
        self, broker_order_id: str, quantity: int, limit: Decimal | None, trigger: Decimal | None
    ) -> Accepted | Refused:
        """The same at once."""
        entry = self._resting(broker_order_id)
        if isinstance(entry, Refused):
            return entry
        order, place = entry.order, self._places[entry.order.instrument]
        instrument = self._instruments[place]
        refusal = prices_refusal(order, limit, trigger) or quantity_refusal(quantity, instrument)
        if refusal is not None:
            return refusal
        if quantity <= entry.state.filled_quantity:
            return Refused("QUANTITY", f"{entry.state.filled_quantity} have been filled already")
        order = order._replace(
            quantity=quantity,
            limit_price=order.limit_price if limit is None else limit,
            trigger_price=order.trigger_price if trigger is None else trigger,
        )
        self._book[order.correlation_id] = _Entry(entry.state._replace(quantity=quantity), order)
        self._exchange = exchange.amend(self._exchange, request_of(order, place, self._exchange.time))
        return Accepted(broker_order_id)

    async def cancel_order(self, broker_order_id: str) -> Answer:
        """Withdraws a resting order."""
        return self.take_out(broker_order_id)

    def take_out(self, broker_order_id: str) -> Accepted | Refused:
        """The same at once."""
        entry = self._resting(broker_order_id)
        if isinstance(entry, Refused):
            return entry
        key = request_of(entry.order, 0, 0).key
        self._exchange = exchange.withdraw(self._exchange, key)
        self._move(entry.state._replace(status=OrderStatus.CANCELLED))
        return Accepted(broker_order_id)

    def _resting(self, broker_order_id: str) -> _Entry | Refused:
        entry = self._book.get(broker_order_id.removeprefix("P"))
        if entry is None:
            return Refused("NOT_FOUND", f"no order {broker_order_id}")
        if entry.state.status in TERMINAL:
            return Refused("TERMINAL", f"order {broker_order_id} is {entry.state.status}")
        return entry

    async def get_order_status(self, correlation_id: str) -> BrokerOrderState | None:
        """An order by our id."""
        entry = self._book.get(correlation_id)
        return entry.state if entry else None

    async def fetch_orders(self) -> tuple[BrokerOrderState, ...]:
        """All orders since the start of the run."""
        return tuple(entry.state for entry in self._book.values())

    async def fetch_trades(self) -> tuple[BrokerTrade, ...]:
        """All executions since the start of the run."""
        return tuple(self._ledger.trades)

    async def fetch_positions(self) -> tuple[BrokerPosition, ...]:
        """Sums of the executions."""
        return self._ledger.positions()

    async def get_account_balance(self) -> Balance:
        """The opening balance, less what was paid, plus what came in."""
        return self._ledger.balance()


def _trade(entry: _Entry, done: Execution) -> BrokerTrade:
    """Numbered within its order, as the exchange does."""
    state = entry.state
    return BrokerTrade(
        f"{state.broker_order_id}-{done.trade_id.rpartition('/')[2]}",
        state.broker_order_id,
        state.correlation_id,
        state.instrument,
        state.side,
        done.quantity,
        to_rupees(done.price),
        done.time,
    )
