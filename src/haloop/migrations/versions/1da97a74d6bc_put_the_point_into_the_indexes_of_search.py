"""Put the point into the indexes of the search, and add one by region."""

from __future__ import annotations

from alembic import op

revision = "1da97a74d6bc"
down_revision = "e616b65fa499"
branch_labels = None
depends_on = None

ORDERS = {
    "ix_post_rows_newest": ("published_at", "post_id", "latest_arrival"),
    "ix_post_rows_upcoming": ("starts_on", "post_id", "latest_arrival"),
    "ix_post_rows_running": ("latest_arrival", "post_id", "starts_on"),
}
RULE = (
    *("earliest_departure", "min_stay", "region", "places", "hours_per_day", "job_types", "accommodations"),
    *("amenities", "meals", "experiences", "environments", "requirements"),
)


POINT = ("latitude", "longitude")


def upgrade() -> None:
    _make(*RULE, *POINT)
    rest = [column for column in RULE if column != "region"]
    op.create_index("ix_post_rows_region", "post_rows", ["region", "latest_arrival", *rest, *POINT])


def downgrade() -> None:
    op.drop_index("ix_post_rows_region", table_name="post_rows")
    _make(*RULE)


def _make(*rule: str) -> None:
    for name, order in ORDERS.items():
        op.drop_index(name, table_name="post_rows")
        op.create_index(name, "post_rows", [*order, *rule])
