"""`medha backtest`: one strategy over stored candles, its figures on the screen; nothing is kept."""

import argparse
import asyncio
import sys
from typing import Any

from app.settings import Settings
from streams.charges.schedules import ScheduleKind
from streams.domain.market import Interval
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage

REFUSED = 1


def register(subparsers: Any) -> None:
    """Adds the subcommand."""
    words = subparsers.add_parser("backtest", help="run a strategy over stored candles and print its figures")
    words.add_argument("strategy", help="its key: see medha strategies list")
    words.add_argument("--instrument", action="append", required=True, metavar="NSE:SYMBOL", dest="keys")
    words.add_argument("--interval", required=True, choices=[each.value for each in Interval])
    words.add_argument(
        "--from", dest="since", metavar="DATE", help="the first trading date; of all if absent"
    )
    words.add_argument("--to", dest="until", metavar="DATE", help="the last trading date, included")
    words.add_argument("--capital", default="1000000", metavar="RUPEES", help="1000000 if absent")
    words.add_argument("--config", default="{}", metavar="JSON", help="the strategy's settings")
    words.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="one of them"
    )
    _register_terms(words)
    words.add_argument("--json", action="store_true", help="print the figures as JSON")
    words.set_defaults(run=lambda given: asyncio.run(_run(given)))


def _register_terms(words: argparse.ArgumentParser) -> None:
    words.add_argument("--product", choices=[each.value for each in ProductType])
    words.add_argument("--charges", choices=[each.value for each in ScheduleKind], help="INDIAN if absent")
    words.add_argument("--charge-per-order", metavar="RUPEES", help="a flat charge in place of the tariffs")
    words.add_argument("--slippage", default="0", metavar="AMOUNT", help="basis points, or ticks")
    words.add_argument(
        "--slippage-model", default=Slippage.BPS.value, choices=[each.value for each in Slippage]
    )
    words.add_argument("--participation", metavar="PERCENT", help="of a candle's volume at most")
    words.add_argument(
        "--latency", type=int, default=0, metavar="CANDLES", help="missed before the first met"
    )
    words.add_argument("--intrabar", choices=[each.value for each in Interval], help="finer candles to walk")
    words.add_argument("--square-off-before", type=int, metavar="MINUTES", help="the close; 15 if absent")
    words.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="limits",
        help="max_daily_loss=5000",
    )


async def _run(words: argparse.Namespace) -> int:
    # The store and the core take a while to import: only for those who need them.
    from app.bounds import refusals
    from app.engine import backtest_words
    from app.store.open import open_store
    from app.strategies import installed

    settings = Settings.from_environment()
    if refused := list(refusals(words)):
        print(*refused, sep="\n", file=sys.stderr)
        return REFUSED
    try:
        async with open_store(settings) as store:
            await backtest_words.run(store, installed(settings.strategies), words)
    except backtest_words.Declined as declined:
        print(declined, file=sys.stderr)
        return REFUSED
    return 0
