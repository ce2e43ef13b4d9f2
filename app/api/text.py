"""Text that can be kept: PostgreSQL has no null character, so none is let in."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, StringValueNode, ValidationRule

from app.api.errors import Refusal

_MESSAGE = "Text cannot hold the null character (U+0000): leave it out."


class NoNullCharacter(ValidationRule):
    """Refuses it in the literals of a document."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        """Look into one literal."""
        if "\0" in node.value:
            self.report_error(GraphQLError(_MESSAGE, node, extensions={"code": "BAD_USER_INPUT"}))


def variable_errors(variables: Mapping[str, Any] | None) -> list[GraphQLError]:
    """Why the variables will not do; empty when they will."""
    return [Refusal("BAD_USER_INPUT", _MESSAGE)] if _holds_null(variables) else []


def _holds_null(value: Any) -> bool:
    """Look everywhere, without recursion: JSON may be nested deeper than Python's stack is."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            waiting += [*found, *found.values()]
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, str) and "\0" in found:
            return True
    return False
