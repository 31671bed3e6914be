"""Put the hours into the index by region, before the latest arrival."""

from __future__ import annotations

from alembic import op

revision = "1ae5af0f0755"
down_revision = "1da97a74d6bc"
branch_labels = None
depends_on = None

BEFORE = ("earliest_departure", "min_stay", "places")
BEHIND = (
    *("job_types", "accommodations", "amenities", "meals", "experiences", "environments", "requirements"),
    *("latitude", "longitude"),
)


def upgrade() -> None:
    _make("region", "hours_per_day", "latest_arrival", *BEFORE, *BEHIND)


def downgrade() -> None:
    _make("region", "latest_arrival", *BEFORE, "hours_per_day", *BEHIND)


def _make(*columns: str) -> None:
    op.drop_index("ix_post_rows_region", table_name="post_rows")
    op.create_index("ix_post_rows_region", "post_rows", columns)
