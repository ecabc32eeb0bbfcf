"""The weights of PyTorch modules, and back: which network a file holds, its numbers under our names, ours under its."""

from .recognise import recognising
from .weights import export, fitting, to_torch

__all__ = ["export", "fitting", "recognising", "to_torch"]
