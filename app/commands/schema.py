"""`medha schema`: writes graphql/schema.graphql; with --check says what is stale, unexplained or broken."""

import argparse
import sys
from typing import Any

from app.operations import contract_dir


def register(subparsers: Any) -> None:
    """Add `schema` to the command line."""
    command = subparsers.add_parser("schema", help="write the GraphQL schema to graphql/schema.graphql")
    command.add_argument("--check", action="store_true", help="write nothing; fail where something is wrong")
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Write the schema, or check the one that is there; 1 when something is wrong."""
    from app.api import contract  # strawberry and all resolvers: only for those who ask

    file = contract_dir() / "schema.graphql"
    if not chosen.check:
        file.write_text(contract.exported())
        return 0
    found = contract.problems(file)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0
