"""${message}"""

from alembic import op

revision = ${repr(up_revision).replace("'", '"')}
down_revision = ${repr(down_revision).replace("'", '"')}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """${upgrades if upgrades else "Change the schema."}"""


def downgrade() -> None:
    """Change it back."""
