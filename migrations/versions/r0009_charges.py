"""Run options, charges in parts and what a contract note adds, richer limits, corporate actions."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE charge_settlements (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    instrument_id uuid NOT NULL REFERENCES instruments,
    day date NOT NULL,
    charges numeric(20, 4) NOT NULL,
    charge_parts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    chain_position bigint NOT NULL,
    chain_hash bytea NOT NULL
);
CREATE INDEX ix_charge_settlements_instrument_id ON charge_settlements (instrument_id);
CREATE INDEX ix_charge_settlements_page ON charge_settlements (user_id, created_at, id);
CREATE INDEX ix_charge_settlements_run_id ON charge_settlements (run_id);
CREATE UNIQUE INDEX uq_charge_settlements_chain ON charge_settlements (broker_account_id, chain_position);

CREATE TABLE corporate_actions (
    id uuid PRIMARY KEY,
    instrument_id uuid NOT NULL REFERENCES instruments,
    ex_date date NOT NULL,
    kind text NOT NULL CONSTRAINT ck_corporate_actions_kind CHECK (kind IN ('SPLIT', 'BONUS')),
    numerator bigint NOT NULL,
    denominator bigint NOT NULL,
    CONSTRAINT ck_corporate_actions_positive CHECK (numerator > 0 AND denominator > 0)
);
CREATE UNIQUE INDEX uq_corporate_actions_day ON corporate_actions (instrument_id, ex_date, kind)
"""

# Runs that were started before have no options: they go on under what held then.
ADDED = {
    "strategy_runs": (
        "options jsonb NOT NULL DEFAULT '{}'",
        "path_note text",
        "warnings text[] NOT NULL DEFAULT '{}'",
    ),
    "fills": ("charge_parts jsonb",),
    "broker_accounts": ("killed_at timestamptz",),
    "order_states": (
        "asked_quantity bigint",
        "asked_limit_price numeric(20, 4)",
        "asked_trigger_price numeric(20, 4)",
    ),
    "instruments": ("price_band_percent numeric(12, 4)",),
    "risk_limits": (
        "max_order_quantity bigint",
        "max_order_value numeric(20, 4)",
        "max_account_daily_loss numeric(20, 4)",
        "max_orders_per_day bigint",
        "max_trades_per_day bigint",
    ),
}
LIMITS = "max_order_quantity, max_order_value, max_account_daily_loss, max_orders_per_day, max_trades_per_day"
ROLES = "medha_api, medha_engine"

RESULTS = ("INTENTS", "DECISIONS", "ORDERS", "FILLS", "TRADES", "POSITIONS", "EQUITY", "FIGURES")


def upgrade() -> None:
    """Make the tables and columns, then say who may touch them."""
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for column in ("options", "warnings"):
        op.execute(f"ALTER TABLE strategy_runs ALTER COLUMN {column} DROP DEFAULT")
    _results_of((*RESULTS, "SETTLEMENTS"))
    _guard()


def _guard() -> None:
    """The settlements are the audit's, the corporate actions the market's."""
    op.execute(
        "CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON charge_settlements "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE charge_settlements ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE charge_settlements FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY own ON charge_settlements TO medha_api USING (user_id = app_user())")
    for role in ("medha_engine", "medha_owner"):
        op.execute(f"CREATE POLICY {role} ON charge_settlements TO {role} USING (true)")
    op.execute(f"GRANT SELECT ON charge_settlements, corporate_actions TO {ROLES}")
    op.execute("GRANT INSERT ON charge_settlements TO medha_engine")
    op.execute("GRANT INSERT, UPDATE, DELETE ON corporate_actions TO medha_engine")
    op.execute(f"GRANT UPDATE ({LIMITS}) ON risk_limits TO medha_api")
    op.execute("GRANT UPDATE (killed_at) ON broker_accounts TO medha_api")


def _results_of(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE run_results DROP CONSTRAINT ck_run_results_kind")
    op.execute(f"ALTER TABLE run_results ADD CONSTRAINT ck_run_results_kind CHECK (kind IN ({listed}))")


def downgrade() -> None:
    """Drop them; the chains that hold settlements can then no longer be proved."""
    op.execute("DELETE FROM run_results WHERE kind = 'SETTLEMENTS'")
    _results_of(RESULTS)
    for table, columns in reversed(ADDED.items()):
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    for table in ("corporate_actions", "charge_settlements"):
        op.drop_table(table)
