"""Requests and fills in the broker's words."""

from app.brokers.base import BrokerOrder, BrokerTrade
from app.engine.plan import Plan
from app.engine.rows import amount
from streams.domain.money import to_rupees
from streams.domain.orders import OrderRequest
from streams.domain.portfolio import Fill


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
    )


def to_trade(plan: Plan, fill: Fill) -> BrokerTrade:
    """A fill of ours as the paper broker knew it."""
    correlation = plan.identity.correlation_id(fill.order)
    return BrokerTrade(
        fill.trade_id,
        f"P{correlation}",
        correlation,
        plan.run.terms.instruments[fill.instrument].key,
        fill.side,
        fill.quantity,
        to_rupees(fill.price),
        fill.time,
    )
