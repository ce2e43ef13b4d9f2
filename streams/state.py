"""What the execution fold remembers of a run, and what can be read off it."""

from enum import StrEnum
from typing import NamedTuple

from streams import positions
from streams.charges import FREE, Schedule
from streams.domain.market import Instrument, Interval
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, ProductType
from streams.domain.portfolio import Lot
from streams.domain.venue import Venue
from streams.risk.engine import RiskEngine
from streams.risk.rules import Book


class Terms(NamedTuple):
    """What is fixed for a run. `capital` in units.

    `square_off_before` is how many minutes before the session's continuous close an INTRADAY position ends
    where the strategy names no time; None: it is carried.
    """

    instruments: tuple[Instrument, ...]
    capital: int
    risk: RiskEngine
    venue: Venue = Venue()
    charges: Schedule = FREE
    product_type: ProductType = ProductType.INTRADAY
    square_off_before: int | None = None
    interval: Interval = Interval.ONE_MINUTE


class Phase(StrEnum):
    """Whether the run takes new risk, only gives it back, or is on its way out."""

    TRADING = "TRADING"
    PAUSED = "PAUSED"
    STOPPING = "STOPPING"


class Holding(NamedTuple):
    """One instrument: its lots, what the strategy wants, and why. `target` None asks for nothing.

    `cause` names what set the target, `exits` counts the exit orders made for that cause.
    """

    lots: tuple[Lot, ...] = ()
    target: int | None = None
    cause: str = ""
    exits: int = 0
    mark: int = 0
    realised: int = 0
    charges: int = 0


class Working(NamedTuple):
    """An order whose end has not come. `value` is what its fills cost; `seen` their trade ids."""

    request: OrderRequest
    status: OrderStatus
    filled: int = 0
    value: int = 0
    seen: tuple[str, ...] = ()

    @property
    def rest(self) -> int:
        """Signed quantity still to come; nothing once a broker has filled more than was asked for."""
        return self.request.side.sign * max(0, self.request.quantity - self.filled)


class State(NamedTuple):
    """A run between two events. Amounts in units; `day` counts IST days, `time` is the last candle's open.

    `cancelled` orders, and those taken for lost, may still be heard of today; `withdrawn` ones have been
    asked to be cancelled.
    """

    holdings: tuple[Holding, ...]
    cash: int
    working: tuple[Working, ...] = ()
    cancelled: tuple[Working, ...] = ()
    withdrawn: tuple[OrderKey, ...] = ()
    phase: Phase = Phase.TRADING
    realised: int = 0
    charges: int = 0
    day: int = -1
    day_equity: int = 0
    elsewhere: int = 0
    time: int = 0


def opening(terms: Terms) -> State:
    """The state before anything has happened."""
    return State(tuple(Holding() for _ in terms.instruments), terms.capital, day_equity=terms.capital)


class Worth(NamedTuple):
    """The open positions in units: what they are worth at the last prices and what they cost, with sign and
    without."""

    value: int
    cost: int
    exposure: int
    deployed: int


def worth(state: State) -> Worth:
    """What the open positions come to."""
    value = cost = exposed = deployed = 0
    for each in state.holdings:
        if each.lots:
            market, spent = positions.held(each.lots) * each.mark, positions.cost(each.lots)
            value, cost = value + market, cost + spent
            exposed, deployed = exposed + abs(market), deployed + abs(spent)
    return Worth(value, cost, exposed, deployed)


def open_cost(state: State) -> int:
    """What the open positions cost, signed."""
    return worth(state).cost


def equity(state: State) -> int:
    """Cash and positions at market."""
    return state.cash + worth(state).value


def exposure(state: State) -> int:
    """What is held and being entered, at market, without sign."""
    return worth(state).exposure + entering(state)


def in_flight(state: State, instrument: int, *legs: Leg) -> int:
    """Signed quantity still to come from the instrument's working orders of these kinds.

    An order asked to be cancelled is not counted on; should it fill all the same, that is given back.
    """
    return sum(
        [
            each.rest
            for each in state.working
            if each.request.instrument == instrument
            and each.request.key.leg in legs
            and each.request.key not in state.withdrawn
        ]
    )


def working(state: State, key: OrderKey) -> Working | None:
    """The order with this key, if its end has not come or more may still be heard of it."""
    return next((each for each in (*state.working, *state.cancelled) if each.request.key == key), None)


def book(state: State, instrument: int) -> Book:
    """What the rules may look at when an order in this instrument is proposed."""
    held, coming = worth(state), entering(state)
    return Book(
        trading=state.phase is Phase.TRADING,
        day_pnl=state.cash + held.value - state.day_equity,
        others_open=len(_taken(state) - {instrument}),
        deployed=held.deployed + coming,
        exposure=held.exposure + coming,
        elsewhere=state.elsewhere,
    )


def _taken(state: State) -> set[int]:
    held = {position for position, each in enumerate(state.holdings) if each.lots}
    return held | {each.request.instrument for each in state.working if each.request.key.leg is Leg.ENTRY}


def entering(state: State) -> int:
    """What the entries in flight would be worth at the last prices, without sign."""
    return sum(
        [
            abs(each.rest) * state.holdings[each.request.instrument].mark
            for each in state.working
            if each.request.key.leg is Leg.ENTRY
        ]
    )
