"""What a document can bring forth at most: pages multiply where they stand within one another."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from app.api.connections import DEFAULT_PAGE, MAX_PAGE
from app.api.errors import Refusal

MAX_NODES = 5_000
UNPAGED = 10
"""What a list that has no pages counts for: an order's fills, a run's instruments."""


def cost_refusals(schema: GraphQLSchema, document: DocumentNode) -> list[Refusal]:
    """Why a valid document may ask for too much; empty when it does not."""
    scale = _Scale(schema, document)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    most = max(map(scale.operation, operations), default=0)
    if most <= MAX_NODES:
        return []
    message = f"The document may bring {most} things; the limit is {MAX_NODES}. Ask for smaller pages."
    return [Refusal("DOCUMENT_TOO_LARGE", message)]


class _Scale:
    """Counts the objects of an answer; each fragment once, however often it is spread."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        nodes = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        self._schema = schema
        self._fragments = {node.name.value: node for node in nodes}
        self._weighed: dict[str, int] = {}

    def operation(self, node: OperationDefinitionNode) -> int:
        """The most objects that an operation can bring."""
        return self._selections(node.selection_set, self._schema.get_root_type(node.operation))

    def _selections(self, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> int:
        return sum(self._selection(node, parent) for node in selections.selections)

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> int:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            narrowed = node.type_condition
            inside = self._schema.get_type(narrowed.name.value) if narrowed else parent
            return self._selections(node.selection_set, inside)
        return 0

    def _fragment(self, name: str) -> int:
        if name not in self._weighed:
            node = self._fragments[name]
            inside = self._schema.get_type(node.type_condition.name.value)
            self._weighed[name] = self._selections(node.selection_set, inside)
        return self._weighed[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> int:
        # The schema's own description of itself is bounded by another rule.
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or node.name.value[:2] == "__":
            return 0
        kind = parent.fields[node.name.value].type
        named = get_named_type(kind)
        if is_leaf_type(named) or node.selection_set is None:
            return 0
        listed = is_list_type(get_nullable_type(kind)) and not _is_page(parent)
        times = _length(node, UNPAGED) if listed else _page(node) if _is_page(named) else 1
        return times * (1 + self._selections(node.selection_set, named))


def _is_page(named: GraphQLNamedType) -> bool:
    return named.name.endswith("Connection")


def _page(node: FieldNode) -> int:
    """How many a page holds; what a variable says is not known yet."""
    sizes = [each.value for each in node.arguments or () if each.name.value in {"first", "last"}]
    known = [int(size.value) if isinstance(size, IntValueNode) else MAX_PAGE for size in sizes]
    return max(0, min(MAX_PAGE, max(known))) if known else DEFAULT_PAGE


def _length(node: FieldNode, otherwise: int) -> int:
    """How many a list holds: as many as the ids it is asked by, if it is."""
    ids = [each.value for each in node.arguments or () if each.name.value == "ids"]
    known = [len(each.values) if isinstance(each, ListValueNode) else MAX_PAGE for each in ids]
    return max(known, default=otherwise)
