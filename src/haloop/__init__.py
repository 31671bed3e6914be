"""Haloop, a work-exchange platform: a few hours of help a day for a bed, meals and experiences."""

__version__ = "0.1.0"
