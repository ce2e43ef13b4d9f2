"""What is run, what each run is given and what a backtest leaves."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE strategies (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    name text NOT NULL,
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE INDEX ix_strategies_user_id ON strategies (user_id);
CREATE UNIQUE INDEX uq_strategies_name ON strategies (user_id, lower(name)) WHERE archived_at IS NULL;

CREATE TABLE strategy_versions (
    id uuid PRIMARY KEY,
    strategy_id uuid NOT NULL REFERENCES strategies,
    user_id uuid NOT NULL REFERENCES users,
    version integer NOT NULL,
    config jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ix_strategy_versions_user_id ON strategy_versions (user_id);
CREATE UNIQUE INDEX uq_strategy_versions_number ON strategy_versions (strategy_id, version);

CREATE TABLE risk_limits (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    strategy_id uuid REFERENCES strategies,
    max_daily_loss numeric(20, 4),
    max_open_positions bigint,
    capital_allocation numeric(20, 4),
    per_strategy_cap numeric(20, 4),
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_risk_limits_broker_account_id ON risk_limits (broker_account_id);
CREATE INDEX ix_risk_limits_strategy_id ON risk_limits (strategy_id);
CREATE INDEX ix_risk_limits_user_id ON risk_limits (user_id);
CREATE UNIQUE INDEX uq_risk_limits_scope ON risk_limits (broker_account_id, strategy_id) NULLS NOT DISTINCT;

CREATE TABLE strategy_runs (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    kind text NOT NULL
        CONSTRAINT ck_strategy_runs_kind CHECK (kind IN ('STRATEGY', 'MANUAL', 'EXTERNAL')),
    mode text NOT NULL
        CONSTRAINT ck_strategy_runs_mode CHECK (mode IN ('BACKTEST', 'PAPER', 'LIVE')),
    status text NOT NULL
        CONSTRAINT ck_strategy_runs_status CHECK (
            status IN ('QUEUED', 'RUNNING', 'PAUSED', 'STOPPING', 'STOPPED', 'COMPLETED', 'FAILED')
        ),
    status_reason text,
    strategy_id uuid REFERENCES strategies,
    strategy_version_id uuid REFERENCES strategy_versions,
    broker_account_id uuid REFERENCES broker_accounts,
    restarted_from_id uuid REFERENCES strategy_runs ON DELETE SET NULL,
    strategy_kind text,
    config jsonb,
    code_hash text,
    instrument_ids uuid[] NOT NULL,
    interval text,
    from_at timestamptz,
    to_at timestamptz,
    capital numeric(20, 4) NOT NULL,
    slippage_bps numeric(12, 4) NOT NULL,
    charge_per_order numeric(20, 4) NOT NULL,
    speed numeric(12, 4),
    limits jsonb NOT NULL,
    lease_owner text,
    lease_expires_at timestamptz,
    fencing_token bigint NOT NULL,
    last_candle_at timestamptz,
    progress numeric(12, 4) NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT ck_strategy_runs_account CHECK (mode = 'BACKTEST' OR broker_account_id IS NOT NULL),
    CONSTRAINT ck_strategy_runs_strategy CHECK (
        num_nulls(strategy_kind, config) = CASE kind WHEN 'STRATEGY' THEN 0 ELSE 2 END
    )
);
CREATE INDEX ix_strategy_runs_broker_account_id ON strategy_runs (broker_account_id);
CREATE INDEX ix_strategy_runs_claim ON strategy_runs (status, lease_expires_at);
CREATE INDEX ix_strategy_runs_page ON strategy_runs (user_id, created_at, id);
CREATE INDEX ix_strategy_runs_restarted_from_id ON strategy_runs (restarted_from_id);
CREATE INDEX ix_strategy_runs_strategy_id ON strategy_runs (strategy_id);
CREATE INDEX ix_strategy_runs_strategy_version_id ON strategy_runs (strategy_version_id);

CREATE TABLE run_inputs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES strategy_runs ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users,
    sequence bigint,
    kind text NOT NULL
        CONSTRAINT ck_run_inputs_kind CHECK (kind IN ('CANDLES', 'REPORT', 'COMMAND', 'TICK')),
    payload jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ix_run_inputs_user_id ON run_inputs (user_id);
CREATE INDEX ix_run_inputs_waiting ON run_inputs (run_id, id) WHERE sequence IS NULL;
CREATE UNIQUE INDEX uq_run_inputs_sequence ON run_inputs (run_id, sequence);

CREATE TABLE run_results (
    run_id uuid NOT NULL REFERENCES strategy_runs ON DELETE CASCADE,
    kind varchar NOT NULL
        CONSTRAINT ck_run_results_kind CHECK (
            kind IN ('INTENTS', 'DECISIONS', 'ORDERS', 'FILLS', 'TRADES', 'POSITIONS', 'EQUITY', 'FIGURES')
        ),
    user_id uuid NOT NULL REFERENCES users,
    rows bigint NOT NULL,
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, kind)
);
CREATE INDEX ix_run_results_user_id ON run_results (user_id);
"""


def upgrade() -> None:
    """Make the tables with their constraints and indexes."""
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; their indexes go with them."""
    for table in (
        "run_results",
        "run_inputs",
        "strategy_runs",
        "risk_limits",
        "strategy_versions",
        "strategies",
    ):
        op.drop_table(table)
