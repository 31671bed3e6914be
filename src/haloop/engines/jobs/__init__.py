"""Jobs: the outbox table, written in the transaction of the change, and who runs its rows."""
