"""Who may do what: users, their sessions and keys, their accounts at brokers."""

from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL CONSTRAINT ck_users_role CHECK (role IN ('ADMIN', 'TRADER')),
    totp_secret_encrypted bytea,
    demo boolean NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);
CREATE UNIQUE INDEX uq_users_email ON users (lower(email));

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    refresh_hash bytea NOT NULL,
    previous_hash bytea,
    user_agent text,
    address text,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX ix_sessions_previous ON sessions (previous_hash);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE UNIQUE INDEX uq_sessions_refresh ON sessions (refresh_hash);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    name text NOT NULL,
    key_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);

CREATE TABLE broker_accounts (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    name text NOT NULL,
    broker text NOT NULL CONSTRAINT ck_broker_accounts_broker CHECK (broker IN ('PAPER', 'DHAN')),
    client_id text,
    credentials_encrypted bytea,
    status text NOT NULL
        CONSTRAINT ck_broker_accounts_status CHECK (status IN ('ACTIVE', 'NEEDS_LOGIN', 'DELETED')),
    opening_balance numeric(20, 4) NOT NULL,
    slippage_bps numeric(12, 4) NOT NULL,
    charge_per_order numeric(20, 4) NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX ix_broker_accounts_user_id ON broker_accounts (user_id);
CREATE UNIQUE INDEX uq_broker_accounts_name ON broker_accounts (user_id, lower(name))
    WHERE status <> 'DELETED';

CREATE TABLE audit_heads (
    broker_account_id uuid PRIMARY KEY REFERENCES broker_accounts,
    user_id uuid NOT NULL REFERENCES users,
    position bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX ix_audit_heads_user_id ON audit_heads (user_id);

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL REFERENCES users,
    key varchar NOT NULL,
    operation text NOT NULL,
    request_hash bytea NOT NULL,
    response jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
"""


def upgrade() -> None:
    """Make the tables with their constraints and indexes."""
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; their indexes go with them."""
    for table in ("idempotency_keys", "audit_heads", "broker_accounts", "api_keys", "sessions", "users"):
        op.drop_table(table)
