"""Orders as the paper broker takes them: what it refuses, and what they are at the simulated exchange."""

from decimal import Decimal

from app.brokers.base import BrokerOrder, BrokerOrderState, Refused
from streams.domain.market import Instrument
from streams.domain.money import to_units
from streams.domain.orders import OrderKey, OrderRequest, OrderStatus, OrderType

LIMITED = (OrderType.LIMIT, OrderType.STOP_LOSS)
TRIGGERED = (OrderType.STOP_LOSS, OrderType.STOP_LOSS_MARKET)


def order_refusal(order: BrokerOrder, instrument: Instrument) -> Refused | None:
    """Why an order cannot rest, if it cannot."""
    return (
        quantity_refusal(order.quantity, instrument)
        or _missing(order)
        or prices_refusal(order, order.limit_price, order.trigger_price)
    )


def quantity_refusal(quantity: int, instrument: Instrument) -> Refused | None:
    """A quantity is a number of lots, and not more than the exchange takes at once."""
    if quantity <= 0 or quantity % instrument.lot_size:
        message = f"{quantity} is not a positive multiple of the lot of {instrument.lot_size}"
        return Refused("QUANTITY", message)
    if 0 < instrument.freeze_quantity < quantity:
        return Refused("QUANTITY", f"{quantity} is above the freeze quantity of {instrument.freeze_quantity}")
    return None


def _missing(order: BrokerOrder) -> Refused | None:
    if order.order_type in LIMITED and order.limit_price is None:
        return Refused("PRICE", f"a {order.order_type} order has a limit price")
    if order.order_type in TRIGGERED and order.trigger_price is None:
        return Refused("PRICE", f"a {order.order_type} order has a trigger price")
    return None


def prices_refusal(order: BrokerOrder, limit: Decimal | None, trigger: Decimal | None) -> Refused | None:
    """A price has a kind of order it belongs to, and is above zero; None is none, or no other one."""
    if limit is not None and (order.order_type not in LIMITED or limit <= 0):
        return Refused("ORDER_TYPE", f"{limit} is no limit price of a {order.order_type} order")
    if trigger is not None and (order.order_type not in TRIGGERED or trigger <= 0):
        return Refused("ORDER_TYPE", f"{trigger} is no trigger price of a {order.order_type} order")
    return None


def asked(order: BrokerOrder) -> BrokerOrderState:
    """The order as it rests before anything has happened to it."""
    return BrokerOrderState(
        f"P{order.correlation_id}",
        order.correlation_id,
        order.instrument,
        order.side,
        OrderStatus.OPEN,
        order.quantity,
        0,
    )


def request_of(order: BrokerOrder, place: int, now: int) -> OrderRequest:
    """The order in the exchange's words, known there by its correlation id."""
    return OrderRequest(
        OrderKey(order.correlation_id, order.leg),
        place,
        order.side,
        order.quantity,
        now if order.decided_at is None else order.decided_at,
        None,
        order.order_type,
        order.product_type,
        order.validity,
        None if order.limit_price is None else to_units(order.limit_price),
        None if order.trigger_price is None else to_units(order.trigger_price),
    )
