"""The rule and all its executions."""
