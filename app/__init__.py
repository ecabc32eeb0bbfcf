"""Unroll: a web playground for backpropagation through time."""
