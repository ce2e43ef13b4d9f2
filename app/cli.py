"""The `medha` command: reads the words, hands over to the subcommand that owns them."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from app import commands


def parser() -> argparse.ArgumentParser:
    """The command line with every subcommand; a module of `app.commands` is a subcommand."""
    root = argparse.ArgumentParser(prog="medha", description="Algorithmic trading for Indian markets.")
    subparsers = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(subparsers)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; its exit code, 0 for done."""
    chosen = parser().parse_args(arguments)
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
