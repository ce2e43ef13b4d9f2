"""What an instrument that nobody has described is taken for."""

import re
from decimal import Decimal

from app.store.instruments import key_of
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.money import to_units

INDICES = frozenset({"NIFTY", "BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "SENSEX", "INDIAVIX"})
TICK = Decimal("0.05")
LOT = 1

_DERIVATIVE = re.compile(r"\d.*(CE|PE|FUT)$")


def described(
    text: str, kind: InstrumentKind | None = None, tick_size: Decimal = TICK, lot_size: int = LOT
) -> Instrument | str:
    """The instrument of a key like `NSE:RELIANCE`; else what has to be said about it.

    Raises ValueError when the key is malformed.
    """
    key = key_of(text)
    symbol = key.split(":")[1]
    if kind is None and _DERIVATIVE.search(symbol):
        return f"{key} looks like a future or an option: say which with --kind"
    guess = InstrumentKind.INDEX if symbol in INDICES else InstrumentKind.EQUITY
    return Instrument(key, kind or guess, to_units(tick_size), lot_size)
