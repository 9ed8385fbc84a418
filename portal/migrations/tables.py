"""Every table of ours in one place, so that Alembic can compare them with the database."""

# pyright: reportUnusedImport=false

from sqlmodel import SQLModel

import portal.accounts.records
import portal.addresses.records
import portal.cases.notes
import portal.cases.records
import portal.notices.records
import portal.payments.records
import portal.submissions.appointment_records
import portal.submissions.designing
import portal.submissions.proposal_records
import portal.submissions.publication_records
import portal.submissions.records  # noqa: F401  # imported for their tables

METADATA = SQLModel.metadata
