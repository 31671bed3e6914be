"""Accounts: people, their sign-ins, and their helper and host profiles."""
