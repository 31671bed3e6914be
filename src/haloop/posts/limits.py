"""Limits of posts: the same constants for API, database and forms."""

TITLE = 100
DESCRIPTION = 4000
BENEFITS = 2000
PLACES = 50
HOURS_PER_DAY = 12
DAYS_PER_WEEK = 7
DAYS_PER_WEEK_DEFAULT = 5
MIN_STAY_DAYS = 365
DAYS_AHEAD = 730
PHOTOS_LEAST = 3  # when published
PHOTOS_MOST = 8
OPEN_POSTS = 20  # a host
DRAFTS = 100  # a host
