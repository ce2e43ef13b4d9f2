"""The order table: every legal edge, and an error with both states for every other."""

from itertools import product

import pytest

from streams.domain.orders import OrderStatus
from streams.orders import EDGES, TERMINAL, IllegalTransition, moved

S = OrderStatus

# Written from the design's diagram, not from the table under test.
LEGAL = """
PENDING          -> SENDING CANCELLED
SENDING          -> SUBMITTED REJECTED UNKNOWN
SUBMITTED        -> OPEN PARTIALLY_FILLED FILLED CANCELLED REJECTED EXPIRED PENDING_CANCEL PENDING_MODIFY
OPEN             -> PARTIALLY_FILLED FILLED CANCELLED REJECTED EXPIRED PENDING_CANCEL PENDING_MODIFY
PARTIALLY_FILLED -> PARTIALLY_FILLED FILLED CANCELLED REJECTED EXPIRED PENDING_CANCEL PENDING_MODIFY
PENDING_CANCEL   -> OPEN PARTIALLY_FILLED PENDING_CANCEL FILLED CANCELLED REJECTED EXPIRED
PENDING_MODIFY   -> OPEN PARTIALLY_FILLED PENDING_CANCEL FILLED CANCELLED REJECTED EXPIRED
UNKNOWN          -> SUBMITTED OPEN PARTIALLY_FILLED FILLED CANCELLED REJECTED EXPIRED PENDING_CANCEL \
PENDING_MODIFY NOT_PLACED
NOT_PLACED       -> SUBMITTED OPEN PARTIALLY_FILLED FILLED CANCELLED REJECTED EXPIRED PENDING_CANCEL \
PENDING_MODIFY
CANCELLED        -> FILLED
FILLED           ->
REJECTED         ->
EXPIRED          ->
"""
LINES = [line.split("->") for line in LEGAL.strip().splitlines()]
EDGE_LIST = {(S(former.strip()), S(to)) for former, targets in LINES for to in targets.split()}
ALL = list(product(S, S))


@pytest.mark.parametrize(("former", "to"), [edge for edge in ALL if edge in EDGE_LIST])
def test_an_order_may_take_every_edge_of_the_table(former: OrderStatus, to: OrderStatus) -> None:
    """The new state is given back."""
    assert moved(former, to) is to


@pytest.mark.parametrize(("former", "to"), [edge for edge in ALL if edge not in EDGE_LIST])
def test_an_order_takes_no_other_edge_and_the_error_names_both_states(
    former: OrderStatus, to: OrderStatus
) -> None:
    """A broken promise of the broker's, not a refusal."""
    with pytest.raises(IllegalTransition, match=f"from {former} to {to}$"):
        moved(former, to)


def test_every_state_is_in_the_table() -> None:
    """A state without a row would raise KeyError in the middle of a run."""
    assert set(EDGES) == set(S)


def test_an_order_at_its_end_goes_nowhere_but_where_the_wire_may_still_bring_it() -> None:
    """A fill may cross a cancel; an order taken for lost may show up."""
    assert {state for state in TERMINAL if EDGES[state]} == {S.CANCELLED, S.NOT_PLACED}
    assert {state for state in S if not EDGES[state]} == {S.FILLED, S.REJECTED, S.EXPIRED}
