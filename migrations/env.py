"""What Alembic runs: the revisions, over the connection app.store.migrate hands in, in one transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
