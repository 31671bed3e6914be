"""Rate limits: how often something may happen for one key."""
