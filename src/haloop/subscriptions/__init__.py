"""Subscriptions: filters that helpers keep, and the telling of posts to those whom they fit."""
