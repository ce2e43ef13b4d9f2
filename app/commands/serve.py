"""`medha serve`: everything in one process, until Ctrl-C."""

import argparse
import sys
from typing import Any

from app.settings import Settings


def register(subparsers: Any) -> None:
    """Adds the subcommand."""
    words = subparsers.add_parser("serve", help="run the server and the engine, with the database if need be")
    words.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    from app import serving  # the whole server: only for those who serve

    try:
        serving.run(Settings.from_environment())
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 0
