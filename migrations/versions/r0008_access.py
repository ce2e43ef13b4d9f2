"""Who may touch what: least privilege for each role, and a user's rows for that user alone.

medha_api sees the rows of app_user(); medha_engine works for every user; medha_owner migrates.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLES = "medha_api, medha_engine"

# Table: what medha_api may do, what medha_engine may do. No column a user must not change is in a list.
PRIVILEGES = {
    "users": (
        "SELECT, UPDATE (password_hash, totp_secret_encrypted)",
        "SELECT (id, email, role, demo, created_at, disabled_at)",
    ),
    "sessions": (
        "SELECT, INSERT,"
        " UPDATE (refresh_hash, previous_hash, user_agent, address, used_at, expires_at, revoked_at)",
        "SELECT (id, user_id, expires_at, revoked_at), DELETE",
    ),
    "api_keys": ("SELECT, INSERT, UPDATE (name, used_at, revoked_at)", ""),
    "broker_accounts": (
        "SELECT, INSERT, UPDATE (name, client_id, credentials_encrypted, status,"
        " slippage_bps, charge_per_order, deleted_at)",
        "SELECT, UPDATE (credentials_encrypted, status)",
    ),
    "audit_heads": ("SELECT", "SELECT, UPDATE (position, hash)"),
    "idempotency_keys": ("SELECT, INSERT, UPDATE (response)", "SELECT (user_id, key, created_at), DELETE"),
    "strategies": ("SELECT, INSERT, UPDATE (name, archived_at)", "SELECT"),
    "strategy_versions": ("SELECT, INSERT", "SELECT"),
    "risk_limits": (
        "SELECT, INSERT, DELETE,"
        " UPDATE (max_daily_loss, max_open_positions, capital_allocation, per_strategy_cap, updated_at)",
        "SELECT",
    ),
    "strategy_runs": (
        "SELECT, INSERT, DELETE, UPDATE (status, status_reason, ended_at)",
        "SELECT, INSERT, UPDATE",
    ),
    "run_inputs": (
        "SELECT, INSERT (run_id, user_id, sequence, kind, payload, at)",
        "SELECT, INSERT, UPDATE (sequence)",
    ),
    "run_results": ("SELECT, DELETE", "SELECT, INSERT, UPDATE, DELETE"),
    "trades": ("SELECT", "SELECT, INSERT, UPDATE"),
    "orders": ("SELECT", "SELECT, INSERT"),
    "order_events": ("SELECT", "SELECT, INSERT"),
    "order_states": ("SELECT", "SELECT, INSERT, UPDATE"),
    "fills": ("SELECT", "SELECT, INSERT"),
    "positions": ("SELECT", "SELECT, INSERT, UPDATE"),
    "pnl_snapshots": ("SELECT", "SELECT, INSERT, UPDATE"),
    "risk_events": ("SELECT", "SELECT, INSERT"),
    "event_heads": ("SELECT", "SELECT, UPDATE (pruned_to)"),
    "events": ("SELECT", "SELECT, DELETE"),
    "system_logs": ("SELECT", "SELECT, INSERT, DELETE"),
    "watch_lists": ("SELECT, INSERT, DELETE, UPDATE (name, instrument_ids)", "SELECT"),
    "alerts": ("SELECT, INSERT, UPDATE (settings, deleted_at)", "SELECT"),
}

# The market's tables hold nothing of any user's.
SHARED = {
    "instruments": "SELECT, INSERT, UPDATE",
    "charge_tariffs": "SELECT, INSERT, UPDATE",
    "candle_chunks": "SELECT, INSERT, UPDATE, DELETE",
    "live_candles": "SELECT, INSERT, UPDATE, DELETE",
}

ENDED = "status IN ('STOPPED', 'COMPLETED', 'FAILED')"


def _own(table: str, column: str) -> str:
    """Say that what `column` refers to is the user's own: foreign keys look past row-level security.

    A column that `table` has too needs its own table's name before it, or it would be `own`'s.
    """
    return f"({column} IS NULL OR EXISTS (SELECT FROM {table} AS own WHERE own.id = {column}))"


# Beyond owning the row: table, command, condition on medha_api's writes.
NARROWED = (
    ("broker_accounts", "UPDATE", "USING (status <> 'DELETED') WITH CHECK (true)"),
    ("strategy_versions", "INSERT", f"WITH CHECK {_own('strategies', 'strategy_id')}"),
    (
        "risk_limits",
        "INSERT",
        f"WITH CHECK ({_own('broker_accounts', 'broker_account_id')}"
        f" AND {_own('strategies', 'strategy_id')})",
    ),
    (
        "strategy_runs",
        "INSERT",
        "WITH CHECK (status = 'QUEUED' AND lease_owner IS NULL AND fencing_token = 0"
        f" AND {_own('strategies', 'strategy_id')} AND {_own('strategy_versions', 'strategy_version_id')}"
        f" AND {_own('broker_accounts', 'broker_account_id')}"
        f" AND {_own('strategy_runs', 'strategy_runs.restarted_from_id')})",
    ),
    (
        "strategy_runs",
        "UPDATE",
        f"USING (mode <> 'BACKTEST' AND {ENDED}) WITH CHECK (status = 'QUEUED')",
    ),
    ("strategy_runs", "DELETE", f"USING (mode = 'BACKTEST' AND {ENDED})"),
    (
        "run_inputs",
        "INSERT",
        f"WITH CHECK (kind = 'COMMAND' AND sequence IS NULL AND {_own('strategy_runs', 'run_id')})",
    ),
)


def upgrade() -> None:
    """Grant, then let row-level security choose the rows, for the owner too."""
    for table, (api, engine) in PRIVILEGES.items():
        _grant(table, api, engine)
        _secure(table, "id" if table == "users" else "user_id")
    for table, engine in SHARED.items():
        _grant(table, "SELECT", engine)
    for table, command, condition in NARROWED:
        op.execute(
            f"CREATE POLICY narrow_{command.lower()} ON {table} AS RESTRICTIVE"
            f" FOR {command} TO medha_api {condition}"
        )
    _grant("alembic_version", "SELECT", "SELECT")


def _grant(table: str, api: str, engine: str) -> None:
    for role, privileges in (("medha_api", api), ("medha_engine", engine)):
        if privileges:
            op.execute(f"GRANT {privileges} ON {table} TO {role}")


def _secure(table: str, owner_column: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {table} TO medha_api USING ({owner_column} = app_user())")
    for role in ("medha_engine", "medha_owner"):
        op.execute(f"CREATE POLICY {role} ON {table} TO {role} USING (true)")


def downgrade() -> None:
    """Take every policy and privilege back."""
    op.execute(f"REVOKE ALL ON alembic_version FROM {ROLES}")
    for table, command, _ in NARROWED:
        op.execute(f"DROP POLICY narrow_{command.lower()} ON {table}")
    for table in PRIVILEGES:
        for policy in ("own", "medha_engine", "medha_owner"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in (*PRIVILEGES, *SHARED):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLES}")
