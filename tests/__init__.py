"""Tests compute on one thread, as servers do: what they compute is compared bit for bit with what a server computes."""

from app.onethread import compute_on_one_thread

compute_on_one_thread()
