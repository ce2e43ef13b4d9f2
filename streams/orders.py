"""The order state machine: one table of every legal edge."""

from streams.domain.orders import OrderStatus

S = OrderStatus

_FINAL = (S.FILLED, S.CANCELLED, S.REJECTED, S.EXPIRED)
_AT_BROKER = (S.OPEN, S.PARTIALLY_FILLED, *_FINAL, S.PENDING_CANCEL, S.PENDING_MODIFY)

EDGES: dict[OrderStatus, frozenset[OrderStatus]] = {
    S.PENDING: frozenset({S.SENDING, S.CANCELLED}),
    S.SENDING: frozenset({S.SUBMITTED, S.REJECTED, S.UNKNOWN}),
    S.SUBMITTED: frozenset(_AT_BROKER),
    S.OPEN: frozenset({S.PARTIALLY_FILLED, *_FINAL, S.PENDING_CANCEL, S.PENDING_MODIFY}),
    S.PARTIALLY_FILLED: frozenset({S.PARTIALLY_FILLED, *_FINAL, S.PENDING_CANCEL, S.PENDING_MODIFY}),
    S.PENDING_CANCEL: frozenset({S.OPEN, S.PARTIALLY_FILLED, S.PENDING_CANCEL, *_FINAL}),
    S.PENDING_MODIFY: frozenset({S.OPEN, S.PARTIALLY_FILLED, S.PENDING_CANCEL, *_FINAL}),
    S.UNKNOWN: frozenset({S.SUBMITTED, *_AT_BROKER, S.NOT_PLACED}),
    # A fill may cross a cancel on the wire, and an order taken for lost may show up.
    S.CANCELLED: frozenset({S.FILLED}),
    S.NOT_PLACED: frozenset({S.SUBMITTED, *_AT_BROKER}),
    S.FILLED: frozenset(),
    S.REJECTED: frozenset(),
    S.EXPIRED: frozenset(),
}

TERMINAL = frozenset({S.FILLED, S.CANCELLED, S.REJECTED, S.EXPIRED, S.NOT_PLACED})


class IllegalTransition(ValueError):
    """An edge that is not in the table; the message names both states."""


def moved(former: OrderStatus, to: OrderStatus) -> OrderStatus:
    """`to`, if an order may go there from `former`. IllegalTransition otherwise."""
    if to not in EDGES[former]:
        raise IllegalTransition(f"an order cannot go from {former} to {to}")
    return to
