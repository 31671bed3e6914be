"""The flat tables: posts and subscriptions as rows of whole numbers, so that the rule is one predicate in SQL.

Keys and columns are those of design.md, section 2; days count from 1970-01-01, points are degrees × 100,000."""

from __future__ import annotations

import sqlalchemy as sa

from haloop.core.database import Base, Exact, Id, Instant
from haloop.core.vocabulary import OPTION_LISTS
from haloop.matching.filter import OPTION_LIST_OF
from haloop.matching.tokens import TOKEN_LENGTH


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _mask(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _id(name: str) -> sa.Column[object]:
    return sa.Column(name, Id, nullable=False)


def _post_id() -> sa.Column[object]:
    return sa.Column("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)


def _subscription_no() -> sa.Column[int]:
    link = sa.ForeignKey("subscriptions.no", ondelete="CASCADE")
    return sa.Column("no", sa.Integer, link, primary_key=True, autoincrement=False)


def _term() -> sa.Column[str]:
    return sa.Column("term", Exact(TOKEN_LENGTH), primary_key=True)


# A row for every published post of a living host. Its date may have passed: that is judged with the caller's today.
post_rows = sa.Table(
    "post_rows",
    Base.metadata,
    _post_id(),
    _id("host_id"),
    _id("owner_id"),
    _whole("version"),
    _whole("host_version"),
    sa.Column("published_at", Instant, nullable=False),
    _whole("region"),
    _whole("latitude"),
    _whole("longitude"),
    _whole("starts_on"),
    _whole("latest_arrival"),
    _whole("earliest_departure"),
    _whole("min_stay"),
    _whole("places"),
    _whole("hours_per_day"),
    *map(_mask, OPTION_LISTS),
    sqlite_with_rowid=False,
)

post_terms = sa.Table("post_terms", Base.metadata, _post_id(), _term(), sqlite_with_rowid=False)

# A row for every wanted region of an active subscription, or one with region 0: anywhere.
subscription_rows = sa.Table(
    "subscription_rows",
    Base.metadata,
    sa.Column("region", sa.Integer, primary_key=True, autoincrement=False),
    _subscription_no(),
    _id("account_id"),
    _whole("from_day"),
    _whole("until_day"),
    _whole("span"),
    _whole("group_size"),
    _whole("max_hours"),
    _whole("max_min_stay"),
    *map(_mask, OPTION_LIST_OF),
    _whole("west"),
    _whole("south"),
    _whole("east"),
    _whole("north"),
    _whole("term_count"),
    sqlite_with_rowid=False,
)

subscription_terms = sa.Table("subscription_terms", Base.metadata, _subscription_no(), _term(), sqlite_with_rowid=False)

# What the rule reads, behind what leads an index: a search that finds nothing never touches the rows. 17 columns of the
# 32 that MariaDB allows.
_RULE = (
    *("earliest_departure", "min_stay", "region", "places", "hours_per_day", *OPTION_LISTS),
    *("latitude", "longitude"),
)


def _rule_index(name: str, *first: str) -> None:
    sa.Index(name, *(post_rows.c[column] for column in (*first, *(rest for rest in _RULE if rest not in first))))


_rule_index("ix_post_rows_newest", "published_at", "post_id", "latest_arrival")
_rule_index("ix_post_rows_upcoming", "starts_on", "post_id", "latest_arrival")
_rule_index("ix_post_rows_running", "latest_arrival", "post_id", "starts_on")
_rule_index("ix_post_rows_region", "region", "hours_per_day", "latest_arrival")  # for counting
sa.Index("ix_post_rows_host_id", post_rows.c.host_id)
sa.Index("ix_post_terms_term", post_terms.c.term, post_terms.c.post_id)
sa.Index("ix_subscription_rows_no", subscription_rows.c.no)
sa.Index("ix_subscription_terms_term", subscription_terms.c.term, subscription_terms.c.no)
