"""Every enum of the contract, each value with its meaning."""

from enum import Enum, StrEnum
from typing import TypeVar

import strawberry

from app.store.tables.accounts import BrokerAccountStatus, Role
from app.store.tables.strategies import RunStatus
from app.store.tables.trading import RiskEventKind, TradeVerdict
from streams.charges.schedules import ScheduleKind
from streams.domain.intents import Action, Sizing
from streams.domain.market import Exchange, InstrumentKind, Interval
from streams.domain.orders import Leg, OrderStatus, OrderType, ProductType, Side, Validity
from streams.domain.venue import Slippage

E = TypeVar("E", bound=type[Enum])


def described(enum: E, description: str, name: str | None = None, **values: str) -> E:
    """Make a GraphQL enum of a domain's own, which knows nothing of GraphQL; every value is described."""
    strawberry.enum(enum, name=name, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set by the line above
    for value in definition.values:
        value.description = values[value.name]
    return enum


class RunMode(StrEnum):
    """The modes that can be started."""

    BACKTEST = "BACKTEST"
    PAPER = "PAPER"


class BrokerKind(StrEnum):
    """The brokers an account can be made at."""

    PAPER = "PAPER"


class EventKind(StrEnum):
    """What the log of events holds; the value is the word the `events` table keeps."""

    RUN_STATUS = "RUN_STATUS"
    RUN_PROGRESS = "RUN_PROGRESS"
    INTENT = "INTENT"
    DECISION = "DECISION"
    ORDER = "ORDER"
    FILL = "FILL"
    CHARGES = "CHARGES"
    POSITION = "POSITION"
    PNL = "PNL"
    RISK = "RISK"
    TRADE = "TRADE"
    LOG = "LOG"
    STRATEGY_CHANGED = "STRATEGY_CHANGED"
    ACCOUNT_CHANGED = "ACCOUNT_CHANGED"
    LIMITS_CHANGED = "LIMITS_CHANGED"


class LogLevel(StrEnum):
    """How grave a line of the log is."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class UserErrorCode(StrEnum):
    """Why an input was refused."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    TAKEN = "TAKEN"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    REGISTRATION_CLOSED = "REGISTRATION_CLOSED"
    WRONG_STATUS = "WRONG_STATUS"
    WRONG_MODE = "WRONG_MODE"
    IN_USE = "IN_USE"
    NOT_TRADABLE = "NOT_TRADABLE"
    LOT_SIZE = "LOT_SIZE"
    NO_CANDLES = "NO_CANDLES"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


described(
    RunMode,
    "Where a run's orders go.",
    BACKTEST="A simulation over history, as fast as it goes.",
    PAPER="The simulated exchange, fed with candles at a chosen speed.",
)
described(BrokerKind, "Where an account's orders go.", PAPER="The simulated exchange of this server.")
described(
    EventKind,
    "What an event tells of.",
    RUN_STATUS="A run changed its status.",
    RUN_PROGRESS="A run got further.",
    INTENT="A strategy asked for something.",
    DECISION="Risk decided on an intent.",
    ORDER="An order changed its status.",
    FILL="An order was executed, in part or whole.",
    CHARGES="A day's contract note settled what its fills cost.",
    POSITION="A position changed.",
    PNL="A run's profit and loss was struck anew.",
    RISK="A rule refused, or the trading state changed.",
    TRADE="A trade was decided on, opened, changed or closed.",
    LOG="The system wrote a line about a run.",
    STRATEGY_CHANGED="A strategy was made, changed or archived.",
    ACCOUNT_CHANGED="A broker account was made, changed or deleted.",
    LIMITS_CHANGED="Risk limits were set.",
)
described(
    LogLevel,
    "How grave a line of the log is.",
    DEBUG="For those who look for a fault.",
    INFO="What happened.",
    WARNING="What may need attention.",
    ERROR="What failed.",
)
described(
    UserErrorCode,
    "Why an input was refused.",
    INVALID="A value is out of its bounds.",
    NOT_FOUND="There is no such thing, or it is somebody else's: the answer is the same.",
    TAKEN="The name is in use already.",
    BAD_CREDENTIALS="The e-mail and password, or the refresh token, are not right.",
    REGISTRATION_CLOSED="This server takes no new users.",
    WRONG_STATUS="Not in the status it has now.",
    WRONG_MODE="Not in this mode.",
    IN_USE="Something that is still active depends on it.",
    NOT_TRADABLE="The instrument has a price and no order book.",
    LOT_SIZE="The quantity is not a whole number of lots.",
    NO_CANDLES="The store has no candles there; the message says where it has some.",
    IDEMPOTENCY_KEY_REUSED="The key was used before with another input.",
)
described(
    Role,
    "What a user may do.",
    ADMIN="Holds the server's own switches besides everything of their own.",
    TRADER="Everything of their own.",
)
described(
    BrokerAccountStatus,
    "Where a broker account stands.",
    ACTIVE="It can be traded with.",
    NEEDS_LOGIN="The broker's token is missing or over.",
    DELETED="Its credentials are erased; it is kept for the records.",
)
described(
    Action,
    "How the number of an intent is meant.",
    name="IntentAction",
    TARGET="The position to hold.",
    ENTER="To be taken, or added.",
    EXIT="To be given back, all of it.",
)
described(
    Sizing,
    "What the number of an intent measures.",
    QUANTITY="Units of the instrument.",
    LOTS="Lots of the instrument.",
    VALUE="Money, in units of 1/10000 rupee.",
    CAPITAL="Parts per million of the run's equity, laid out.",
    RISK="Parts per million of the run's equity, lost when the stop-loss is hit.",
)
described(
    RunStatus,
    "Where a run stands.",
    QUEUED="Waits for an engine.",
    RUNNING="An engine works on it.",
    PAUSED="It takes no new risk; it still closes positions.",
    STOPPING="It ends as soon as its orders are terminal.",
    STOPPED="It was stopped.",
    COMPLETED="It has worked through all its candles.",
    FAILED="It broke; `statusReason` and the system logs say why.",
)
described(
    Exchange,
    "Where an instrument trades.",
    NSE="National Stock Exchange of India.",
    BSE="BSE, formerly the Bombay Stock Exchange.",
    MCX="Multi Commodity Exchange of India.",
)
described(
    InstrumentKind,
    "What an instrument is.",
    EQUITY="A share.",
    INDEX="An index: a price without an order book.",
    FUTURE="A future.",
    OPTION="An option.",
)
described(
    Interval,
    "How long a candle lasts.",
    ONE_MINUTE="1 minute.",
    THREE_MINUTES="3 minutes.",
    FIVE_MINUTES="5 minutes.",
    FIFTEEN_MINUTES="15 minutes.",
    THIRTY_MINUTES="30 minutes.",
    ONE_HOUR="1 hour.",
    ONE_DAY="One trading day.",
)
described(Side, "Which way an order goes.", BUY="Buy.", SELL="Sell.")
described(
    OrderType,
    "How an order's price is set.",
    MARKET="At the market's price.",
    LIMIT="At the limit price or better.",
    STOP_LOSS="A limit order once the trigger price is met.",
    STOP_LOSS_MARKET="A market order once the trigger price is met.",
)
described(
    ProductType,
    "How a position is carried.",
    INTRADAY="Closed within the day.",
    CNC="Delivery: cash and carry.",
    MARGIN="Carried on margin.",
)
described(
    ScheduleKind,
    "What simulated orders cost.",
    name="ChargeSchedule",
    INDIAN="Brokerage, taxes and fees by the tariffs in force on each day.",
    FLAT="A sum an order, once, with its first fill.",
    NONE="Nothing.",
)
described(
    Slippage,
    "How much worse than the market a fill that takes liquidity is.",
    name="SlippageModel",
    BPS="Basis points of the price.",
    TICKS="Ticks, a whole number.",
    HALF_SPREAD="Half of a spread assumed in basis points of the price.",
    VOLUME_SHARE="Basis points of the price, times the square of the fill's share of the candle's volume.",
)
described(
    Validity,
    "How long an order rests.",
    DAY="Until the session ends.",
    IOC="Immediate or cancel.",
)
described(
    Leg,
    "What an order is for.",
    ENTRY="To take risk.",
    EXIT="To give it back.",
    STOP_LOSS="To give it back at a loss that is bounded: rests beside the position.",
    TAKE_PROFIT="To give it back at a gain that was aimed at: rests beside the position.",
)
described(
    OrderStatus,
    "Where an order stands.",
    PENDING="Recorded, not yet sent.",
    SENDING="On its way to the broker.",
    SUBMITTED="The broker has it.",
    OPEN="It rests at the exchange.",
    PARTIALLY_FILLED="Executed in part.",
    PENDING_CANCEL="Its cancellation is on the way.",
    PENDING_MODIFY="Its modification is on the way.",
    UNKNOWN="Whether the broker has it is being looked up.",
    FILLED="Executed in full.",
    CANCELLED="Cancelled.",
    REJECTED="Refused by the broker, or provably never sent.",
    EXPIRED="Its validity ended.",
    NOT_PLACED="The look-up found that the broker never had it.",
)
described(
    TradeVerdict,
    "What risk said of a decision.",
    APPROVED="Every enabled rule passed.",
    REFUSED="A rule refused.",
)
described(
    RiskEventKind,
    "What a risk event is.",
    REFUSED="A rule refused an order.",
    STATE_CHANGED="The trading state changed.",
)
