"""Broker reports to the ledger: an order's new status, its fills, and what follows from them."""

from streams import positions
from streams.charges import dealt, provisional, rates_on
from streams.charges.schedules import ScheduleKind
from streams.domain.orders import Leg, OrderRequest, OrderStatus
from streams.domain.portfolio import Charges, Fill
from streams.events import Effect, Execution, FillBooked, OrderMoved, Report
from streams.ordering import aim, entries_of, pursue
from streams.orders import EDGES, TERMINAL, moved
from streams.proposing import Step, withdraw
from streams.protection import aligned
from streams.settlement import position_of
from streams.state import State, Terms, Working, changed, protective, working
from streams.watching import entered


def settle(terms: Terms, state: State, report: Report) -> Step:
    """An order's new status, its fill when the report carries one we have not seen, and what both lead to."""
    order = working(state, report.order)
    if order is None or (report.execution and report.execution.trade_id in order.seen):
        return state, ()
    if report.execution is None and report.status is order.status:
        return state, ()
    asked = report.order in state.withdrawn
    after = _after(order, report)
    state = _replaced(state, order, after)
    happened = OrderMoved(
        after.request, after.status, after.filled, after.value, report.broker_order_id, report.reason
    )
    booked: tuple[Effect, ...] = ()
    if report.execution is not None:
        state, booked = _book(terms, state, order, report.execution)
    state, led_to = _consequences(terms, state, after, asked=asked, filled=report.execution is not None)
    return state, (happened, *booked, *led_to)


def _after(order: Working, report: Report) -> Working:
    status = moved(order.status, report.status)
    done = report.execution
    if done is None:
        return order._replace(status=status)
    return order._replace(
        status=status,
        filled=order.filled + done.quantity,
        value=order.value + done.quantity * done.price,
        seen=(*order.seen, done.trade_id),
    )


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
    instrument, signed = order.request.instrument, order.request.side.sign * done.quantity
    lots = state.holdings[instrument].lots
    booked = positions.book(lots, order.request.trade, signed, done.price)
    state, parts = _charge(terms, state, order, done)
    state = _earned(state, instrument, sum(each.realised for each in booked.closed), parts.total)
    state = changed(state, instrument, lots=booked.lots)._replace(
        cash=state.cash - signed * done.price, now=max(state.now, done.time)
    )
    if order.intent is not None:
        state = entered(state, instrument, order.intent, positions.held(lots))
    opened = booked.opened.quantity if booked.opened else 0
    fill = _fill(order.request, done, parts.total)
    return state, (FillBooked(fill, opened, booked.closed, parts), position_of(state, instrument))


def _earned(state: State, instrument: int, realised: int, charges: int) -> State:
    holding = state.holdings[instrument]
    state = changed(
        state, instrument, realised=holding.realised + realised, charges=holding.charges + charges
    )
    return state._replace(
        cash=state.cash - charges, realised=state.realised + realised, charges=state.charges + charges
    )


def _fill(request: OrderRequest, done: Execution, charges: int) -> Fill:
    return Fill(
        done.trade_id,
        request.key,
        request.instrument,
        request.side,
        done.quantity,
        done.price,
        charges,
        done.time,
    )


def _charge(terms: Terms, state: State, order: Working, done: Execution) -> tuple[State, Charges]:
    """A fill's provisional charges; under a tariff the day's dealings are kept for its contract note."""
    request, value = order.request, done.quantity * done.price
    instrument, sign = terms.instruments[request.instrument], request.side.sign
    rates = rates_on(terms.charges, instrument, request.product_type, state.day)
    parts = provisional(rates, sign, value, order.value)
    if terms.charges.kind is not ScheduleKind.INDIAN:
        return state, parts
    dealings = dealt(state.holdings[request.instrument].dealings, sign, done.quantity, value, parts)
    return changed(state, request.instrument, dealings=dealings), parts


def _consequences(terms: Terms, state: State, order: Working, *, asked: bool, filled: bool) -> Step:
    """What an order's move leads to: a stop that was hit disarms the target, an entry nobody wants any more
    is given back, what waited goes on, protection follows the position."""
    instrument, leg, over = order.request.instrument, order.request.key.leg, order.status in TERMINAL
    effects: tuple[Effect, ...] = ()
    if leg.protective and order.status is OrderStatus.FILLED:
        state, effects = _disarmed(state, order)
    waited = leg.protective and over and not protective(state, instrument)
    if waited or (leg is Leg.ENTRY and filled):
        state, more = pursue(terms, state, instrument)
        effects += more
    if filled or (over and (asked or leg is Leg.EXIT)):
        state, more = aligned(terms, state, instrument)
        effects += more
    return state, effects


def _disarmed(state: State, order: Working) -> Step:
    """A stop or target has filled, all its slices with it: nothing is wanted until it is asked for anew.

    Where an intent waits for it, it has only left less to give back.
    """
    instrument, leg = order.request.instrument, order.request.key.leg
    holding = state.holdings[instrument]
    slices = any(each.request.key.leg is leg for each in protective(state, instrument))
    if slices or holding.waiting is not None or not holding.target:
        return state, ()
    state = aim(state, instrument, 0, f"{leg.lower()}:{state.now}:{instrument}")
    return withdraw(state, entries_of(state, instrument))
