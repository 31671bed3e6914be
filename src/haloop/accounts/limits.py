"""Limits of accounts and profiles: the same constants for API, database and forms."""

from __future__ import annotations

from datetime import timedelta

EMAIL = 254
PASSWORD_LEAST = 8
PASSWORD_MOST = 128
NAME = 50
BIO = 2000
HOST_NAME = 80
HOST_DESCRIPTION = 4000
ADDRESS = 200
LOCALITY = 60

SESSION_IDLE = timedelta(days=7)
SESSION_ABSOLUTE = timedelta(days=28)
SESSION_NOTED_EVERY = timedelta(hours=1)
