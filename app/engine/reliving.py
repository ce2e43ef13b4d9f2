"""A paper broker taken through a run's tape again: then it knows what it knew when its process ended."""

from collections import deque
from collections.abc import Callable

from app.brokers.base import BrokerUpdate
from app.brokers.paper import PaperBroker
from app.engine.courier import Errand
from app.engine.outgoing import to_broker
from app.engine.plan import Plan
from app.engine.rows import amount
from streams.domain.orders import OrderKey, OrderRequest, OrderStatus
from streams.events import Cancel, CandlesClosed, Modify, Place, Report
from streams.orders import TERMINAL
from streams.pipeline import Executed

ANSWERS = (OrderStatus.SUBMITTED, OrderStatus.REJECTED, OrderStatus.UNKNOWN)
"""What an order is told when it is placed, or looked up."""


class Reliving:
    """Steps go in as they were recorded; the simulated exchange does the rest again, and must do the same.

    `unanswered` holds the errands, in their order, of which the tape does not tell what came of them.
    """

    def __init__(self, plan: Plan, broker: PaperBroker) -> None:
        self._plan, self._broker = plan, broker
        self.unanswered: list[Errand] = []
        self._told: deque[BrokerUpdate] = deque()
        broker.updates.subscribe(self._told.append)

    def step(self, step: Executed, upcoming: Callable[[], CandlesClosed]) -> None:
        """One event with its effects; `upcoming` gives the candles that the exchange was at."""
        if isinstance(step.event, CandlesClosed):
            self._broker.market(step.event)
        if isinstance(step.event, Report):
            self._report(step.event, upcoming)
        for effect in step.effects:
            if isinstance(effect, Place | Modify | Cancel):
                self._errand(effect)

    def _report(self, report: Report, upcoming: Callable[[], CandlesClosed]) -> None:
        key = report.order
        if report.status in ANSWERS and report.execution is None:
            self._answered(key, Place)
            return
        if report.status is OrderStatus.CANCELLED and self._answered(key, Cancel):
            self._broker.take_out(f"P{self._name(key)}")
        self._check(key, upcoming)
        if report.status in TERMINAL:
            self._answered(key, Cancel)

    def _check(self, key: OrderKey, upcoming: Callable[[], CandlesClosed]) -> None:
        """That the exchange tells the same next."""
        while not self._told:
            if not self._broker.meet(upcoming()):
                raise RuntimeError(f"the tape tells more of order {key.name} than the exchange knows")
        if self._told.popleft().order.correlation_id != self._name(key):
            raise RuntimeError(f"the exchange tells of another order than {key.name}")

    def _answered(self, key: OrderKey, kind: type) -> bool:
        """Whether there was such an errand for this order; it waits no more."""
        found = next((each for each in self.unanswered if type(each) is kind and _key(each) == key), None)
        if found is not None:
            self.unanswered.remove(found)
        return found is not None

    def _errand(self, errand: Errand) -> None:
        """An order decided is there; a change is not answered; a cancel is, so it waits for that."""
        if isinstance(errand, Modify):
            self._change(errand.request)
            return
        if isinstance(errand, Place):
            self._broker.enter(to_broker(self._plan, errand.request))
        self.unanswered.append(errand)

    def _change(self, request: OrderRequest) -> None:
        prices = amount(request.limit_price), amount(request.trigger_price)
        self._broker.change(f"P{self._name(request.key)}", request.quantity, *prices)

    def _name(self, key: OrderKey) -> str:
        return self._plan.identity.correlation_id(key)


def _key(errand: Errand) -> OrderKey:
    return errand.order if isinstance(errand, Cancel) else errand.request.key
