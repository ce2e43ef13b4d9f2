"""The ordinary hours of each market, by the date from which they hold; in IST.

From 2026-08-03 a share that has derivatives ends its day with a closing auction. One without goes on trading
until 15:30; what an instrument's kind does not tell, the calendar does not know, so every share is taken to
have derivatives.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class PhaseKind(StrEnum):
    """What a market does."""

    PRE_OPEN = "PRE_OPEN"
    OPEN = "OPEN"
    CLOSING_AUCTION = "CLOSING_AUCTION"
    POST_CLOSE = "POST_CLOSE"
    CLOSED = "CLOSED"


class Span(NamedTuple):
    """A phase by the clock, `HH:MM`; one that ends at random may end from `random_from` on."""

    kind: PhaseKind
    opens: str
    closes: str
    step: str = ""
    random_from: str = ""


Spans = tuple[Span, ...]
Table = tuple[tuple[str, Spans], ...]
"""From this date on, these spans; ascending."""


def continuous(opens: str, closes: str) -> Span:
    """Continuous trading."""
    return Span(PhaseKind.OPEN, opens, closes)


_CALL_2010 = (
    Span(PhaseKind.PRE_OPEN, "09:00", "09:08", "order entry", "09:07"),
    Span(PhaseKind.PRE_OPEN, "09:08", "09:12", "order matching"),
    Span(PhaseKind.PRE_OPEN, "09:12", "09:15", "transition"),
)
_CALL_2026 = (
    Span(PhaseKind.PRE_OPEN, "09:00", "09:05", "order entry"),
    Span(PhaseKind.PRE_OPEN, "09:05", "09:10", "limit order entry", "09:08"),
    Span(PhaseKind.PRE_OPEN, "09:10", "09:12", "order matching"),
    Span(PhaseKind.PRE_OPEN, "09:12", "09:15", "transition"),
)
_AUCTION_AUGUST = (
    Span(PhaseKind.CLOSING_AUCTION, "15:15", "15:20", "reference price"),
    Span(PhaseKind.CLOSING_AUCTION, "15:20", "15:25", "order entry"),
    Span(PhaseKind.CLOSING_AUCTION, "15:25", "15:30", "limit order entry", "15:28"),
    Span(PhaseKind.CLOSING_AUCTION, "15:30", "15:35", "order matching"),
)
_AUCTION_DECEMBER = (
    Span(PhaseKind.CLOSING_AUCTION, "15:30", "15:31", "reference price"),
    Span(PhaseKind.CLOSING_AUCTION, "15:31", "15:36", "order entry"),
    Span(PhaseKind.CLOSING_AUCTION, "15:36", "15:40", "limit order entry", "15:38"),
)
_POST_CLOSE_2010 = Span(PhaseKind.POST_CLOSE, "15:40", "16:00", "at the closing price")
_POST_CLOSE_2026 = Span(PhaseKind.POST_CLOSE, "15:50", "16:00", "at the closing price")

_BEFORE_CALLS: Table = (
    ("1990-01-01", (continuous("09:55", "15:30"),)),
    ("2010-01-04", (continuous("09:00", "15:30"),)),
)
CASH: Table = (
    *_BEFORE_CALLS,
    ("2010-10-18", (*_CALL_2010, continuous("09:15", "15:30"), _POST_CLOSE_2010)),
    ("2026-08-03", (*_CALL_2010, continuous("09:15", "15:15"), *_AUCTION_AUGUST, _POST_CLOSE_2026)),
    ("2026-09-07", (*_CALL_2026, continuous("09:15", "15:15"), *_AUCTION_AUGUST, _POST_CLOSE_2026)),
    ("2026-12-07", (*_CALL_2026, continuous("09:15", "15:30"), *_AUCTION_DECEMBER, _POST_CLOSE_2026)),
)
OPTIONS: Table = (
    *_BEFORE_CALLS,
    ("2010-10-18", (continuous("09:15", "15:30"),)),
    ("2026-08-03", (continuous("09:15", "15:40"),)),
    ("2026-12-07", (continuous("09:15", "15:45"),)),
)
FUTURES: Table = (
    *OPTIONS[:3],
    ("2025-12-08", (*_CALL_2010, continuous("09:15", "15:30"))),
    ("2026-08-03", (*_CALL_2010, continuous("09:15", "15:40"))),
    ("2026-12-07", (*_CALL_2010, continuous("09:15", "15:45"))),
)
EXPIRING_CLOSE = ("2026-12-07", "15:30")
"""From this date a derivative stops then on its last day: index contracts do, shares' go on to 15:45."""
