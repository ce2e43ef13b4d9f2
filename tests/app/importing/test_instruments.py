"""Instruments: made on import, told, and kept as they are."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.importing.importer import Imported, Request
from app.importing.newcomers import Said, described
from app.importing.summary import told
from app.store.engine import Store
from app.store.instruments import key_of
from streams.domain.market import Instrument, InstrumentKind
from tests.app.importing.candle_files import ONE_MINUTE, imported, instrument, row, written


async def test_an_unknown_instrument_is_made_with_defaults_that_are_told(
    store: Store, tmp_path: Path
) -> None:
    """A share with tick 0.05 and lot 1; a well-known index is an index."""
    path = written(tmp_path, [row("09:15")])
    outcome = await imported(store, path)
    assert isinstance(outcome, Imported)
    assert outcome.instrument == Instrument("NSE:TESTED", InstrumentKind.EQUITY, 500, 1)
    first_line = next(iter(told(outcome, Request((path,), instrument(), ONE_MINUTE))))
    assert first_line.startswith("NSE:TESTED is new here: taken for EQUITY, tick 0.05, lot 1")
    index = await imported(store, path, of=instrument("NIFTY"))
    assert isinstance(index, Imported)
    assert index.instrument.kind is InstrumentKind.INDEX


async def test_what_the_store_knows_of_an_instrument_stands(store: Store, tmp_path: Path) -> None:
    """A later import that describes it otherwise changes nothing of it."""
    future = instrument("NSE:NIFTY25JANFUT", InstrumentKind.FUTURE)
    await imported(store, written(tmp_path, [row("09:15")]), of=future)
    again = await imported(
        store,
        written(tmp_path, [row("09:16")]),
        of=instrument("NSE:NIFTY25JANFUT", InstrumentKind.EQUITY),
    )
    assert isinstance(again, Imported)
    assert (again.made, again.instrument.kind) == (False, InstrumentKind.FUTURE)


def test_a_future_or_an_option_has_to_be_said() -> None:
    """A symbol with digits that ends in CE, PE or FUT is not taken for a share."""
    for symbol in ("NIFTY25JANFUT", "NIFTY2580724800CE", "BANKNIFTY25JAN50000PE"):
        told_back = described(symbol)
        assert isinstance(told_back, str)
        assert "--kind" in told_back
        assert isinstance(described(symbol, Said(InstrumentKind.OPTION)), Instrument)
    assert isinstance(described("RELIANCE"), Instrument)
    assert isinstance(described("3MINDIA"), Instrument)


def test_tick_and_lot_are_as_said() -> None:
    """The tick in units of a hundredth of a paisa."""
    found = described("MCX:GOLD25FEBFUT", Said(InstrumentKind.FUTURE, Decimal("1"), 100))
    assert found == Instrument("MCX:GOLD25FEBFUT", InstrumentKind.FUTURE, 10_000, 100)


def test_what_a_derivative_has_beside_them_is_as_said() -> None:
    """Freeze quantity in units, the band in parts per million, the last trading date as an ordinal."""
    said = Said(InstrumentKind.OPTION, None, 75, 1800, Decimal("12.5"), date(2025, 8, 7))
    assert described("NSE:NIFTY2580724100CE", said) == Instrument(
        "NSE:NIFTY2580724100CE",
        InstrumentKind.OPTION,
        *(500, 75, 1800, 125_000),
        date(2025, 8, 7).toordinal(),
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said(lot_size=75, freeze_quantity=74), "a freeze quantity of 74 is none: from a lot"),
        (Said(freeze_quantity=10_000_001), "a freeze quantity of 10000001 is none"),
        (Said(price_band=Decimal("100.5")), "a price band of 100.5 % is none: above 0, at most 100"),
        (Said(price_band=Decimal("0.00001")), "4 decimals at most"),
    ],
)
def test_a_number_that_no_instrument_has_is_refused(said: Said, reason: str) -> None:
    """By what it is of, and what it may be."""
    with pytest.raises(ValueError, match=reason):
        described("RELIANCE", said)


def test_a_share_does_not_expire() -> None:
    """Who gives an expiry has to say what it is of."""
    assert described("RELIANCE", Said(expiry=date(2025, 8, 7))) == (
        "NSE:RELIANCE is taken for EQUITY, which does not expire: say --kind FUTURE or --kind OPTION"
    )


@pytest.mark.parametrize(("text", "key"), [("reliance", "NSE:RELIANCE"), (" bse:M&M ", "BSE:M&M")])
def test_a_key_is_an_exchange_and_a_symbol(text: str, key: str) -> None:
    """NSE where nothing is said."""
    assert key_of(text) == key


@pytest.mark.parametrize("text", ["", "NSE:", "NYSE:IBM"])
def test_a_key_without_symbol_or_known_exchange_is_refused(text: str) -> None:
    """The message says what is missing."""
    with pytest.raises(ValueError, match=r"names no symbol|no exchange known"):
        key_of(text)
