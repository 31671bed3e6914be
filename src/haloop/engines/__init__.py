"""What can be swapped: a folder for each concern, the protocol beside its implementations."""
