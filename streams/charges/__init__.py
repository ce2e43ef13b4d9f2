"""What trading costs: tariffs by date, a fill's provisional charges, and the day's contract note."""

from streams.charges.levies import UNTRADED, Dealings, contract_note, dealt, provisional, settled
from streams.charges.schedules import FREE, INDIAN, Schedule, flat, rates_by_day, rates_on
from streams.charges.tariff import Rates, Segment, segment_of

__all__ = [
    "FREE",
    "INDIAN",
    "UNTRADED",
    "Dealings",
    "Rates",
    "Schedule",
    "Segment",
    "contract_note",
    "dealt",
    "flat",
    "provisional",
    "rates_by_day",
    "rates_on",
    "segment_of",
    "settled",
]
