"""Posts: the work-exchange opportunities of hosts."""
