"""The outbox, the log, and the users' own lists and alerts."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE event_heads (
    user_id uuid PRIMARY KEY REFERENCES users,
    position bigint NOT NULL,
    pruned_to bigint NOT NULL
);

CREATE TABLE events (
    user_id uuid NOT NULL REFERENCES users,
    position bigint NOT NULL,
    run_id uuid REFERENCES strategy_runs ON DELETE SET NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (user_id, position)
);
CREATE INDEX ix_events_run ON events (user_id, run_id, position);
CREATE INDEX ix_events_run_id ON events (run_id);

CREATE TABLE system_logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid REFERENCES users,
    run_id uuid REFERENCES strategy_runs ON DELETE CASCADE,
    level text NOT NULL,
    event text NOT NULL,
    context jsonb NOT NULL,
    trace_id text,
    at timestamptz NOT NULL
);
CREATE INDEX ix_system_logs_page ON system_logs (user_id, id);
CREATE INDEX ix_system_logs_run_id ON system_logs (run_id);

CREATE TABLE watch_lists (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    name text NOT NULL,
    instrument_ids uuid[] NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ix_watch_lists_user_id ON watch_lists (user_id);

CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    kind text NOT NULL,
    settings jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX ix_alerts_user_id ON alerts (user_id);
"""


def upgrade() -> None:
    """Make the tables with their constraints and indexes."""
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; their indexes go with them."""
    for table in ("alerts", "watch_lists", "system_logs", "events", "event_heads"):
        op.drop_table(table)
