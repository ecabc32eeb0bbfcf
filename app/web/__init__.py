"""Carries records from processes that compute to browsers that draw."""
