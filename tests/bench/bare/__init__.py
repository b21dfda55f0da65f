"""A bare Django site to compare with: one table, three views, no middleware."""
