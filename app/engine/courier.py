"""Between a run and its broker: orders go out once, answers and updates come back as reports."""

from collections.abc import Iterable

from app.brokers.base import Accepted, BrokerInterface, BrokerUpdate, Refused
from app.engine.outgoing import to_broker
from app.engine.plan import Plan
from app.engine.rows import amount
from streams.domain.money import to_units
from streams.domain.orders import OrderKey, OrderRequest, OrderStatus
from streams.events import Cancel, Execution, Modify, Place, Report

Errand = Place | Modify | Cancel


class Courier:
    """Carries out what the pipeline decided, for one run."""

    def __init__(self, plan: Plan, broker: BrokerInterface, at_work: Iterable[OrderRequest]) -> None:
        self._plan, self._broker = plan, broker
        self._orders = {plan.identity.correlation_id(each.key): each.key for each in at_work}
        self._updates: list[BrokerUpdate] = []
        broker.updates.subscribe(self._updates.append)

    async def carry(self, errand: Errand) -> Report | None:
        """Does it; what the broker answered to an order. What becomes of a change or a cancel comes as an
        update, if at all: an order that ended meanwhile has told so already."""
        if isinstance(errand, Place):
            return await self._place(errand.request)
        if isinstance(errand, Modify):
            await self._modify(errand.request)
        else:
            await self._cancel(errand.order)
        return None

    async def _place(self, request: OrderRequest) -> Report:
        order = to_broker(self._plan, request)
        self._orders[order.correlation_id] = request.key
        answer = await self._broker.place_order(order)
        if isinstance(answer, Accepted):
            return Report(request.key, OrderStatus.SUBMITTED, None, answer.broker_order_id)
        if isinstance(answer, Refused):
            return Report(request.key, OrderStatus.REJECTED, reason=f"{answer.code}: {answer.reason}")
        return Report(request.key, OrderStatus.UNKNOWN, reason=answer.reason)

    async def _modify(self, request: OrderRequest) -> None:
        found = await self._broker.get_order_status(self._plan.identity.correlation_id(request.key))
        if found is not None:
            prices = amount(request.limit_price), amount(request.trigger_price)
            await self._broker.modify_order(found.broker_order_id, request.quantity, *prices)

    async def _cancel(self, key: OrderKey) -> None:
        found = await self._broker.get_order_status(self._plan.identity.correlation_id(key))
        if found is not None:
            await self._broker.cancel_order(found.broker_order_id)

    async def look_up(self, request: OrderRequest) -> Report:
        """What became of an order whose answer was never recorded: it is never sent again."""
        found = await self._broker.get_order_status(self._plan.identity.correlation_id(request.key))
        if found is None:
            return Report(request.key, OrderStatus.UNKNOWN, reason="no answer was recorded")
        return Report(request.key, OrderStatus.SUBMITTED, None, found.broker_order_id)

    def updates(self) -> list[Report]:
        """What the broker has said since the last time."""
        updates, self._updates[:] = list(self._updates), []
        return [self._report(each) for each in updates]

    def _report(self, update: BrokerUpdate) -> Report:
        key, done = self._orders[update.order.correlation_id], update.trade
        execution = done and Execution(
            done.broker_trade_id, done.quantity, to_units(done.price), done.traded_at
        )
        return Report(key, update.order.status, execution, update.order.broker_order_id, update.order.reason)
