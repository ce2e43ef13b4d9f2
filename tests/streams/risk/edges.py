"""Each rule's edge: its limits, the last order it permits, the first it refuses, its words."""

from typing import NamedTuple

from streams.domain.money import MAX_QUANTITY
from streams.risk import Book, Hours, Proposal, RiskLimits, TradingState, Verdict

RUPEE = 10_000
BOOK = Book()
ENTRY = Proposal(instrument=0, quantity=10, value=1000 * RUPEE, reduces=False)
EXIT = ENTRY._replace(reduces=True)
SQUARE_OFF = EXIT._replace(squares_off=True)
NOTHING = RiskLimits()


class Case(NamedTuple):
    """A proposal and the book it would join."""

    proposal: Proposal
    book: Book = BOOK


class Edge(NamedTuple):
    """A rule on both sides of its limit. `exits` says whether an exit passes beyond it."""

    limits: RiskLimits
    last: Case
    beyond: Case
    refusal: Verdict
    exits: bool = True


def refusal(rule: str, limit: int, observed: int, message: str, *, counted: bool = False) -> Verdict:
    """The verdict that stops an order."""
    return Verdict(rule, False, limit, observed, message, counted)


def of_book(limits: RiskLimits, last: Book, beyond: Book, verdict: Verdict) -> Edge:
    """An edge that lies in the book."""
    return Edge(limits, Case(ENTRY, last), Case(ENTRY, beyond), verdict)


def of_order(
    limits: RiskLimits, last: Proposal, beyond: Proposal, verdict: Verdict, *, exits: bool = True
) -> Edge:
    """An edge that lies in the order."""
    return Edge(limits, Case(last), Case(beyond), verdict, exits)


