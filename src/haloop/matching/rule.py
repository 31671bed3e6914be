"""The rule: whether a post fits a filter on a day (design.md, section 2); the other executions agree with this one."""

from __future__ import annotations

from haloop.matching.facts import Day, FilterFacts, PostFacts


def fits(post: PostFacts, wanted: FilterFacts, today: Day) -> bool:
    """Whether the post, taken as published, can still be taken and every named field holds."""
    min_stay = post.min_stay
    latest_arrival = post.ends - min_stay + 1
    return (
        latest_arrival >= today
        and (not wanted.regions or post.region in wanted.regions)
        and wanted.from_day <= latest_arrival
        and wanted.until_day >= post.starts + min_stay - 1
        and wanted.until_day >= today + min_stay - 1
        and wanted.span >= min_stay
        and wanted.group_size <= post.places
        and wanted.max_hours >= post.hours_per_day
        and wanted.max_min_stay >= min_stay
        and (not wanted.job_types or wanted.job_types & post.job_types != 0)
        and (not wanted.accommodations or wanted.accommodations & post.accommodations != 0)
        and (not wanted.meals or wanted.meals & post.meals != 0)
        and (not wanted.experiences or wanted.experiences & post.experiences != 0)
        and wanted.amenities & post.amenities == wanted.amenities
        and wanted.environments & post.environments == wanted.environments
        and wanted.excluded_requirements & post.requirements == 0
        and in_box(post, wanted)
        and wanted.tokens <= post.tokens
    )


def in_box(post: PostFacts, wanted: FilterFacts) -> bool:
    """Whether the public point lies in the box, edges included."""
    if not wanted.south <= post.latitude <= wanted.north:
        return False
    if wanted.west <= wanted.east:
        return wanted.west <= post.longitude <= wanted.east
    return wanted.west <= post.longitude or post.longitude <= wanted.east
