"""`medha candles`: real candles in, what there is, longer ones of them, and out again."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.settings import Settings
from streams.domain.market import InstrumentKind, Interval

REFUSED = 1


def register(subparsers: Any) -> None:
    """Adds `candles` with its verbs."""
    verbs = subparsers.add_parser("candles", help="import, list, resample and export candles").add_subparsers(
        required=True, metavar="VERB"
    )
    _register_import(verbs.add_parser("import", help="CSV or Parquet files into the store"))
    verbs.add_parser("list", help="what is stored").set_defaults(run=_runs("list_stored"))
    _register_resample(verbs.add_parser("resample", help="longer candles of stored ones, into the store"))
    _register_export(verbs.add_parser("export", help="one series to a Parquet or CSV file"))


def _register_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_series(parser)
    parser.add_argument("--timezone", help="of times without one: UTC, IST, Asia/Kolkata or ±HH:MM")
    parser.add_argument("--stamps", choices=("open", "close"), default="open", help="what the times mark")
    parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out instead of refusing all")
    parser.add_argument("--replace", action="store_true", help="let the file's candles replace stored ones")
    parser.add_argument("--report", type=Path, metavar="FILE", help="list every bad row here, as CSV")
    _add_traits(parser)
    parser.set_defaults(run=_runs("import_words"))


def _add_traits(parser: argparse.ArgumentParser) -> None:
    """What an instrument is, said when its first candles make it."""
    new = parser.add_argument_group("of a new instrument", "A stored one stays as it is.")
    kinds = [kind.value for kind in InstrumentKind]
    new.add_argument("--kind", type=str.upper, choices=kinds, help="EQUITY, or INDEX for a known one")
    new.add_argument("--tick-size", metavar="RUPEES", help="0.05 if absent")
    new.add_argument("--lot-size", metavar="UNITS", help="1 if absent")
    new.add_argument("--expiry", metavar="DATE", help="the last trading date of a future or an option")
    new.add_argument("--freeze-quantity", metavar="UNITS", help="the most the exchange takes in one order")
    new.add_argument(
        "--price-band", metavar="PERCENT", help="how far a day's prices may be from the last close"
    )


def _register_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.parquet|.csv")
    _add_series(parser)
    _add_dates(parser)
    parser.set_defaults(run=_runs("export_words"))


def _register_resample(parser: argparse.ArgumentParser) -> None:
    _add_series(parser)
    intervals = [interval.value for interval in Interval]
    parser.add_argument("--into", required=True, choices=intervals, help="how long the new candles last")
    _add_dates(parser)
    parser.add_argument("--replace", action="store_true", help="let the new candles replace stored ones")
    parser.set_defaults(run=_runs("resample_words"))


def _add_dates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="since", default="1990-01-01", metavar="DATE", help="first, in India")
    parser.add_argument("--to", dest="until", default="2199-12-31", metavar="DATE", help="last, included")


def _add_series(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--instrument", required=True, metavar="NSE:SYMBOL")
    parser.add_argument("--interval", required=True, choices=[interval.value for interval in Interval])


def _runs(action: str) -> Callable[[argparse.Namespace], int]:
    return lambda words: asyncio.run(_run(action, words))


async def _run(action: str, words: argparse.Namespace) -> int:
    # Arrow takes a while to import: only for those who need it.
    from app.importing import actions
    from app.store.open import open_store

    try:
        async with open_store(Settings.from_environment()) as store:
            await getattr(actions, action)(store, words)
    except actions.Declined as declined:
        print(declined, file=sys.stderr)
        return REFUSED
    return 0
