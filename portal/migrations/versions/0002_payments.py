"""Payments: requests, attempts, events, receipts and the guarded ledger."""

import sqlalchemy as sa
from alembic import op

from portal.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LIVE = "state IN ('cancelling', 'expiring', 'open', 'processing', 'submitting', 'unknown')"
_REFUSAL = "the ledger is never changed, only added to"
_GUARDED = ("ledger_transaction", "ledger_entry")


def upgrade() -> None:
    """Make the tables and their guards."""
    _make_requests_and_attempts()
    _make_events_and_receipts()
    _make_ledger()
    _guard_ledger()


def _make_requests_and_attempts() -> None:
    op.create_table(
        "payment_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("owner_reference", sa.String(40), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("payer_email", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("voided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payment_request"),
        sa.UniqueConstraint("reference", name="uq_payment_request_reference"),
        sa.UniqueConstraint("token_hash", name="uq_payment_request_token_hash"),
    )
    op.create_index("ix_payment_request_owner", "payment_request", ["owner"])
    op.create_table(
        "payment_attempt",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(48), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(120), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("provider_reference", sa.String(255), nullable=True),
        sa.Column("payment_reference", sa.String(255), nullable=True),
        sa.Column("redirect_url", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("concluded_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payment_attempt"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["payment_request.id"], name="fk_payment_attempt_request_id"
        ),
        sa.UniqueConstraint("request_id", "number", name="uq_payment_attempt_request_id_number"),
        sa.UniqueConstraint("request_id", "nonce", name="uq_payment_attempt_request_id_nonce"),
        sa.UniqueConstraint("reference", name="uq_payment_attempt_reference"),
        sa.UniqueConstraint("idempotency_key", name="uq_payment_attempt_idempotency_key"),
        sa.UniqueConstraint("token_hash", name="uq_payment_attempt_token_hash"),
        sa.UniqueConstraint("provider_reference", name="uq_payment_attempt_provider_reference"),
    )
    op.create_index("ix_payment_attempt_state", "payment_attempt", ["state"])
    op.create_index(
        "ix_payment_attempt_payment_reference", "payment_attempt", ["payment_reference"]
    )
    op.create_index(
        "ix_payment_attempt_one_live",
        "payment_attempt",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text(_LIVE),
        postgresql_where=sa.text(_LIVE),
    )
    op.create_table(
        "payment_attempt_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("from_state", sa.String(16), nullable=False),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("snapshot_digest", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payment_attempt_event"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempt.id"], name="fk_payment_attempt_event_attempt_id"
        ),
    )
    op.create_index("ix_payment_attempt_event_attempt_id", "payment_attempt_event", ["attempt_id"])


def _make_events_and_receipts() -> None:
    op.create_table(
        "provider_event",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("api_version", sa.String(40), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("object_id", sa.String(255), nullable=False),
        sa.Column("provider_reference", sa.String(255), nullable=True),
        sa.Column("reference", sa.String(200), nullable=True),
        sa.Column("attempt_id", sa.String(200), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_provider_event"),
        sa.UniqueConstraint(
            "provider", "account", "event_id", name="uq_provider_event_provider_account_event_id"
        ),
    )
    op.create_index("ix_provider_event_status", "provider_event", ["status"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("pdf_path", sa.String(), nullable=True),
        sa.Column("pdf_sha256", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["payment_request.id"], name="fk_receipt_request_id"
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempt.id"], name="fk_receipt_attempt_id"
        ),
        sa.UniqueConstraint("number", name="uq_receipt_number"),
        sa.UniqueConstraint("attempt_id", name="uq_receipt_attempt_id"),
        sa.UniqueConstraint("token_hash", name="uq_receipt_token_hash"),
    )
    op.create_index("ix_receipt_request_id", "receipt", ["request_id"])


def _make_ledger() -> None:
    op.create_table(
        "payment_counter",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_payment_counter"),
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_type", sa.String(32), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_ledger_transaction"),
        sa.UniqueConstraint(
            "source_type",
            "source_id",
            "kind",
            name="uq_ledger_transaction_source_type_source_id_kind",
        ),
        sa.UniqueConstraint("hash", name="uq_ledger_transaction_hash"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(120), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", "position", name="pk_ledger_entry"),
        sa.ForeignKeyConstraint(
            ["sequence"], ["ledger_transaction.sequence"], name="fk_ledger_entry_sequence"
        ),
    )
    op.create_index("ix_ledger_entry_account", "ledger_entry", ["account"])


def _guard_ledger() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql"
            f" AS $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        for name in _GUARDED:
            op.execute(
                f"CREATE TRIGGER {name}_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
            )
        return
    for name in _GUARDED:
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {name}_no_{deed.lower()} BEFORE {deed} ON {name} BEGIN"
                f" SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )


def downgrade() -> None:
    """Take the tables away, and the book with them."""
    for name in (
        "ledger_entry",
        "ledger_transaction",
        "payment_counter",
        "receipt",
        "provider_event",
        "payment_attempt_event",
        "payment_attempt",
        "payment_request",
    ):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_ledger_change()")
