"""Hand-ins: what a pupil did with a run, as one small file, and whether its losses come out again in a replay."""

from .file import LARGEST_FILE, HandIn, read
from .replay import Outcome, Verdict, verify

__all__ = ["LARGEST_FILE", "HandIn", "Outcome", "Verdict", "read", "verify"]
