"""Requests in the broker's words."""

from app.brokers.base import BrokerOrder
from app.engine.plan import Plan
from app.engine.rows import amount
from streams.domain.orders import OrderRequest


def to_broker(plan: Plan, request: OrderRequest) -> BrokerOrder:
    """A request as the broker gets it."""
    return BrokerOrder(
        plan.identity.correlation_id(request.key),
        plan.run.terms.instruments[request.instrument].key,
        request.side,
        request.quantity,
        request.order_type,
        request.product_type,
        request.validity,
        amount(request.limit_price),
        amount(request.trigger_price),
        request.key.leg,
        request.time,
    )
