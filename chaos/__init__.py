"""Chaos: a served platform under load and faults, judged by an oracle that knows what was answered."""
