"""From an account to its broker: the one place that knows which brokers there are."""

from collections.abc import Callable

from app.brokers.base import BrokerInterface
from app.brokers.paper import PaperBroker, PaperTerms
from streams.domain.market import Instrument
from streams.domain.orders import BrokerKind

Make = Callable[[tuple[Instrument, ...], PaperTerms], BrokerInterface]

BROKERS: dict[BrokerKind, Make] = {BrokerKind.PAPER: PaperBroker}
"""A new broker is a module and a line here."""


class UnknownBroker(LookupError):
    """No adapter for this kind of account."""


def broker_for(kind: BrokerKind, instruments: tuple[Instrument, ...], terms: PaperTerms) -> BrokerInterface:
    """The broker an account trades through. UnknownBroker when there is no adapter for it."""
    if kind not in BROKERS:
        raise UnknownBroker(f"there is no adapter for {kind} accounts yet")
    return BROKERS[kind](instruments, terms)
