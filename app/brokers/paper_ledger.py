"""What a paper account holds: its executions, what they cost, and the money that is left."""

from decimal import Decimal

from app.brokers.base import Balance, BrokerPosition, BrokerTrade
from streams.charges import Schedule, provisional, rates_on
from streams.domain.market import Instrument
from streams.domain.money import to_rupees, to_units
from streams.domain.orders import ProductType
from streams.sessions import DAY, IST


class PaperLedger:
    """The trades of one run's account, in their order; charges as they are known before the day's end."""

    def __init__(self, opening_balance: int, charges: Schedule) -> None:
        self.trades: list[BrokerTrade] = []
        self._balance, self._paid, self._schedule = opening_balance, 0, charges
        self._filled: dict[str, int] = {}
        self._held: dict[tuple[str, ProductType], list[BrokerTrade]] = {}

    def book(self, trade: BrokerTrade, instrument: Instrument, product: ProductType) -> None:
        """Takes an execution in."""
        value, before = trade.quantity * to_units(trade.price), self._filled.get(trade.broker_order_id, 0)
        rates = rates_on(self._schedule, instrument, product, (trade.traded_at + IST) // DAY)
        charges = provisional(rates, trade.side.sign, value, before).total
        self._filled[trade.broker_order_id] = before + value
        self._paid += trade.side.sign * value
        self._balance -= trade.side.sign * value + charges
        self._held.setdefault((trade.instrument, product), []).append(trade)
        self.trades.append(trade)

    def positions(self) -> tuple[BrokerPosition, ...]:
        """Sums of the executions, where they are not nothing."""
        sums = (_position(key, product, trades) for (key, product), trades in self._held.items())
        return tuple(each for each in sums if each.quantity)

    def balance(self) -> Balance:
        """The opening balance, less what was paid, plus what came in."""
        return Balance(to_rupees(self._balance), to_rupees(max(0, self._paid)))


def _position(key: str, product: ProductType, trades: list[BrokerTrade]) -> BrokerPosition:
    quantity = sum(each.side.sign * each.quantity for each in trades)
    cost = sum((each.side.sign * each.quantity * each.price for each in trades), Decimal(0))
    return BrokerPosition(key, product, quantity, cost / quantity if quantity else Decimal(0))
