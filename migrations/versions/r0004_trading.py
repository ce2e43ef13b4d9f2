"""The ledger: trades, orders and what became of them, fills, positions, P&L, refusals."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE trades (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    instrument_id uuid NOT NULL REFERENCES instruments,
    intent_sequence bigint NOT NULL,
    candle_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    target_quantity bigint NOT NULL,
    side text NOT NULL CONSTRAINT ck_trades_side CHECK (side IN ('BUY', 'SELL')),
    quantity bigint NOT NULL,
    verdict text NOT NULL CONSTRAINT ck_trades_verdict CHECK (verdict IN ('APPROVED', 'REFUSED')),
    verdicts jsonb NOT NULL,
    entry_quantity bigint NOT NULL,
    entry_value numeric(20, 4) NOT NULL,
    exit_quantity bigint NOT NULL,
    exit_value numeric(20, 4) NOT NULL,
    charges numeric(20, 4) NOT NULL,
    realised_pnl numeric(20, 4) NOT NULL,
    opened_at timestamptz,
    closed_at timestamptz
);
CREATE INDEX ix_trades_broker_account_id ON trades (broker_account_id);
CREATE INDEX ix_trades_instrument_id ON trades (instrument_id);
CREATE INDEX ix_trades_page ON trades (user_id, decided_at, id);
CREATE UNIQUE INDEX uq_trades_intent ON trades (run_id, intent_sequence);

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    trade_id uuid REFERENCES trades,
    instrument_id uuid NOT NULL REFERENCES instruments,
    cause text NOT NULL,
    leg text NOT NULL,
    slice integer NOT NULL,
    generation integer NOT NULL,
    correlation_id text NOT NULL,
    side text NOT NULL CONSTRAINT ck_orders_side CHECK (side IN ('BUY', 'SELL')),
    order_type text NOT NULL
        CONSTRAINT ck_orders_order_type CHECK (
            order_type IN ('MARKET', 'LIMIT', 'STOP_LOSS', 'STOP_LOSS_MARKET')
        ),
    product_type text NOT NULL
        CONSTRAINT ck_orders_product_type CHECK (product_type IN ('INTRADAY', 'CNC', 'MARGIN')),
    validity text NOT NULL CONSTRAINT ck_orders_validity CHECK (validity IN ('DAY', 'IOC')),
    quantity bigint NOT NULL,
    limit_price numeric(20, 4),
    trigger_price numeric(20, 4),
    candle_at timestamptz,
    created_at timestamptz NOT NULL,
    chain_position bigint NOT NULL,
    chain_hash bytea NOT NULL,
    CONSTRAINT ck_orders_quantity CHECK (quantity > 0)
);
CREATE INDEX ix_orders_instrument_id ON orders (instrument_id);
CREATE INDEX ix_orders_page ON orders (user_id, created_at, id);
CREATE INDEX ix_orders_trade_id ON orders (trade_id);
CREATE UNIQUE INDEX uq_orders_chain ON orders (broker_account_id, chain_position);
CREATE UNIQUE INDEX uq_orders_correlation ON orders (broker_account_id, correlation_id);
CREATE UNIQUE INDEX uq_orders_request ON orders (run_id, cause, leg, slice, generation);

CREATE TABLE order_events (
    order_id uuid NOT NULL REFERENCES orders,
    sequence integer NOT NULL,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL,
    chain_position bigint NOT NULL,
    chain_hash bytea NOT NULL,
    PRIMARY KEY (order_id, sequence)
);
CREATE INDEX ix_order_events_run_id ON order_events (run_id);
CREATE INDEX ix_order_events_user_id ON order_events (user_id);
CREATE UNIQUE INDEX uq_order_events_chain ON order_events (broker_account_id, chain_position);

CREATE TABLE order_states (
    order_id uuid PRIMARY KEY REFERENCES orders,
    user_id uuid NOT NULL REFERENCES users,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    status text NOT NULL
        CONSTRAINT ck_order_states_status CHECK (
            status IN (
                'PENDING', 'SENDING', 'SUBMITTED', 'OPEN', 'PARTIALLY_FILLED',
                'PENDING_CANCEL', 'PENDING_MODIFY', 'UNKNOWN',
                'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED', 'NOT_PLACED'
            )
        ),
    filled_quantity bigint NOT NULL,
    filled_value numeric(20, 4) NOT NULL,
    broker_order_id text,
    reason text,
    last_sequence integer NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_order_states_run ON order_states (run_id, status);
CREATE INDEX ix_order_states_user_id ON order_states (user_id);

CREATE TABLE fills (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    order_id uuid NOT NULL REFERENCES orders,
    instrument_id uuid NOT NULL REFERENCES instruments,
    broker_trade_id text NOT NULL,
    side text NOT NULL CONSTRAINT ck_fills_side CHECK (side IN ('BUY', 'SELL')),
    quantity bigint NOT NULL,
    price numeric(20, 4) NOT NULL,
    charges numeric(20, 4) NOT NULL,
    traded_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    chain_position bigint NOT NULL,
    chain_hash bytea NOT NULL,
    CONSTRAINT ck_fills_positive CHECK (quantity > 0 AND price > 0)
);
CREATE INDEX ix_fills_instrument_id ON fills (instrument_id);
CREATE INDEX ix_fills_order_id ON fills (order_id);
CREATE INDEX ix_fills_page ON fills (user_id, traded_at, id);
CREATE INDEX ix_fills_run_id ON fills (run_id);
CREATE UNIQUE INDEX uq_fills_broker_trade ON fills (broker_account_id, broker_trade_id);
CREATE UNIQUE INDEX uq_fills_chain ON fills (broker_account_id, chain_position);

CREATE TABLE positions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid NOT NULL REFERENCES strategy_runs,
    instrument_id uuid NOT NULL REFERENCES instruments,
    product_type text NOT NULL
        CONSTRAINT ck_positions_product_type CHECK (product_type IN ('INTRADAY', 'CNC', 'MARGIN')),
    quantity bigint NOT NULL,
    cost numeric(20, 4) NOT NULL,
    realised_pnl numeric(20, 4) NOT NULL,
    charges numeric(20, 4) NOT NULL,
    mark_price numeric(20, 4),
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_positions_broker_account_id ON positions (broker_account_id);
CREATE INDEX ix_positions_instrument_id ON positions (instrument_id);
CREATE INDEX ix_positions_page ON positions (user_id, updated_at, id);
CREATE UNIQUE INDEX uq_positions_place ON positions (run_id, instrument_id, product_type);

CREATE TABLE pnl_snapshots (
    run_id uuid NOT NULL REFERENCES strategy_runs,
    sequence bigint NOT NULL,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    at timestamptz NOT NULL,
    realised numeric(20, 4) NOT NULL,
    unrealised numeric(20, 4) NOT NULL,
    charges numeric(20, 4) NOT NULL,
    equity numeric(20, 4) NOT NULL,
    exposure numeric(20, 4) NOT NULL,
    PRIMARY KEY (run_id, sequence)
);
CREATE INDEX ix_pnl_snapshots_broker_account_id ON pnl_snapshots (broker_account_id);
CREATE INDEX ix_pnl_snapshots_time ON pnl_snapshots (user_id, run_id, at);

CREATE TABLE risk_events (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    broker_account_id uuid NOT NULL REFERENCES broker_accounts,
    run_id uuid REFERENCES strategy_runs,
    trade_id uuid REFERENCES trades,
    instrument_id uuid REFERENCES instruments,
    kind text NOT NULL CONSTRAINT ck_risk_events_kind CHECK (kind IN ('REFUSED', 'STATE_CHANGED')),
    rule text NOT NULL,
    limit_value numeric(20, 4),
    observed_value numeric(20, 4),
    message text NOT NULL,
    candle_at timestamptz,
    created_at timestamptz NOT NULL,
    chain_position bigint NOT NULL,
    chain_hash bytea NOT NULL
);
CREATE INDEX ix_risk_events_instrument_id ON risk_events (instrument_id);
CREATE INDEX ix_risk_events_page ON risk_events (user_id, created_at, id);
CREATE INDEX ix_risk_events_run_id ON risk_events (run_id);
CREATE INDEX ix_risk_events_trade_id ON risk_events (trade_id);
CREATE UNIQUE INDEX uq_risk_events_chain ON risk_events (broker_account_id, chain_position);
"""


def upgrade() -> None:
    """Make the tables with their constraints and indexes."""
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; their indexes go with them."""
    for table in (
        "risk_events",
        "pnl_snapshots",
        "positions",
        "fills",
        "order_states",
        "order_events",
        "orders",
        "trades",
    ):
        op.drop_table(table)
