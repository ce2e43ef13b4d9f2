"""The command line of an import as a request."""

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation

from app.importing.importer import Request
from app.importing.newcomers import Said, described
from app.importing.opening import Word, offset_of
from streams.domain.market import InstrumentKind, Interval


def request_of(words: argparse.Namespace) -> Request:
    """What is asked for. Raises ValueError, which says why, for a word that makes no sense."""
    zone = offset_of(words.timezone) if words.timezone else None
    said = _said(words)
    instrument = described(words.instrument, said)
    if isinstance(instrument, str):
        raise ValueError(instrument)
    word = Word(zone, words.stamps == "close")
    files, interval = tuple(words.files), Interval(words.interval)
    return Request(files, instrument, interval, word, words.skip_bad, words.replace, said)


def date_of(name: str, text: str) -> date:
    """A date of the command line. Raises ValueError, by the option's name, for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{name} {text} is not a date: write it like 2025-12-31") from error


def _said(words: argparse.Namespace) -> Said:
    return Said(
        InstrumentKind(words.kind) if words.kind else None,
        _amount("--tick-size", words.tick_size),
        _units("--lot-size", words.lot_size),
        _units("--freeze-quantity", words.freeze_quantity),
        _amount("--price-band", words.price_band),
        None if words.expiry is None else date_of("--expiry", words.expiry),
    )


def _units(name: str, text: str | None) -> int | None:
    if text is not None and (not (text.isascii() and text.isdecimal()) or int(text) < 1):
        raise ValueError(f"{name} {text} is not a number of units")
    return None if text is None else int(text)


def _amount(name: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise ValueError(f"{name} {text} is not an amount above zero")
    return value
