"""Browser tests: a real server, Debian's Chromium. They need a run of their own: `pytest tests/e2e`."""
