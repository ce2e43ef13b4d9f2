"""The GraphQL documents that come with the product, by the name of their operation."""

from pathlib import Path

APP = Path(__file__).parent


def contract_dir() -> Path:
    """The folder of the schema and the operations: in the package once installed, beside it in a checkout."""
    bundled = APP / "bundled" / "graphql"
    return bundled if bundled.exists() else APP.parent / "graphql"


def operation(name: str) -> str:
    """The document of one operation. FileNotFoundError when there is none of that name."""
    return (contract_dir() / "operations" / f"{name}.graphql").read_text(encoding="utf-8")
