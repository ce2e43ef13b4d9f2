"""Errors as clients see them: refusals with a code, user errors as data, bugs behind an error id."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import strawberry
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from app.api.enums import UserErrorCode
from app.store.engine import is_lost

_log = structlog.get_logger(__name__)
UNAVAILABLE = (
    "The database did not answer. Ask again; after a mutation look first, for it may have been made."
)
_BY_THE_DOCUMENT = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError, GraphQLError)


class Refusal(GraphQLError):
    """A top-level error meant for the client: authentication, limits, cursors. `code` is its name."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message, extensions={"code": code, **details})


def unauthenticated(
    message: str = "Log in, and send the access token as `Authorization: Bearer …`.",
) -> Refusal:
    """Nobody is asking, or their token is over."""
    return Refusal("UNAUTHENTICATED", message)


@strawberry.type(description="Why an input was refused: something the person can put right.")
class UserError:
    """One refused input."""

    code: UserErrorCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason, for people.")
    path: list[str] = strawberry.field(description="Where in `input` it lies; empty when it is the whole.")


class Refused(Exception):
    """Leaves a mutation's transaction, undone, with the user errors its payload will carry."""

    def __init__(self, *errors: UserError) -> None:
        super().__init__(", ".join(error.message for error in errors))
        self.errors = list(errors)


def refused(code: UserErrorCode, message: str, *path: str) -> Refused:
    """One user error, ready to raise."""
    return Refused(UserError(code=code, message=message, path=list(path)))


def presented(errors: Sequence[GraphQLError], suggestions: bool = True) -> list[GraphQLError]:
    """The errors as they may leave: each with a code and an id, a bug's own words in the log only."""
    return [_presented(error, suggestions) for error in errors]


def _presented(error: GraphQLError, suggestions: bool) -> GraphQLError:
    error_id = uuid4().hex
    if error.original_error is not None and not isinstance(error.original_error, _BY_THE_DOCUMENT):
        return _fault(error, error.original_error, error_id)
    message = error.message if suggestions else error.message.partition(" Did you mean")[0]
    return _copy(error, message, _code_of(error), error_id)


def _fault(error: GraphQLError, cause: Exception, error_id: str) -> GraphQLError:
    """What is not the client's doing: its own words stay in the log."""
    if is_lost(cause):
        _log.warning("request.unavailable", error_id=error_id, path=error.path, reason=str(cause))
        return _copy(error, UNAVAILABLE, "UNAVAILABLE", error_id)
    _log.error("request.failed", error_id=error_id, path=error.path, exc_info=cause)
    return _copy(error, "Something went wrong on our side.", "INTERNAL_ERROR", error_id)


def _copy(error: GraphQLError, message: str, code: str, error_id: str) -> GraphQLError:
    details = error.extensions if code != "INTERNAL_ERROR" else {}
    extensions = {**(details or {}), "code": code, "errorId": error_id}
    return GraphQLError(
        message, error.nodes, error.source, error.positions, error.path, extensions=extensions
    )


def _code_of(error: GraphQLError) -> str:
    if code := (error.extensions or {}).get("code"):
        return str(code)
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    # Only variables are coerced after validation: those errors have no path, and name the variable first.
    return "BAD_USER_INPUT" if error.message.startswith("Variable ") else "GRAPHQL_VALIDATION_FAILED"
