"""The `medha` command: reads the words, hands over to the subcommand that owns them."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from app import commands
from app.settings import SettingsError
from app.store.unavailable import StoreUnavailable

INTERRUPTED = 130
"""What a shell gives a command that SIGINT has ended."""


def parser() -> argparse.ArgumentParser:
    """The command line with every subcommand; a module of `app.commands` is a subcommand."""
    root = argparse.ArgumentParser(prog="medha", description="Algorithmic trading for Indian markets.")
    subparsers = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(subparsers)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; its exit code: 0 done, 1 a person has to do something first, 130 Ctrl-C."""
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (SettingsError, StoreUnavailable) as refused:
        print(f"medha: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("medha: interrupted; what it had not reported as done is not done", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
