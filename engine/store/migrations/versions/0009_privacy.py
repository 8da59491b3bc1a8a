"""The audit log, which refuses changes; what keys are for; how long an account keeps what, and what is held."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, SERIAL, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SQLITE: Final = (
    """CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END""",
    """CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
       WHEN OLD.sequence > COALESCE((SELECT pruned FROM audit_head), 0)
       BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END""",
)
_POSTGRESQL: Final = (
    """CREATE FUNCTION audit_is_refused() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the audit log is never changed'; END $$""",
    """CREATE FUNCTION audit_shrinks() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF OLD.sequence > COALESCE((SELECT pruned FROM audit_head), 0) THEN
           RAISE EXCEPTION 'the audit log is never changed';
         END IF;
         RETURN OLD;
       END $$""",
    """CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_is_refused()""",
    """CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_shrinks()""",
    """CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_refused()""",
)
_NOTHING_YET: Final = "0" * 64


def upgrade() -> None:
    """Make them; the database itself refuses to change a row of the log, and to delete one that is not pruned."""
    _make_audit()
    _make_retention()
    with op.batch_alter_table("api_keys") as api_keys:
        api_keys.add_column(sa.Column("scopes", sa.Text(), nullable=False, server_default="calls"))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("api_keys") as api_keys:
        api_keys.drop_column("scopes")
    op.drop_table("legal_holds")
    op.drop_table("retention_periods")
    op.drop_table("audit")
    op.drop_table("audit_head")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_refused")
        op.execute("DROP FUNCTION audit_shrinks")


def _make_retention() -> None:
    op.create_table(
        "retention_periods",
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_retention_periods_account_id"),
        sa.PrimaryKeyConstraint("account_id", "kind", name="pk_retention_periods"),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object", IDENTIFIER, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", UtcDateTime()),
        sa.Column("lifted_by", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_legal_holds_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_account_id", "legal_holds", ["account_id"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", SERIAL, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("pruned", sa.BigInteger(), nullable=False),
        sa.Column("pruned_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": _NOTHING_YET, "pruned": 0, "pruned_hash": _NOTHING_YET}])
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
