"""How the kernel's memory is laid out: named places in flat columns of 64-bit integers.

The columns are lists when the kernel runs as plain Python and numpy arrays when it is compiled;
`column[place]` reads and writes alike in both.
"""

PER_ORDER, SLIPPAGE, WIDTH = range(3)
"""In `numbers`: the flat charge, the slippage in parts per million, the width of a row of `asks`."""

RUN = 16
"""The run's own numbers come first in `book`; instrument i's begin at RUN + i * HOLDING."""
CASH, REALISED, CHARGES, DAY, DAY_EQUITY, TIME, WORKING, ASKED, KEPT, LOGGED, LOTS_ROOM, ERRANDS = range(12)
# WORKING counts the resting orders, ASKED all requests of the run, KEPT and LOGGED the rows written to `asks`
# and `log` since they were last emptied; an instrument has room for LOTS_ROOM lots.
# ERRANDS counts the requests placed and not yet answered by the exchange.

HOLDING = 16
"""An instrument: its position, what is wanted of it and why, its last price, its sums, its lots."""
HELD, COST, TARGET, AIMED, CAUSE, EXITS, MARK, GAINED, PAID, FIRST, LOTS = range(11)
# AIMED is 1 once something is wanted; CAUSE the sequence of the intent that wanted it; FIRST the place of the
# oldest lot among LOTS, both counted within the instrument's own stretch of `lots`.

LOT = 3
LOT_TRADE, LOT_QUANTITY, LOT_COST = range(LOT)
ORDER = 6
"""A resting order in `working`, in the order of placing; ORDER_REST is signed."""
ORDER_ASK, ORDER_INSTRUMENT, ORDER_REST, ORDER_LEG, ORDER_TIME, ORDER_TRADE = range(ORDER)
ORDERS_AT_MOST = 8
"""Resting orders an instrument may have."""

ENTRY, EXIT, STOP_LOSS, TAKE_PROFIT = range(4)

ASK = 10
"""A request risk has judged, in `asks`; what each rule observed follows, rule by rule."""
(
    ASK_INTENT,
    ASK_INSTRUMENT,
    ASK_SIGNED,
    ASK_TIME,
    ASK_LEG,
    ASK_CAUSE,
    ASK_GENERATION,
    ASK_VERDICTS,
    ASK_PERMITTED,
    ASK_REFERENCE,
) = range(ASK)
# ASK_INTENT is the intent it answers, -1 where a candle or a fill made it; ASK_CAUSE the intent behind it;
# ASK_REFERENCE the last session's close.

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
# A LOT_CLOSED follows its FILLED: in LOG_ASK the trade, then in these places its numbers.
CLOSED_QUANTITY, CLOSED_COST, CLOSED_REALISED = LOG_SIGNED, LOG_PRICE, LOG_OPENED

DECIDED, MOVED, FILLED, LOT_CLOSED = range(4)
SUBMITTED = 0
"""What a MOVED row's LOG_STATUS says."""
