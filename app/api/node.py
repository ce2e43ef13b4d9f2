"""The interface of everything that has a global id."""

import strawberry


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    """Anything that can be fetched again by its id."""

    id: strawberry.ID = strawberry.field(description="Opaque and global: no two things share one.")
