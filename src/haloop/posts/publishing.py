"""What a post needs to be published: one error for each field that is missing or does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from haloop.core.errors import FieldError, Invalid
from haloop.core.messages import Message, msg
from haloop.posts import limits
from haloop.posts.models import PostRow


def check_publishable(post: PostRow, photos: int, today: date, *, judge_dates: bool) -> None:
    """Raises Invalid. `judge_dates` False: the dates were good when they were written and have not changed."""
    errors = [*_missing(post, photos), *_dates(post, today, judge_today=judge_dates)]
    if errors:
        raise Invalid(msg("This post is not ready to be published."), errors=errors)


def _missing(post: PostRow, photos: int) -> Iterator[FieldError]:
    wanted = ("title", "description", "starts_on", "ends_on", "places", "hours_per_day", "min_stay_days")
    for name in wanted:
        if getattr(post, name) in (None, ""):
            yield _error(name, msg("Fill this in."), "missing")
    for name in ("job_types", "accommodations"):
        if getattr(post, name) == 0:
            yield _error(name, msg("Choose at least one."), "missing")
    if photos < limits.PHOTOS_LEAST:
        yield _error("photos", msg("Add at least {least} photos.", least=limits.PHOTOS_LEAST), "missing")


def _dates(post: PostRow, today: date, *, judge_today: bool) -> Iterator[FieldError]:
    if post.starts_on is None or post.ends_on is None or post.min_stay_days is None:
        return
    days = (post.ends_on - post.starts_on).days + 1
    if post.starts_on > post.ends_on:
        yield _error("ends_on", msg("The last day lies before the first."), "date_order")
    elif post.min_stay_days > days:
        yield _error("min_stay_days", msg("The shortest stay is longer than the time from the first to the last day."))
    elif judge_today and post.ends_on - timedelta(days=post.min_stay_days - 1) < today:
        yield _error("ends_on", msg("Nobody could stay that long any more. Choose a later last day."))
    if judge_today and post.ends_on > today + timedelta(days=limits.DAYS_AHEAD):
        yield _error("ends_on", msg("At most {days} days from today.", days=limits.DAYS_AHEAD))


def _error(name: str, message: Message, kind: str = "value_error") -> FieldError:
    return FieldError(("body", name), message, kind)
