"""What the execution fold remembers of a run, and what can be read off it."""

from enum import StrEnum
from typing import Any, NamedTuple

from streams import positions
from streams.charges import FREE, UNTRADED, Dealings, Schedule
from streams.domain.intents import Intent, Manner
from streams.domain.market import Chunk, Instrument, Interval
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, ProductType
from streams.domain.portfolio import Charges, Lot
from streams.domain.venue import Venue
from streams.risk.engine import RiskEngine
from streams.risk.facts import TradingState


class Terms(NamedTuple):
    """What is fixed for a run. `capital` in units.

    `square_off_before` is how many minutes before the session's continuous close an INTRADAY position ends
    where the strategy names no time; None: it is carried. `detail` are finer candles of the instruments, over
    the whole run: with the venue's detail each bar is walked by those inside it.
    """

    instruments: tuple[Instrument, ...]
    capital: int
    risk: RiskEngine
    venue: Venue = Venue()
    charges: Schedule = FREE
    product_type: ProductType = ProductType.INTRADAY
    square_off_before: int | None = None
    interval: Interval = Interval.ONE_MINUTE
    detail: Chunk = ()


class Phase(StrEnum):
    """Whether the run takes new risk, only gives it back, or is on its way out."""

    TRADING = "TRADING"
    PAUSED = "PAUSED"
    STOPPING = "STOPPING"


class Guard(NamedTuple):
    """What protects a position: the intent that last entered it, and what has become of its trail and time.

    `best` is the best price since the position was opened, in units; `fresh` until a candle has closed on it;
    `age` counts those candles, where the intent sets a time; `placed` the rounds of protective orders made.
    """

    intent: Intent
    best: int = 0
    fresh: bool = True
    age: int = 0
    placed: int = 0


class Holding(NamedTuple):
    """One instrument: its lots, what the strategy wants, and why. `target` None asks for nothing.

    `cause` names what set the target, `exits` counts the exit orders made for that cause, `manner` is how
    the strategy last asked. `waiting` is an intent whose orders wait until protection is withdrawn;
    `entries` are the sequences of the intents that have entered since the position was flat. `reference` is
    the last session's close, `dealings` what was dealt today, `noted` what a contract note has already made
    of that.
    """

    lots: tuple[Lot, ...] = ()
    target: int | None = None
    cause: str = ""
    exits: int = 0
    mark: int = 0
    realised: int = 0
    charges: int = 0
    manner: Manner = Manner()
    waiting: Intent | None = None
    guard: Guard | None = None
    entries: tuple[int, ...] = ()
    reference: int = 0
    dealings: Dealings = UNTRADED
    noted: Charges = Charges()


class Working(NamedTuple):
    """An order whose end has not come. `value` is what its fills cost; `seen` their trade ids; `intent` what
    it enters for."""

    request: OrderRequest
    status: OrderStatus
    filled: int = 0
    value: int = 0
    seen: tuple[str, ...] = ()
    intent: Intent | None = None

    @property
    def rest(self) -> int:
        """Signed quantity still to come; nothing once a broker has filled more than was asked for."""
        return self.request.side.sign * max(0, self.request.quantity - self.filled)


class State(NamedTuple):
    """A run between two events. Amounts in units; `day` counts IST days, `time` is the last candle's open.

    `now` is the latest the run has heard of: a candle, or an execution since. `cancelled` orders, and those
    taken for lost, may still be heard of today; `withdrawn` ones have been asked to be cancelled. `asked` is
    the sequence of the last intent.
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
    now: int = 0
    standing: TradingState = TradingState.ACTIVE
    killed: bool = False
    pnl_elsewhere: int = 0
    asked: int = -1
    orders_today: int = 0
    trades_today: int = 0


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


def protective(state: State, instrument: int) -> list[Working]:
    """The instrument's working protective orders, in the order of placing."""
    return [
        each
        for each in state.working
        if each.request.instrument == instrument and each.request.key.leg.protective
    ]


def changed(state: State, instrument: int, **changes: Any) -> State:
    """The state with one instrument's holding changed."""
    holdings = list(state.holdings)
    holdings[instrument] = holdings[instrument]._replace(**changes)
    return state._replace(holdings=tuple(holdings))


def working(state: State, key: OrderKey) -> Working | None:
    """The order with this key, if its end has not come or more may still be heard of it."""
    return next((each for each in (*state.working, *state.cancelled) if each.request.key == key), None)


def entering(state: State) -> int:
    """What the entries in flight would be worth at the last prices, without sign."""
    return sum(
        [
            abs(each.rest) * state.holdings[each.request.instrument].mark
            for each in state.working
            if each.request.key.leg is Leg.ENTRY
        ]
    )
