"""How the kernel's memory is laid out: named places in flat columns of 64-bit integers.

The columns are lists when the kernel runs as plain Python and numpy arrays when it is compiled;
`column[place]` reads and writes alike in both. NOBODY stands for no intent.
"""

NOBODY = -1

MODEL, AMOUNT, WIDTH, INDIAN = range(4)
"""In `numbers`: the slippage's model and amount, the width of a row of `asks`, whether days are settled."""

TRAIT = 12
"""What is fixed for an instrument, in `traits`: itself, and the manner in which its strategy trades it."""
(
    TICK,
    LOT_SIZE,
    BAND,
    TRADABLE,
    MEASURE,
    TYPE,
    VALIDITY,
    OFFSET,
    PYRAMIDING,
    EXIT_AFTER,
    DELIVERED,
) = range(11)

RATE = 14
"""A stretch of days with the same charges, in `rates`: its instrument, its first day, the numbers."""
RATE_INSTRUMENT, RATE_DAY, RATE_NUMBERS = range(3)

PLAN = 11
"""An intent, in `plans`, by its sequence; distances are points and parts per million."""
(
    PLAN_INSTRUMENT,
    PLAN_TARGET,
    PLAN_ACTION,
    PLAN_LIMIT,
    PLAN_TRIGGER,
    PLAN_STOP,
    PLAN_STOP_PPM,
    PLAN_PROFIT,
    PLAN_PROFIT_PPM,
    PLAN_TRAIL,
    PLAN_TRAIL_PPM,
) = range(PLAN)

RUN = 20
"""The run's own numbers come first in `book`; instrument i's begin at RUN + i * HOLDING."""
(
    CASH,
    REALISED,
    CHARGES,
    DAY,
    DAY_EQUITY,
    TIME,
    NOW,
    HEARD,
    ORDERS_TODAY,
    TRADES_TODAY,
    WORKING,
    ERRANDS,
    ASKED,
    KEPT,
    LOGGED,
    LOTS_ROOM,
    MET,
) = range(17)
# HEARD is the last intent's sequence. WORKING counts the resting orders, ERRANDS what the exchange has yet to
# answer, MET what it reports at once, ASKED all requests of the run, KEPT and LOGGED the rows written to
# `asks` and `log` since they were last emptied; an instrument has room for LOTS_ROOM lots.

HOLDING = 48
"""An instrument: position, what is wanted of it and why, its guard, its day, its lane at the exchange."""
(
    HELD,
    COST,
    LOTS,
    FIRST,
    MARK,
    GAINED,
    PAID,
    TARGET,
    AIMED,
    CAUSE_KIND,
    CAUSE,
    EXITS,
    FOLLOWED,
    WAITING,
    GUARD,
    BEST,
    FRESH,
    AGE,
    PLACED,
    ENTRIES,
    REFERENCE,
    LANE_DAY,
    LANE_CLOSE,
    LANE_REFERENCE,
    LANE_ENTERED,
    WAKE,
    WAKE_ABOVE,
    WAKE_BELOW,
    DEALINGS,
) = range(29)
# AIMED is 1 once something is wanted, FOLLOWED once an intent has been; WAITING and GUARD are sequences of
# intents; FIRST is the place of the oldest lot in the instrument's own stretch of `lots`. WAKE says that its
# next candle matters, the other two from what price on; DEALINGS are nine numbers.

BY_INTENT, BY_STOP_LOSS, BY_TAKE_PROFIT, BY_SQUARE_OFF, BY_EXIT_AFTER = range(5)
"""What is behind an exit: CAUSE is the intent's sequence, else a time."""

LOT = 3
LOT_TRADE, LOT_QUANTITY, LOT_COST = range(LOT)

ORDER = 16
"""A working order in `working`, in the order of placing; ORDER_SIGNED is what it is for."""
(
    ORDER_ASK,
    ORDER_INSTRUMENT,
    ORDER_SIGNED,
    ORDER_LEG,
    ORDER_TIME,
    ORDER_TYPE,
    ORDER_LIMIT,
    ORDER_TRIGGER,
    ORDER_INTENT,
    ORDER_WITHDRAWN,
    ORDER_ACCEPTED,
    ORDER_TRIGGERED,
    ORDER_DAY,
    ORDER_MEETS,
) = range(14)
ORDERS_AT_MOST = 32
"""Working orders an instrument may have."""

ENTRY, EXIT, STOP_LOSS, TAKE_PROFIT = range(4)
MARKET, LIMIT, STOP_LIMIT, STOP_MARKET = range(4)
DAY_ORDER, IMMEDIATE = range(2)
TARGET_ACTION, ENTER_ACTION, EXIT_ACTION = range(3)

ERRAND = 2
PLACING, WITHDRAWING = range(2)
"""An errand is a kind and a request's number; a change of an order needs no answer."""

REPORT = 3
REPORT_ASK, REPORT_STATUS, REPORT_PRICE = range(REPORT)

ASK = 16
"""A request risk has judged, in `asks`; what each rule observed follows, rule by rule."""
(
    ASK_INTENT,
    ASK_INSTRUMENT,
    ASK_SIGNED,
    ASK_TIME,
    ASK_LEG,
    ASK_CAUSE_KIND,
    ASK_CAUSE,
    ASK_GENERATION,
    ASK_TYPE,
    ASK_LIMIT,
    ASK_TRIGGER,
    ASK_VERDICTS,
    ASK_PERMITTED,
    ASK_REFERENCE,
    ASK_VALIDITY,
) = range(15)
# ASK_INTENT is the intent it answers, NOBODY where a candle or a fill made it; ASK_REFERENCE the last
# session's close.

LOG = 18
"""What happened, in `log`: the kind, the request it is about, its numbers; a fill's charges part by part."""
(
    LOG_KIND,
    LOG_ASK,
    LOG_TIME,
    LOG_STATUS,
    LOG_INSTRUMENT,
    LOG_SIGNED,
    LOG_PRICE,
    LOG_OPENED,
    LOG_CHARGES,
    LOG_PARTS,
) = range(10)
PARTS = 8
# A LOT_CLOSED follows its FILLED: in LOG_ASK the trade, then in these places its numbers. A MODIFIED has the
# quantity in LOG_SIGNED and the price in LOG_PRICE; a SETTLED its day in LOG_ASK.
CLOSED_QUANTITY, CLOSED_COST, CLOSED_REALISED = LOG_SIGNED, LOG_PRICE, LOG_OPENED

DECIDED, MOVED, FILLED, LOT_CLOSED, CANCELLED, MODIFIED, SETTLED = range(7)
IS_SUBMITTED, IS_FILLED, IS_CANCELLED, IS_EXPIRED, IS_OVER = range(5)
"""What LOG_STATUS and REPORT_STATUS say; IS_OVER is cancelled for having been immediate."""
