"""Recommendations: a few posts a day that suit a helper, and why."""
