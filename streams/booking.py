"""Broker reports to the ledger: an order's new status, its fills, and what they did to the position."""

from streams import positions
from streams.charges import charged
from streams.domain.orders import Leg
from streams.domain.portfolio import Fill
from streams.events import Execution, FillBooked, OrderMoved, PositionChanged, Report
from streams.ordering import Step, changed, give_back
from streams.orders import EDGES, TERMINAL, moved
from streams.state import Holding, State, Terms, Working, working


def settle(terms: Terms, state: State, report: Report) -> Step:
    """An order's new status, and its fill when the report carries one we have not seen."""
    order = working(state, report.order)
    if order is None or (report.execution and report.execution.trade_id in order.seen):
        return state, ()
    if report.execution is None and report.status is order.status:
        return state, ()
    after = _after(order, report)
    state = _replaced(state, order, after)
    happened = OrderMoved(
        after.request, after.status, after.filled, after.value, report.broker_order_id, report.reason
    )
    if report.execution is None:
        return state, (happened,)
    state, booked = _book(terms, state, order, report.execution)
    state, exits = _settle_late_entry(terms, state, order)
    return state, (happened, *booked, *exits)


def _after(order: Working, report: Report) -> Working:
    status = moved(order.status, report.status)
    done = report.execution
    if done is None:
        return order._replace(status=status)
    value = order.value + done.quantity * done.price
    return Working(order.request, status, order.filled + done.quantity, value, (*order.seen, done.trade_id))


def _replaced(state: State, former: Working, after: Working) -> State:
    """Working orders stay in the order of placing; what may still be heard of is remembered for the day."""
    if after.status not in TERMINAL and former.status not in TERMINAL:
        return state._replace(working=tuple(after if each is former else each for each in state.working))
    working = tuple(each for each in state.working if each is not former)
    cancelled = tuple(each for each in state.cancelled if each is not former)
    if after.status not in TERMINAL:
        return state._replace(working=(*working, after), cancelled=cancelled)
    if EDGES[after.status]:
        cancelled = (*cancelled, after)
    withdrawn = tuple(key for key in state.withdrawn if key != after.request.key)
    return state._replace(working=working, cancelled=cancelled, withdrawn=withdrawn)


def _book(terms: Terms, state: State, order: Working, done: Execution) -> Step:
    request, sign = order.request, order.request.side.sign
    holding = state.holdings[request.instrument]
    booked = positions.book(holding.lots, request.trade, sign * done.quantity, done.price)
    charges = charged(terms.charges.per_order, order.filled)
    realised = sum(each.realised for each in booked.closed)
    state = changed(
        state,
        request.instrument,
        lots=booked.lots,
        realised=holding.realised + realised,
        charges=holding.charges + charges,
    )._replace(
        cash=state.cash - sign * done.quantity * done.price - charges,
        realised=state.realised + realised,
        charges=state.charges + charges,
    )
    fill = Fill(
        done.trade_id,
        request.key,
        request.instrument,
        request.side,
        done.quantity,
        done.price,
        charges,
        done.time,
    )
    opened = booked.opened.quantity if booked.opened else 0
    position = _position(request.instrument, state.holdings[request.instrument])
    return state, (FillBooked(fill, opened, booked.closed), position)


def _position(instrument: int, after: Holding) -> PositionChanged:
    held, spent = positions.held(after.lots), positions.cost(after.lots)
    return PositionChanged(instrument, held, spent, after.realised, after.charges)


def _settle_late_entry(terms: Terms, state: State, order: Working) -> Step:
    """An entry that fills after its target went away is given back at once."""
    if order.request.key.leg is Leg.EXIT:
        return state, ()
    return give_back(terms, state, order.request.instrument, None)
