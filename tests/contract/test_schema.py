"""The contract: committed, described to the last value, changed only with notice."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from app.api.contract import broken, exported, staleness, undescribed
from app.api.cost import cost_refusals
from app.api.limits import refusals
from app.operations import contract_dir

OPERATIONS = sorted((contract_dir() / "operations").glob("*.graphql"))


def test_the_committed_schema_is_what_the_code_says() -> None:
    """`medha schema` was run after the last change."""
    assert staleness(contract_dir() / "schema.graphql") == []


def test_everything_in_the_schema_has_a_description() -> None:
    """Types, fields, arguments, enum values."""
    assert undescribed(build_schema(exported())) == []


def test_a_missing_description_is_found_wherever_it_is() -> None:
    """The check names the place."""
    # given
    schema = build_schema("""
        "Q." type Query { "F." fine("A." a: Int): Int plain(a: Int): E }
        enum E { A "B." B }
    """)

    # then
    places = ["Query.plain", "Query.plain(a)", "E", "E.A"]
    assert undescribed(schema) == [f"{place} has no description" for place in places]


def test_no_change_breaks_a_client_without_notice() -> None:
    """Against the schema of the last commit."""
    assert broken(contract_dir() / "schema.graphql") == []


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_each_operation_is_valid_small_enough_and_named_like_its_file(path: Path) -> None:
    """The documents tests and dashboard use fit the contract."""
    document = parse(path.read_text())
    (operation,) = document.definitions
    assert validate(build_schema(exported()), document) == []
    assert [*refusals(document), *cost_refusals(build_schema(exported()), document)] == []
    assert operation.name.value == path.stem  # type: ignore[attr-defined]  # an operation, as it is valid
