"""Geocoding: from an address to a point."""
