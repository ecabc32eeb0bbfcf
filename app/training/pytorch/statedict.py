"""A PyTorch state dict as modules: which tensors belong together, whatever wrapped or reparametrised them.

    lstm.parametrizations.weight_hh_l0.original0, …original1      weight_norm: w = g v / ‖v‖, row by row
    lstm.weight_hh_l0_g, lstm.weight_hh_l0_v                      the same, as PyTorch wrote it before 2.0
    rnn.weight_hh_l0_raw beside rnn.weight_hh_l0                  weight dropout: the raw one is the weight
    cell.weight_ih                                                nn.LSTMCell: weight_ih_l0
    module._orig_mod.lstm.weight_ih_l0                            DataParallel, torch.compile: lstm.weight_ih_l0

Every number comes out as float64, which holds all of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...errors import BadUpload, shown
from .. import tensorfile

Tensors = dict[str, np.ndarray]

RECURRENT = re.compile(r"(?:weight|bias)_(?:ih|hh|hr)_l\d{1,3}(?:_reverse)?")
CELL = re.compile(r"(?:weight|bias)_(?:ih|hh)")
WRAPPERS = {"module", "_orig_mod"}  # of DataParallel and weight dropout, of torch.compile
WEIGHT_NORM = {"original0": "g", "original1": "v"}


@dataclass(frozen=True, eq=False)
class Module:
    """The tensors of one module by their last names; `path` is their prefix ("" for the outermost)."""

    path: str
    tensors: Tensors

    @property
    def is_recurrent(self) -> bool:
        """Whether it is an nn.RNN, nn.LSTM, nn.GRU or one of their cells."""
        return any(RECURRENT.fullmatch(name) for name in self.tensors)

    def named(self, name: str) -> str:
        """A tensor's whole name."""
        return f"{self.path}.{name}" if self.path else name


def modules(tensors: Mapping[str, np.ndarray]) -> list[Module]:
    """The modules of a state dict, each once: one that is registered under two names is one module."""
    found: dict[tuple[str, bool], Module] = {}  # by path, and whether recurrent
    for name, values in _plain(tensors).items():
        path, _, last = name.rpartition(".")
        recurrent = RECURRENT.fullmatch(last) is not None
        found.setdefault((path, recurrent), Module(path, {})).tensors[last] = values
    once: dict[tuple[object, ...], Module] = {}
    for module in found.values():
        once.setdefault(_content(module), module)
    return list(once.values())


def _content(module: Module) -> tuple[object, ...]:
    """Equal for two names of one module; an embedding tied to the readout is a module of its own."""
    tensors = sorted(module.tensors.items())
    return is_embedding(module.path), *((name, values.shape, values.tobytes()) for name, values in tensors)


def is_embedding(path: str) -> bool:
    """Whether a module's name says that it is an embedding."""
    return "emb" in path.rpartition(".")[2].lower()


def _plain(tensors: Mapping[str, np.ndarray]) -> Tensors:
    """The tensors under their names without reparametrisation, in float64."""
    plain: Tensors = {}
    parts: dict[str, Tensors] = {}
    raw: Tensors = {}
    for name, given in tensors.items():
        if _is_counter(name, given):
            continue
        values = _numbers(name, given)
        path, _, last = name.rpartition(".")
        before, _, kind = path.rpartition("parametrizations.")
        if last.startswith("original") and "parametrizations." in path:
            parts.setdefault(_name(before + kind), {})[WEIGHT_NORM.get(last, last)] = values
        elif re.fullmatch(rf"(?:{RECURRENT.pattern}|{CELL.pattern}|weight)_[gv]", last):
            parts.setdefault(_name(name[:-2]), {})[last[-1]] = values
        elif last.endswith("_raw"):
            raw[_name(name.removesuffix("_raw"))] = values
        elif not np.array_equal(plain.setdefault(_name(name), values), values):
            raise BadUpload(f"Expected each tensor once; {shown(name)} is there twice, with different numbers.")
    return plain | {name: _normalised(name, found) for name, found in parts.items()} | raw


def _name(name: str) -> str:
    """A tensor's name without wrappers; a tensor of an nn.LSTMCell gets the name it has in an nn.LSTM."""
    *path, last = name.split(".")
    inner = [part for part in path if part not in WRAPPERS]
    return ".".join([*inner, f"{last}_l0" if CELL.fullmatch(last) else last])


def _is_counter(name: str, values: np.ndarray) -> bool:
    """Whether it is one whole number, such as the count of updates, and not named as a weight."""
    return values.dtype.kind in "iub" and values.size == 1 and not re.search("weight|bias|num_batches_tracked", name)


def _numbers(name: str, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind != "f" and not name.endswith("num_batches_tracked"):
        raise BadUpload(
            f"Expected floating-point weights; {shown(name)} is {values.dtype}. .float() before saving helps."
        )
    tensorfile.finite({name: values})
    return values.astype(np.float64)


def _normalised(name: str, parts: Tensors) -> np.ndarray:
    """w = g v / ‖v‖ for each row: PyTorch's weight_norm with dim=0."""
    if parts.keys() != {"g", "v"} or parts["v"].ndim != 2 or parts["g"].shape != (len(parts["v"]), 1):
        raise BadUpload(
            f"Expected weights, or weight_norm's g and v of each row; {shown(name)} is parametrised in another way. "
            "torch.nn.utils.parametrize.remove_parametrizations(module, name) before saving leaves the plain weight."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = np.linalg.norm(parts["v"], axis=1, keepdims=True)
        if not sizes.all():
            raise BadUpload(f"weight_norm divides by the length of each row; a row of {shown(name)} is zero.")
        weights: np.ndarray = parts["v"] * (parts["g"] / sizes)
    tensorfile.finite({name: weights})
    return weights
