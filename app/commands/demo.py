"""`medha demo`: something that moves within seconds, market open or not."""

import argparse
import asyncio
import sys
from typing import Any

from app.settings import Settings


def register(subparsers: Any) -> None:
    """Adds the subcommand."""
    words = subparsers.add_parser(
        "demo", help="a demo account, synthetic candles and a paper run, beside a running `medha serve`"
    )
    words.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Makes the demo and follows it; 1 when there is no server, with what to do."""
    from app.demo.client import RequestFailed

    try:
        return asyncio.run(_demo(Settings.from_environment()))
    except RequestFailed as refused:
        print(f"medha: {refused}", file=sys.stderr)
        return 1


async def _demo(settings: Settings) -> int:
    from app.demo.client import Client

    base = f"http://{_reachable(settings.host)}:{settings.port}"
    client = Client(base)
    if not client.alive():
        print(f"medha: no server answers at {base}: start one with make run, then try again", file=sys.stderr)
        return 1
    await _prepare_and_follow(settings, client, base)
    return 0


def _reachable(host: str) -> str:
    """Where this machine reaches a server that listens on `host`."""
    plain = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{plain}]" if ":" in plain else plain


async def _prepare_and_follow(settings: Settings, client: Any, base: str) -> None:
    from app.demo.account import make_account, make_candles
    from app.demo.scenario import start, watch
    from app.store.open import open_store

    async with open_store(settings) as store:
        added = await make_candles(store)
        account = await make_account(store)
    run_id = await start(client, account)
    print(
        f"\nSynthetic candles: {added:,} added (made up, by a seeded generator; no real market).\n"
        f"Sign in with   {account.email}   {account.password}\n"
        f"GraphiQL       {base}/graphql\n"
        f"Run            {run_id}   a day at 60 times its speed; Ctrl-C stops watching, not the run\n"
    )
    try:
        async for line in watch(client, run_id):
            print(line, flush=True)
    except asyncio.CancelledError:  # Ctrl-C
        print("\nThe run goes on; look at it in GraphiQL.")
