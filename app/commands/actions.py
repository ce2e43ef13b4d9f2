"""`medha actions`: splits and bonuses in, and what there is."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.settings import Settings

REFUSED = 1


def register(subparsers: Any) -> None:
    """Adds `actions` with its two verbs."""
    verbs = subparsers.add_parser("actions", help="import and list splits and bonuses").add_subparsers(
        required=True, metavar="VERB"
    )
    importing = verbs.add_parser("import", help="a CSV file with instrument,ex_date,kind,ratio")
    importing.add_argument("file", type=Path, metavar="FILE.csv")
    importing.add_argument("--replace", action="store_true", help="let the file's ratios replace stored ones")
    importing.set_defaults(run=_runs("import_actions"))
    verbs.add_parser("list", help="what is stored").set_defaults(run=_runs("list_stored_actions"))


def _runs(action: str) -> Callable[[argparse.Namespace], int]:
    return lambda words: asyncio.run(_run(action, words))


async def _run(action: str, words: argparse.Namespace) -> int:
    # The store takes a while to import: only for those who need it.
    from app.importing import action_words
    from app.importing.actions import Declined
    from app.store.open import open_store

    try:
        async with open_store(Settings.from_environment()) as store:
            await getattr(action_words, action)(store, words)
    except Declined as declined:
        print(declined, file=sys.stderr)
        return REFUSED
    return 0
