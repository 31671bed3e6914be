"""Notifications: what helpers are told, at most once a post."""