EDGES = (
    of_book(
        NOTHING,
        BOOK,
        BOOK._replace(trading=False),
        refusal(
            *("trading_state", 0, 1),
            "The run is paused or stopping: it only closes positions. Resume it to let it open new ones.",
            counted=True,
        ),
    ),
    of_book(
        NOTHING,
        BOOK,
        BOOK._replace(killed=True),
        refusal(
            *("kill_switch", 0, 1),
            "The kill switch is on: positions are only closed. Release it to let new ones be opened.",
            counted=True,
        ),
    ),
    of_order(
        NOTHING,
        ENTRY,
        ENTRY._replace(tradable=False),
        refusal(
            *("tradability", 0, 1),
            "This instrument cannot be traded: it is an index, or its contract has expired.",
            counted=True,
        ),
        exits=False,
    ),
    of_order(
        NOTHING,
        ENTRY,
        ENTRY._replace(hours=Hours.PAST_SQUARE_OFF),
        refusal(
            *("market_hours", 0, 1),
            "Positions like this have ended for today: new ones can be opened next session.",
            counted=True,
        ),
    ),
    of_order(
        NOTHING,
        ENTRY,
        ENTRY._replace(short=1),
        refusal(
            *("short_sale", 0, 1),
            "This would sell 1 that you do not hold, which CNC does not permit.",
            counted=True,
        ),
    ),
    of_order(
        NOTHING,
        ENTRY,
        ENTRY._replace(stopless=True),
        refusal(
            *("stop_required", 0, 1),
            "The size is a share of equity to risk, and there is no stop-loss to tell the risk by.",
            counted=True,
        ),
    ),
    of_order(
        NOTHING,
        ENTRY._replace(lot_size=75, quantity=150),
        ENTRY._replace(lot_size=75, quantity=151),
        refusal(
            *("lot_size", 0, 74),
            "The quantity is no whole number of lots: 74 more would make one.",
            counted=True,
        ),
        exits=False,
    ),
    of_order(
        NOTHING,
        ENTRY._replace(freeze_quantity=1800, quantity=1800),
        ENTRY._replace(freeze_quantity=1800, quantity=1801),
        refusal(
            *("freeze_quantity", 1800, 1801),
            "The order is for 1,801; one order may be for 1,800 at most.",
            counted=True,
        ),
        exits=False,
    ),
    of_order(
        RiskLimits(max_order_quantity=1_00_000),
        ENTRY._replace(quantity=1_00_000),
        ENTRY._replace(quantity=1_00_001),
        refusal(
            *("max_order_quantity", 1_00_000, 1_00_001),
            "The order is for 1,00,001; your limit for one order is 1,00,000.",
            counted=True,
        ),
    ),
    of_order(
        NOTHING,
        ENTRY._replace(reference=100 * RUPEE, price_band=100_000, price=110 * RUPEE),
        ENTRY._replace(reference=100 * RUPEE, price_band=100_000, price=110 * RUPEE + 500),
        refusal(
            *("price_band", 10 * RUPEE, 10 * RUPEE + 500),
            "The price is ₹10.05 from the last close; today's price band ends ₹10.00 from it.",
        ),
        exits=False,
    ),
    of_order(
        RiskLimits(max_order_value=1000 * RUPEE),
        ENTRY,
        ENTRY._replace(value=1000 * RUPEE + 100),
        refusal(
            *("max_order_value", 1000 * RUPEE, 1000 * RUPEE + 100),
            "The order is worth ₹1,000.01; your limit for one order is ₹1,000.00.",
        ),
    ),
    of_book(
        RiskLimits(max_open_positions=3),
        BOOK._replace(others_open=2),
        BOOK._replace(others_open=3),
        refusal(
            *("max_open_positions", 3, 4),
            "This would be open position number 4; the limit is 3.",
            counted=True,
        ),
    ),
    of_book(
        RiskLimits(capital_allocation=150_000 * RUPEE),
        BOOK._replace(deployed=149_000 * RUPEE),
        BOOK._replace(deployed=149_000 * RUPEE + 100),
        refusal(
            *("capital_allocation", 150_000 * RUPEE, 150_000 * RUPEE + 100),
            "This order would put ₹1,50,000.01 to work; the run's capital is ₹1,50,000.00.",
        ),
    ),
    of_book(
        RiskLimits(per_strategy_cap=200_000 * RUPEE),
        BOOK._replace(exposure=99_000 * RUPEE, elsewhere=100_000 * RUPEE),
        BOOK._replace(exposure=99_000 * RUPEE, elsewhere=100_000 * RUPEE + 100),
        refusal(
            *("per_strategy_cap", 200_000 * RUPEE, 200_000 * RUPEE + 100),
            "The strategy would be exposed by ₹2,00,000.01; its cap is ₹2,00,000.00.",
        ),
    ),
    of_book(
        RiskLimits(max_daily_loss=500 * RUPEE),
        BOOK._replace(day_pnl=-500 * RUPEE + 1),
        BOOK._replace(day_pnl=-500 * RUPEE),
        refusal(
            *("max_daily_loss", 500 * RUPEE, 500 * RUPEE),
            "Today's loss of ₹500.00 has reached the limit of ₹500.00.",
        ),
    ),
    of_book(
        RiskLimits(max_account_daily_loss=800 * RUPEE),
        BOOK._replace(day_pnl=-500 * RUPEE, pnl_elsewhere=-300 * RUPEE + 1),
        BOOK._replace(day_pnl=-500 * RUPEE, pnl_elsewhere=-300 * RUPEE),
        refusal(
            *("max_account_daily_loss", 800 * RUPEE, 800 * RUPEE),
            "The account's loss today of ₹800.00 has reached its limit of ₹800.00.",
        ),
    ),
    of_book(
        RiskLimits(max_orders_per_day=1000),
        BOOK._replace(orders_today=999),
        BOOK._replace(orders_today=1000),
        refusal(
            *("max_orders_per_day", 1000, 1001),
            "This would be order number 1,001 today; the limit is 1,000.",
            counted=True,
        ),
    ),
    of_book(
        RiskLimits(max_trades_per_day=5),
        BOOK._replace(trades_today=4),
        BOOK._replace(trades_today=5),
        refusal(
            *("max_trades_per_day", 5, 6),
            "This would be trade number 6 today; the limit is 5.",
            counted=True,
        ),
    ),
    of_order(
        NOTHING,
        ENTRY,
        ENTRY._replace(repeats=1),
        refusal(
            *("duplicate_intent", 0, 1),
            "This very request has been made into an order before: it is not made again.",
            counted=True,
        ),
    ),
)
"""In the order of evaluation."""

# More of what a rule refuses, beyond its first edge: the case, the rule, what it then says.
ALSO = {
    "a square-off by a person or the clock is all a halted run does": (
        Case(EXIT, BOOK._replace(state=TradingState.HALTED)),
        "trading_state",
        "The run is halted: its positions can only be squared off, by you or by the clock.",
    ),
    "a run is reduced by its state as by a pause": (
        Case(ENTRY, BOOK._replace(state=TradingState.REDUCING)),
        "trading_state",
        "The run is paused or stopping: it only closes positions. Resume it to let it open new ones.",
    ),
    "a closed market takes no exits either": (
        Case(EXIT._replace(hours=Hours.CLOSED)),
        "market_hours",
        "The market is closed: it takes no orders now.",
    ),
    "an order for nothing": (
        Case(ENTRY._replace(quantity=0, lot_size=75)),
        "lot_size",
        "The quantity is no whole number of lots: 75 more would make one.",
    ),
    "more than the core can count": (
        Case(ENTRY._replace(quantity=MAX_QUANTITY + 1)),
        "freeze_quantity",
        "The order is for 1,00,00,001; one order may be for 1,00,00,000 at most.",
    ),
    "a price below the band": (
        Case(ENTRY._replace(reference=100 * RUPEE, price_band=50_000, price=94 * RUPEE)),
        "price_band",
        "The price is ₹6.00 from the last close; today's price band ends ₹5.00 from it.",
    ),
}
