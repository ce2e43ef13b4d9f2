"""`medha audit`: prove the chains of the audit tables, and note their heads for keeping elsewhere."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from app.settings import Settings
from app.store.unavailable import StoreUnavailable

FAILED = 1


def register(subparsers: Any) -> None:
    """Adds `audit` with its two verbs."""
    verbs = subparsers.add_parser("audit", help="prove the audit tables' hash chains").add_subparsers(
        required=True, metavar="VERB"
    )
    proving = verbs.add_parser("verify", help="walk every chain; exit code 1 when one is broken")
    proving.add_argument("--account", type=UUID, metavar="ID", help="this account's chain only")
    proving.add_argument(
        "--anchors", type=Path, metavar="FILE", help="what `anchor` printed earlier: a cut tail shows"
    )
    proving.set_defaults(run=lambda words: asyncio.run(_told(_verify(words))))
    anchoring = verbs.add_parser("anchor", help="print each chain's head: account, position, hash")
    anchoring.set_defaults(run=lambda words: asyncio.run(_told(_anchor())))


async def _told(action: Any) -> int:
    try:
        return int(await action)
    except (StoreUnavailable, ValueError, OSError) as refused:
        print(refused, file=sys.stderr)
        return FAILED


# The store takes a while to import: only for those who need it.


async def _anchor() -> int:
    from app.store.open import open_store
    from app.store.proofs import anchors, written

    async with open_store(Settings.from_environment()) as store, store.trading() as connection:
        print(written(await anchors(connection)))
    return 0


async def _verify(words: argparse.Namespace) -> int:
    from app.store.open import open_store
    from app.store.proofs import prove, read

    try:
        noted = read(words.anchors.read_text().splitlines()) if words.anchors else {}
    except ValueError as malformed:
        raise ValueError(f"{words.anchors}, {malformed}") from malformed
    async with open_store(Settings.from_environment()) as store, store.trading() as connection:
        whole = [_say(account, found) async for account, found in prove(connection, words.account, noted)]
    print(f"{sum(whole)} of {len(whole)} chains are whole")
    return 0 if all(whole) else FAILED


def _say(account: UUID, found: Any) -> bool:
    """One line for a chain; whether it is whole."""
    from app.store.audit import Broken

    if isinstance(found, Broken):
        place = f"{found.position} in {found.table}" if found.table else str(found.position)
        print(f"{account} BROKEN at {place}: {found.reason}")
        return False
    print(f"{account} whole, {found.head.position} rows, head {found.head.hash.hex()}")
    return True
