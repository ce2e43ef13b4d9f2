"""The market's own tables: instruments, tariffs, candles."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE instruments (
    id uuid PRIMARY KEY,
    exchange text NOT NULL
        CONSTRAINT ck_instruments_exchange CHECK (exchange IN ('NSE', 'BSE', 'MCX')),
    segment text NOT NULL,
    kind text NOT NULL
        CONSTRAINT ck_instruments_kind CHECK (kind IN ('EQUITY', 'INDEX', 'FUTURE', 'OPTION')),
    symbol text NOT NULL,
    name text NOT NULL,
    security_id text,
    isin text,
    tick_size numeric(20, 4) NOT NULL,
    lot_size bigint NOT NULL,
    freeze_quantity bigint,
    underlying_id uuid REFERENCES instruments,
    expiry date,
    strike numeric(20, 4),
    option_type text,
    synthetic boolean NOT NULL,
    valid_from date NOT NULL,
    valid_to date
);
CREATE INDEX ix_instruments_security ON instruments (exchange, segment, security_id);
CREATE INDEX ix_instruments_underlying_id ON instruments (underlying_id);
CREATE UNIQUE INDEX uq_instruments_symbol ON instruments (exchange, symbol) WHERE valid_to IS NULL;

CREATE TABLE charge_tariffs (
    id uuid PRIMARY KEY,
    broker text NOT NULL,
    segment text NOT NULL,
    product_type text NOT NULL,
    rules jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_to date
);

CREATE TABLE candle_chunks (
    instrument_id uuid NOT NULL REFERENCES instruments,
    interval varchar NOT NULL
        CONSTRAINT ck_candle_chunks_interval CHECK (interval IN ('1m', '3m', '5m', '15m', '30m', '1h', '1d')),
    month date NOT NULL,
    rows bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    payload bytea NOT NULL,
    source text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (instrument_id, interval, month)
);

CREATE TABLE live_candles (
    instrument_id uuid NOT NULL REFERENCES instruments,
    interval varchar NOT NULL
        CONSTRAINT ck_live_candles_interval CHECK (interval IN ('1m', '3m', '5m', '15m', '30m', '1h', '1d')),
    at timestamptz NOT NULL,
    open double precision NOT NULL,
    high double precision NOT NULL,
    low double precision NOT NULL,
    close double precision NOT NULL,
    volume bigint NOT NULL,
    PRIMARY KEY (instrument_id, interval, at)
);
"""


def upgrade() -> None:
    """Make the tables with their constraints and indexes."""
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; their indexes go with them."""
    for table in ("live_candles", "candle_chunks", "charge_tariffs", "instruments"):
        op.drop_table(table)
