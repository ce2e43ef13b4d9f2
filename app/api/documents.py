"""Documents: parsed, counted and validated once, then remembered by their text."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from strawberry.extensions import SchemaExtension

from app.api.context import Context
from app.api.cost import cost_refusals
from app.api.errors import Refusal
from app.api.limits import MAX_TOKENS, introspects, refusals
from app.api.text import NoNullCharacter, variable_errors

RULES = (*specified_rules, NoNullCharacter)
REMEMBERED = 512
# A longer text is mostly white space or a literal: it would fill the memory it is meant to spare.
LONGEST_REMEMBERED = 16_384


class Checked(NamedTuple):
    """A document, what is wrong with it, and whether it asks for the schema."""

    document: DocumentNode
    errors: list[GraphQLError]
    introspects: bool


class Documents:
    """The documents of late, the least used leaving first."""

    def __init__(self) -> None:
        self._checked: OrderedDict[str, Checked] = OrderedDict()

    def check(self, schema: GraphQLSchema, text: str) -> Checked | None:
        """The document checked, from memory where it is there; None when it does not parse."""
        if text in self._checked:
            self._checked.move_to_end(text)
            return self._checked[text]
        try:
            document = parse(text, max_tokens=MAX_TOKENS)
        except GraphQLError:
            return None
        checked = Checked(document, _errors(schema, document), introspects(document))
        if len(text) <= LONGEST_REMEMBERED:
            self._remember(text, checked)
        return checked

    def _remember(self, text: str, checked: Checked) -> None:
        self._checked[text] = checked
        if len(self._checked) > REMEMBERED:
            self._checked.popitem(last=False)


def _errors(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    # The counts come first: validation's own cost grows with what they bound.
    return list(refusals(document)) or validate(schema, document, RULES) or [*cost_refusals(schema, document)]


class DocumentRules(SchemaExtension):
    """Checks each operation's document; one extension, since each costs every request some microseconds."""

    def __init__(self, documents: Documents, production: bool) -> None:
        self._documents, self._production = documents, production
        self._checked: Checked | None = None

    def on_parse(self) -> Iterator[None]:
        """Take the document from memory. One that does not parse is left to strawberry to report."""
        operation = self.execution_context
        operation.parse_options["max_tokens"] = MAX_TOKENS
        if operation.query:
            self._checked = self._documents.check(operation.schema._schema, operation.query)
        if self._checked:
            operation.graphql_document = self._checked.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Report what is wrong; the schema itself is not for strangers in production."""
        if self._checked:
            operation = self.execution_context
            context: Context = operation.context
            errors = [*self._checked.errors, *variable_errors(operation.variables)]
            if self._checked.introspects and self._production and context.identity is None:
                errors = [Refusal("INTROSPECTION_CLOSED", "Log in to read the schema.")]
            operation.pre_execution_errors = errors
        yield
