"""What the kernel does not know, said in a sentence: such a run takes the fold's way, which knows it all."""

from streams.domain.intents import Manner
from streams.domain.orders import OrderType
from streams.kernel.rules import of_the_house
from streams.state import Terms
from streams.strategies.asks import Ask


def hindrance(terms: Terms) -> str:
    """Why a run cannot be reckoned in numbers alone; empty where it can."""
    said = (
        (not of_the_house(terms.risk), "A risk rule of your own is asked order by order."),
        (terms.venue.participation > 0, "A cap on the share of a bar's volume fills orders in parts."),
        (terms.venue.latency > 0, "A latency holds orders back for some bars."),
        (terms.venue.detail, "Bars are walked by finer candles."),
        (
            any(each.freeze_quantity for each in terms.instruments),
            "Orders beyond the freeze quantity are sliced.",
        ),
    )
    return next((sentence for holds, sentence in said if holds), "")


def is_quiet(terms: Terms, ask: Ask) -> bool:
    """Whether nothing can happen to a position between the candles on which its strategy asks for something
    (and those after, where the orders fill), but what the clock brings."""
    manner: Manner = ask.manner
    guarded = any(each is not None for each in ask.protection) or manner.exit_after > 0
    banded = any(each.price_band for each in terms.instruments)
    return manner.order_type is OrderType.MARKET and not guarded and not banded
