"""The contract as a file: written from the resolvers, checked for what is stale, unexplained or broken."""

import subprocess
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.utilities import BreakingChange, find_breaking_changes

from app.api.schema import make_schema


def problems(contract: Path) -> list[str]:
    """Everything that is wrong with the file."""
    return [*staleness(contract), *undescribed(build_schema(exported())), *broken(contract)]


def exported() -> str:
    """The schema as it is written to the file."""
    return make_schema().as_str().rstrip() + "\n"


def staleness(contract: Path) -> list[str]:
    """Whether the file is not what the code says."""
    fresh = contract.is_file() and contract.read_text() == exported()
    return [] if fresh else [f"{contract.name} is stale: run `medha schema` and commit it"]


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Everything of ours without a description: types, fields, arguments, enum values."""
    ours = [
        named
        for named in schema.type_map.values()
        if not is_introspection_type(named) and not is_specified_scalar_type(named)
    ]
    return [f"{place} has no description" for named in ours for place, text in _described(named) if not text]


def _described(named: GraphQLNamedType) -> list[tuple[str, str | None]]:
    found = [(named.name, named.description)]
    if isinstance(named, GraphQLEnumType):
        return found + [(f"{named.name}.{name}", each.description) for name, each in named.values.items()]
    for name, field in getattr(named, "fields", {}).items():
        found.append((f"{named.name}.{name}", field.description))
        arguments = getattr(field, "args", {}).items()
        found += [(f"{named.name}.{name}({argument})", each.description) for argument, each in arguments]
    return found


def broken(contract: Path) -> list[str]:
    """What a client of the last committed schema would lose that was not deprecated in it first."""
    former = committed(contract)
    if former is None:
        return []
    before = build_schema(former)
    changes = find_breaking_changes(before, build_schema(exported()))
    return [f"breaking: {each.description}" for each in changes if not _announced(before, each)]


def _announced(before: GraphQLSchema, change: BreakingChange) -> bool:
    """Whether what the change names was deprecated in the schema before."""
    return any(f"{place}" in change.description.split() for place in _deprecated(before))


def _deprecated(schema: GraphQLSchema) -> list[str]:
    return [
        f"{named.name}.{name}"
        for named in schema.type_map.values()
        for name, each in {**getattr(named, "fields", {}), **getattr(named, "values", {})}.items()
        if each.deprecation_reason
    ]


def committed(contract: Path) -> str | None:
    """The file as of git's HEAD; None outside a repository, or before its first commit."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:./{contract.name}"], cwd=contract.parent, capture_output=True, check=False
    )
    return shown.stdout.decode() if shown.returncode == 0 else None
