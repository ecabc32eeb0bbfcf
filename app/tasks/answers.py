"""The loss of the best constant answer to sequences, for every length they may be cut to: found once, in steps."""

from typing import NamedTuple

import numpy as np

from ..steps import Steps
from .blocks import blocks


class Answers(NamedTuple):
    """Of sequences cut to T timesteps, at T - 1: how many targets there are, and the loss of the best constant."""

    known: list[int]
    losses: list[float]


class _Spread:
    """How many values there were, their mean, and the sum of squares about it; the least and the largest one."""

    def __init__(self, *shape: int) -> None:
        self.count = np.zeros((*shape[:-1], 1))
        self.mean, self.squares = np.zeros(shape), np.zeros(shape)
        self.least, self.largest = np.full(shape, np.nan), np.full(shape, np.nan)

    def __getitem__(self, at: slice | int) -> "_Spread":
        """A part of it, which changes with it."""
        part = _Spread.__new__(_Spread)
        for name, values in vars(self).items():
            setattr(part, name, values[at])
        return part

    def add(self, other: "_Spread") -> None:
        """The values of another one as well."""
        total = self.count + other.count
        share = other.count / np.maximum(total, 1)
        apart = other.mean - self.mean
        self.squares += other.squares + apart * apart * (self.count * share)
        self.mean += apart * share
        self.count += other.count
        np.fmin(self.least, other.least, out=self.least)
        np.fmax(self.largest, other.largest, out=self.largest)

    def variance(self) -> float:
        """The mean of all variances; exactly 0 where all are the same, as rounding makes no spread."""
        return float(np.where(self.least < self.largest, self.squares / np.maximum(self.count, 1), 0.0).mean())


def of_values(targets: np.ndarray) -> Steps[Answers]:
    """Of values (N, T, O), NaN for none: the squared error of their means."""
    T, O = targets.shape[1:]
    at_each = _Spread(T, O)
    for rows, timesteps in blocks(targets.shape):
        at_each[timesteps].add(_spread(targets[rows, timesteps]))
        yield
    known, losses, all_of_them = [], [], _Spread(O)
    for t in range(T):
        all_of_them.add(at_each[t])
        known.append(int(all_of_them.count[0]))
        losses.append(all_of_them.variance())
        yield
    return Answers(known, losses)


def _spread(values: np.ndarray) -> _Spread:
    """Of values (n, T, O) at each timestep."""
    found = _Spread(0, 0)
    given = ~np.isnan(values)
    found.count = given[..., :1].sum(axis=0).astype(np.float64)
    found.mean = np.where(given, values, 0.0).sum(axis=0) / np.maximum(found.count, 1)
    found.squares = np.where(given, np.square(values - found.mean), 0.0).sum(axis=0)
    found.least, found.largest = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    return found


def of_classes(targets: np.ndarray, classes: int) -> Steps[Answers]:
    """Of classes (N, T), -1 for none: the cross-entropy of how often each occurs."""
    T = targets.shape[1]
    counts = np.zeros((T, classes), np.int64)
    for rows, timesteps in blocks(targets.shape):
        block = targets[rows, timesteps]
        places = (np.arange(block.shape[1]) * classes + block)[block >= 0]
        counts[timesteps] += np.bincount(places, minlength=block.shape[1] * classes).reshape(-1, classes)
        yield
    known, losses, so_far = [], [], np.zeros(classes, np.int64)
    for t in range(T):
        so_far += counts[t]
        known.append(int(so_far.sum()))
        p = so_far / max(1, known[-1])
        losses.append(float(-(p[p > 0] * np.log(p[p > 0])).sum()))
        yield
    return Answers(known, losses)
