"""The audit tables take new rows and nothing else: no privilege helps, only the schema's owner passes."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AUDITED = ("orders", "order_events", "fills", "risk_events")

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_user <> 'medha_owner' THEN
        RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Guard each audit table by a trigger for each statement, TRUNCATE included."""
    op.execute(REFUSE_CHANGE)
    op.execute("REVOKE ALL ON FUNCTION refuse_change() FROM PUBLIC")
    for table in AUDITED:
        op.execute(
            f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Take the guards away."""
    for table in AUDITED:
        op.execute(f"DROP TRIGGER insert_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
