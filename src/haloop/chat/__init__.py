"""Chat: a helper and a host settle the details in one conversation."""
