"""Real time: events to the connected devices of an account."""
