"""The edge: GraphQL and HTTP, and nothing that decides."""
