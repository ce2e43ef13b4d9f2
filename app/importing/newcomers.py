"""What an instrument is taken for: what the user says of it, and what is usual where nothing is said."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.store.instruments import key_of, percent_to_ppm
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.money import MAX_PRICE, MAX_QUANTITY, UNIT, to_rupees, to_units

INDICES = frozenset({"NIFTY", "BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "SENSEX", "INDIAVIX"})
EXPIRING = frozenset({InstrumentKind.FUTURE, InstrumentKind.OPTION})
TICK = Decimal("0.05")
LOT = 1

LONGEST_SYMBOL = 50

_DERIVATIVE = re.compile(r"\d.*(CE|PE|FUT)$")


class Said(NamedTuple):
    """What the user says an instrument is; None where nothing is said. Named as in `Instrument`.

    Tick in rupees, lot and freeze quantity in units, price band in per cent, the last trading date.
    """

    kind: InstrumentKind | None = None
    tick_size: Decimal | None = None
    lot_size: int | None = None
    freeze_quantity: int | None = None
    price_band: Decimal | None = None
    expiry: date | None = None


NOTHING_SAID = Said()


def described(text: str, said: Said = NOTHING_SAID) -> Instrument | str:
    """The instrument of a key like `NSE:RELIANCE`; else what has to be said about it.

    Raises ValueError when the key is malformed, or a number is none that can be traded.
    """
    key = key_of(text)
    symbol = key.split(":")[1]
    _check(symbol, said)
    if said.kind is None and _DERIVATIVE.search(symbol):
        return f"{key} looks like a future or an option: say which with --kind"
    guess = InstrumentKind.INDEX if symbol in INDICES else InstrumentKind.EQUITY
    kind = said.kind or guess
    if said.expiry and kind not in EXPIRING:
        return f"{key} is taken for {kind.value}, which does not expire: say --kind FUTURE or --kind OPTION"
    return Instrument(
        key,
        kind,
        to_units(said.tick_size or TICK),
        said.lot_size or LOT,
        said.freeze_quantity or 0,
        percent_to_ppm(said.price_band),
        said.expiry.toordinal() if said.expiry else 0,
    )


def contradictions(said: Said, asked: Instrument, stored: Instrument) -> Iterator[str]:
    """A sentence for each thing said that the stored instrument is not."""
    for name, text in traits(stored).items():
        if getattr(said, name) is not None and getattr(asked, name) != getattr(stored, name):
            flag = name.replace("_", "-")
            yield (
                f"{stored.key} is stored with {text}, as it was first imported: leave --{flag} out, or import"
                " these candles under another symbol"
            )


def traits(instrument: Instrument) -> dict[str, str]:
    """Each thing that can be said of an instrument, as it is, in words."""
    freeze, band = instrument.freeze_quantity, Decimal(instrument.price_band).scaleb(-4).normalize()
    expiry = date.fromordinal(instrument.expiry) if instrument.expiry else None
    return {
        "kind": f"kind {instrument.kind.value}",
        "tick_size": f"tick {to_rupees(instrument.tick_size).normalize():f}",
        "lot_size": f"lot {instrument.lot_size}",
        "freeze_quantity": f"freeze quantity {freeze}" if freeze else "no freeze quantity",
        "price_band": f"price band {band:f} %" if band else "no price band",
        "expiry": f"expiry {expiry}" if expiry else "no expiry",
    }


def _check(symbol: str, said: Said) -> None:
    tick, lot, freeze, band = said.tick_size, said.lot_size, said.freeze_quantity, said.price_band
    if not (symbol.isascii() and symbol.isprintable() and len(symbol) <= LONGEST_SYMBOL):
        raise ValueError(f"{symbol!r} is no symbol: {LONGEST_SYMBOL} plain letters and signs at most")
    if tick is not None and (not 0 < tick * UNIT <= MAX_PRICE or tick * UNIT % 1):
        raise ValueError(f"a tick of {tick} rupees is none: from 0.0001, in steps of 0.0001")
    if lot is not None and not 0 < lot <= MAX_QUANTITY:
        raise ValueError(f"a lot of {lot} is none: from 1 to {MAX_QUANTITY:,} units")
    if freeze is not None and not (lot or LOT) <= freeze <= MAX_QUANTITY:
        raise ValueError(f"a freeze quantity of {freeze} is none: from a lot to {MAX_QUANTITY:,} units")
    if band is not None and (not 0 < band <= 100 or band * 10_000 % 1):
        raise ValueError(f"a price band of {band} % is none: above 0, at most 100, with 4 decimals at most")
