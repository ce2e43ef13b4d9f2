"""`medha strategies`: what there is to run, and whether a file of one's own could be."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.settings import Settings

REFUSED = 1


def register(subparsers: Any) -> None:
    """Adds `strategies` with its two verbs."""
    verbs = subparsers.add_parser("strategies", help="list strategies, check one of your own").add_subparsers(
        required=True, metavar="VERB"
    )
    verbs.add_parser("list", help="every strategy of this installation").set_defaults(run=_list)
    checking = verbs.add_parser("check", help="load a file or folder and prove that it cannot look ahead")
    checking.add_argument("place", type=Path, metavar="FILE")
    checking.set_defaults(run=_check)


# The strategies take a while to import and to prove: only for those who need them.


def _list(_: argparse.Namespace) -> int:
    from app.strategies import load

    registry, refusals = load(Settings.from_environment().strategies)
    width = max(len(kind.key) for kind in registry.kinds())
    for kind in registry.kinds():
        print(f"{kind.key:<{width}}  {(kind.__doc__ or kind.title).strip().splitlines()[0]}")
    return _refused(refusals)


def _check(words: argparse.Namespace) -> int:
    from app.strategies import load
    from streams.strategies import built_in

    known = {kind.key for kind in built_in().kinds()}
    registry, refusals = load([str(words.place)])
    for kind in registry.kinds():
        if kind.key not in known:
            print(f"{kind.key} is fit to run: {', '.join(kind.Config.model_fields) or 'no settings'}")
    return _refused(each for each in refusals if str(words.place.name) in each.source)


def _refused(refusals: Iterable[Any]) -> int:
    found = list(refusals)
    for refusal in found:
        print(f"{refusal.source}: {refusal.cause}", file=sys.stderr)
    return REFUSED if found else 0
