"""Connections: pages of a list with their cursors, as Relay and GitHub have them."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import orjson
import strawberry

from app.api.context import Context, Info
from app.api.errors import Refusal
from app.api.paging import Listing, Page, Window
from app.api.rows import Row
from app.api.scalars import Cursor

T = TypeVar("T")

DEFAULT_PAGE = 50
MAX_PAGE = 100

First = Annotated[
    int | None, strawberry.argument(description="How many from the front, 1 to 100; 50 when nothing is said.")
]
Last = Annotated[int | None, strawberry.argument(description="How many from the back, 1 to 100.")]
After = Annotated[Cursor | None, strawberry.argument(description="Only what comes after this cursor.")]
Before = Annotated[Cursor | None, strawberry.argument(description="Only what comes before this cursor.")]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Where a page lies."""

    has_next_page: bool = strawberry.field(description="Whether more follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before this page.")
    start_cursor: Cursor | None = strawberry.field(description="The first one's cursor.")
    end_cursor: Cursor | None = strawberry.field(
        description="The last one's cursor: `after` for the next page."
    )


@strawberry.type(description="One of a list, with its place.")
class Edge(Generic[T]):
    """One of a list, with its place."""

    cursor: Cursor = strawberry.field(description="Its place in the list.")
    node: T = strawberry.field(description="The thing itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page of a list."""

    edges: list[Edge[T]] = strawberry.field(description="What is on the page, with cursors.")
    nodes: list[T] = strawberry.field(description="What is on the page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in its list.")


class Request(NamedTuple):
    """The four paging arguments as a client gave them."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None


class Pager:
    """Reads a request's window and makes the connection of its page, for one viewer, list and filter."""

    def __init__(self, info: Info, listing: Listing, request: Request, *filters: Any) -> None:
        self._cursors = info.context.api.cursors
        self._scope = _scope(info.context, listing, filters)
        self.listing = listing
        self.window = Window(
            _size(request),
            request.last is not None,
            self._place(request.after),
            self._place(request.before),
        )

    def connection(self, page: Page, make: Callable[[Row], T]) -> Connection[T]:
        """The page's rows as nodes with their cursors."""
        edges = [
            Edge(cursor=self._cursors.write(self._scope, self.listing.place(row)), node=make(row))
            for row in page.rows
        ]
        backwards = self.window.backwards
        info = PageInfo(
            has_next_page=self.window.before is not None if backwards else page.more,
            has_previous_page=page.more if backwards else self.window.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return Connection(edges=edges, nodes=[edge.node for edge in edges], page_info=info)

    def _place(self, cursor: str | None) -> tuple[Any, ...] | None:
        if cursor is None:
            return None
        place = self._cursors.read(self._scope, cursor)
        if place is None:
            raise Refusal(
                "CURSOR_INVALID", "This cursor is not of this list and filter: start again without it."
            )
        return self.listing.read(place)


def _size(request: Request) -> int:
    if request.first is not None and request.last is not None:
        raise Refusal("BAD_USER_INPUT", "Give `first` or `last`, not both.")
    size = request.first if request.first is not None else request.last
    if size is not None and not 1 <= size <= MAX_PAGE:
        raise Refusal("PAGE_TOO_LARGE", f"A page holds 1 to {MAX_PAGE}; {size} was asked for.")
    return size or DEFAULT_PAGE


def _scope(context: Context, listing: Listing, filters: tuple[Any, ...]) -> str:
    # Inputs are dataclasses: orjson writes them field by field, so an equal filter gives an equal scope.
    said = orjson.dumps(filters, default=str, option=orjson.OPT_SORT_KEYS).decode()
    return f"{context.viewer.user_id}/{listing.name}/{said}"
