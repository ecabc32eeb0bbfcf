"""Measurements, one command each; what they promise stands in docs/promises.md."""

from app.onethread import compute_on_one_thread

compute_on_one_thread()
