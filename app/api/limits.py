"""What a document may ask for, counted in one pass that is linear in the document, fragments included."""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from app.api.errors import Refusal

MAX_TOKENS = 1000
INTROSPECTION = frozenset({"__schema", "__type"})


class Tally(NamedTuple):
    """What a selection asks for, its fragments spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0


LIMITS = Tally(depth=16, fields=500, aliases=30, directives=50)
MAX_OPERATIONS = 20
MAX_ROOT_FIELDS = 20


def refusals(document: DocumentNode) -> list[Refusal]:
    """Why the document is too much; empty when it is not."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    counter = _Counter(document)
    found = [_too_many("operations", len(operations), MAX_OPERATIONS)]
    for operation in operations:
        tally = counter.tally(operation.selection_set)
        found += [_too_many(name, getattr(tally, name), getattr(LIMITS, name)) for name in Tally._fields]
        found.append(_too_many("root fields", counter.root_fields(operation.selection_set), MAX_ROOT_FIELDS))
    return [refusal for refusal in found if refusal]


def introspects(document: DocumentNode) -> bool:
    """Whether any selection at the root of anything asks for the schema."""
    sets = [node.selection_set for node in document.definitions if hasattr(node, "selection_set")]
    return any(_names(selections) & INTROSPECTION for selections in sets if selections)


def _names(selections: SelectionSetNode) -> set[str]:
    names: set[str] = set()
    for node in selections.selections:
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        elif isinstance(node, InlineFragmentNode):
            names |= _names(node.selection_set)
    return names


def _too_many(what: str, count: int, limit: int) -> Refusal | None:
    if count <= limit:
        return None
    return Refusal("DOCUMENT_TOO_LARGE", f"The document has {what} of {count}; the limit is {limit}.")


class _Counter:
    """Tallies selections; each fragment once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        nodes = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        self._fragments = {node.name.value: node.selection_set for node in nodes}
        self._tallied: dict[str, Tally] = {}
        self._roots: dict[str, int] = {}

    def tally(self, selections: SelectionSetNode) -> Tally:
        """What the selections ask for."""
        parts = list(self._parts(selections))
        return Tally(
            max((part.depth for part in parts), default=0),
            *(sum(part[column] for part in parts) for column in range(1, len(Tally._fields))),
        )

    def root_fields(self, selections: SelectionSetNode) -> int:
        """Fields at the top, through fragments."""
        return sum(map(self._root_fields, selections.selections))

    def _root_fields(self, node: object) -> int:
        if isinstance(node, InlineFragmentNode):
            return self.root_fields(node.selection_set)
        if not isinstance(node, FragmentSpreadNode):
            return 1
        name = node.name.value
        if name not in self._roots:
            self._roots[name] = 0  # holds while it is being counted: a cycle is for validation to report
            selections = self._fragments.get(name)
            self._roots[name] = self.root_fields(selections) if selections else 0
        return self._roots[name]

    def _parts(self, selections: SelectionSetNode) -> Iterator[Tally]:
        for node in selections.selections:
            directives = len(node.directives or ())
            if isinstance(node, FieldNode):
                below = self.tally(node.selection_set) if node.selection_set else Tally()
                named = int(node.alias is not None)
                yield Tally(
                    below.depth + 1, below.fields + 1, below.aliases + named, below.directives + directives
                )
            elif isinstance(node, InlineFragmentNode):
                below = self.tally(node.selection_set)
                yield below._replace(directives=below.directives + directives)
            elif isinstance(node, FragmentSpreadNode):
                below = self._fragment(node.name.value)
                yield below._replace(directives=below.directives + directives)

    def _fragment(self, name: str) -> Tally:
        if name not in self._tallied:
            self._tallied[name] = Tally()  # holds while it is being counted: a cycle is for validation
            selections = self._fragments.get(name)
            self._tallied[name] = self.tally(selections) if selections else Tally()
        return self._tallied[name]
