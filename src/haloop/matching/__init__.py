"""The heart: what a helper wants, what a post offers, and the one rule that says whether they fit."""
