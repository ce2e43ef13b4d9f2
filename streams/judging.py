"""What risk is asked: a request as a proposal, and the run as the book it would join."""

from typing import NamedTuple

from streams.domain.intents import Intent
from streams.domain.orders import Leg, OrderRequest, ProductType
from streams.risk.facts import Book, Hours, Proposal
from streams.state import Phase, State, Terms, entering, in_flight, worth
from streams.timetable import past_square_off
from streams.wanting import staying


class Reason(NamedTuple):
    """Why a request is made: the intent behind it, whether a person or the clock asks, whether its size
    lacks the stop-loss it hangs on."""

    intent: Intent | None = None
    squares_off: bool = False
    stopless: bool = False
    repeats: int = 0


def proposal(terms: Terms, state: State, request: OrderRequest, reason: Reason) -> Proposal:
    """A request in the numbers the rules look at.

    A protective level may lie beyond the day's price band: it is there for other days too.
    """
    instrument, holding = terms.instruments[request.instrument], state.holdings[request.instrument]
    leg = request.key.leg
    price = 0 if leg.protective else request.limit_price or request.trigger_price or 0
    return Proposal(
        request.instrument,
        request.quantity,
        request.quantity * holding.mark,
        leg is not Leg.ENTRY,
        reason.squares_off or leg.protective,
        price,
        holding.reference,
        instrument.price_band,
        instrument.lot_size,
        instrument.freeze_quantity,
        instrument.tradable,
        _hours(terms, state, request),
        _short(state, request),
        reason.stopless,
        reason.repeats,
    )


def _hours(terms: Terms, state: State, request: OrderRequest) -> Hours:
    """Orders rest until the market opens; only what was squared off for the day is not entered again."""
    manner = state.holdings[request.instrument].manner
    if request.key.leg is Leg.ENTRY and past_square_off(terms, request.instrument, manner, state.time):
        return Hours.PAST_SQUARE_OFF
    return Hours.OPEN


def _short(state: State, request: OrderRequest) -> int:
    """By how much an entry would sell what is to be delivered and will not be held."""
    if request.product_type is not ProductType.CNC or request.key.leg is not Leg.ENTRY:
        return 0
    going = staying(state, request.instrument) + in_flight(state, request.instrument, Leg.ENTRY)
    return max(0, -(going + request.side.sign * request.quantity))


def book(state: State, request: OrderRequest) -> Book:
    """What the rules may look at when this order is proposed."""
    held, coming = worth(state), entering(state)
    return Book(
        trading=state.phase is Phase.TRADING,
        day_pnl=state.cash + held.value - state.day_equity,
        others_open=len(_taken(state) - {request.instrument}),
        deployed=held.deployed + coming,
        exposure=held.exposure + coming,
        elsewhere=state.elsewhere,
        state=state.standing,
        killed=state.killed,
        pnl_elsewhere=state.pnl_elsewhere,
        orders_today=state.orders_today,
        # The slices of one decision are one trade.
        trades_today=state.trades_today - (request.key.slice > 0),
    )


def _taken(state: State) -> set[int]:
    held = {position for position, each in enumerate(state.holdings) if each.lots}
    return held | {each.request.instrument for each in state.working if each.request.key.leg is Leg.ENTRY}
