"""What an instrument that nobody has described is taken for."""

import re
from decimal import Decimal

from app.store.instruments import key_of
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.money import MAX_PRICE, MAX_QUANTITY, UNIT, to_units

INDICES = frozenset({"NIFTY", "BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "SENSEX", "INDIAVIX"})
TICK = Decimal("0.05")
LOT = 1

LONGEST_SYMBOL = 50

_DERIVATIVE = re.compile(r"\d.*(CE|PE|FUT)$")


def described(
    text: str, kind: InstrumentKind | None = None, tick_size: Decimal = TICK, lot_size: int = LOT
) -> Instrument | str:
    """The instrument of a key like `NSE:RELIANCE`; else what has to be said about it.

    Raises ValueError when the key is malformed, or its tick or lot is none that can be traded.
    """
    key = key_of(text)
    symbol = key.split(":")[1]
    _check(symbol, tick_size, lot_size)
    if kind is None and _DERIVATIVE.search(symbol):
        return f"{key} looks like a future or an option: say which with --kind"
    guess = InstrumentKind.INDEX if symbol in INDICES else InstrumentKind.EQUITY
    return Instrument(key, kind or guess, to_units(tick_size), lot_size)


def _check(symbol: str, tick_size: Decimal, lot_size: int) -> None:
    if not (symbol.isascii() and symbol.isprintable() and len(symbol) <= LONGEST_SYMBOL):
        raise ValueError(f"{symbol!r} is no symbol: {LONGEST_SYMBOL} plain letters and signs at most")
    if not 0 < tick_size * UNIT <= MAX_PRICE or tick_size * UNIT % 1:
        raise ValueError(f"a tick of {tick_size} rupees is none: from 0.0001, in steps of 0.0001")
    if not 0 < lot_size <= MAX_QUANTITY:
        raise ValueError(f"a lot of {lot_size} is none: from 1 to {MAX_QUANTITY:,} units")
