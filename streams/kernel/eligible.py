"""What the kernel does not know, said in a sentence: such a run takes the fold's way, which knows it all."""

from streams.charges.schedules import ScheduleKind
from streams.domain.intents import Sizing
from streams.domain.orders import OrderType
from streams.domain.venue import Slippage
from streams.kernel.rules import of_the_house
from streams.state import Terms
from streams.strategies.asks import Ask, Intents


def hindrance(terms: Terms, intents: Intents) -> str:
    """Why a run cannot be reckoned in numbers alone; empty where it can."""
    said = [sentence for holds, sentence in _of_terms(terms) if holds]
    said += [sentence for ask in intents.asks for holds, sentence in _of_ask(ask) if holds]
    return said[0] if said else ""


def _of_terms(terms: Terms) -> tuple[tuple[bool, str], ...]:
    return (
        (not of_the_house(terms.risk), "A risk rule of your own is asked order by order."),
        (not terms.venue.plain, "A cap on volume, a latency or finer candles part orders or hold them up."),
        (terms.venue.slippage is not Slippage.BPS, "This slippage is reckoned order by order."),
        (terms.charges.kind is ScheduleKind.INDIAN, "The day's contract notes are made fill by fill."),
        (terms.square_off_before is not None, "Positions are squared off by the clock."),
        (any(each.freeze_quantity for each in terms.instruments), "Orders may have to be sliced."),
        (any(each.price_band for each in terms.instruments), "Prices have a band for the day."),
        (any(each.expiry for each in terms.instruments), "Contracts expire."),
        (not all(each.tradable for each in terms.instruments), "An index cannot be traded."),
    )


def _of_ask(ask: Ask) -> tuple[tuple[bool, str], ...]:
    manner = ask.manner
    guarded = any(each is not None for each in ask.protection)
    return (
        (ask.target is None, "Entries and exits are followed order by order."),
        (guarded, "Protective orders are followed candle by candle."),
        (manner.sizing is not Sizing.QUANTITY, "Sizes are reckoned order by order."),
        (manner.order_type is not OrderType.MARKET, "Limit and stop orders are followed candle by candle."),
        (manner.exit_after > 0, "Positions end after so many candles."),
        (manner.square_off is not None, "Positions are squared off by the clock."),
        (manner.product_type is not None, "The strategy names its own product type."),
    )
