"""How the gradient of a matrix adds up over its uses: from the outer products themselves, whole matrices of them."""

from typing import Any

import numpy as np

from .registry import expects
from .seen import Numbers, Seen

DECIMALS = 3


def incoming(seen: Seen, name: str, t: int) -> np.ndarray:
    if name == "W_hy":
        return seen.get("h")[t]
    if name != "W_xh":
        return seen.get("h")[t - 1]
    x = seen.tensors["x"][t - 1].astype(np.float64)
    return x @ seen.tensors["W_emb"] if "W_emb" in seen.tensors else x


def product(name: str, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return column * row if name == "u_hh" else np.outer(column, row)


def use(seen: Seen, name: str, t: int) -> np.ndarray:
    back = {"W_hy": "dy", "W_xh": "da_x"}.get(name, "da")
    return product(name, incoming(seen, name, t), seen.tensors[back][t - 1].astype(np.float64))


def term(seen: Seen, name: str, t: int, k: int) -> np.ndarray:
    if name == "W_hy":
        return use(seen, name, t)
    pairs = seen.tensors["pair_da_x" if name == "W_xh" else "pair_da"].astype(np.float64)
    return product(name, incoming(seen, name, k), pairs[t - 1, k - 1])


def entry(seen: Seen, asked: dict[str, Any], t: int) -> float:
    return float(use(seen, asked["name"], t)[tuple(asked["index"])])


def places(asked: dict[str, Any]) -> Numbers:
    return [float(one + 1) for one in asked["index"]]


def size(values: np.ndarray) -> float:
    """The norm, whatever the power of ten."""
    largest = float(np.abs(values).max())
    if not np.isfinite(largest) or largest == 0:
        return largest
    return float(np.linalg.norm(values / largest)) * largest


def all_terms(seen: Seen, name: str, t: int) -> list[np.ndarray]:
    return [term(seen, name, t, k) for k in ([t] if name == "W_hy" else range(t, 0, -1))]


@expects("uses framed")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [*places(asked), *([10.0 ** asked["power"]] if asked["power"] else [])]


@expects("uses sum")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    parts = [entry(seen, asked, t) for t in range(1, seen.T + 1)]
    unit = 10.0 ** asked["power"]
    return [seen.T, sum(round(part / unit, DECIMALS) for part in parts) * unit]


@expects("uses part")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [asked["t"], *places(asked), entry(seen, asked, asked["t"])]


@expects("uses norm")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [size(use(seen, asked["name"], asked["t"]))]


@expects("uses norm of the sum")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    with np.errstate(all="ignore"):
        return [size(sum(use(seen, asked["name"], t) for t in range(1, seen.T + 1)))]


@expects("terms")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    name, t, k = asked["name"], asked["t"], asked["k"]
    size = float(np.linalg.norm(term(seen, name, t, k)))
    if name == "W_hy":
        return [size]
    if k == 1 and name != "W_xh" and not np.any(seen.get("h")[0]):
        return [1, 0, size]
    return [k, size]


@expects("terms together")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    found = all_terms(seen, asked["name"], asked["t"])
    explicit, whole = found[0], sum(found)
    sizes = float(np.linalg.norm(explicit) * np.linalg.norm(whole))
    if len(found) == 1:
        return []
    return [len(found), *([float((explicit * whole).sum()) / sizes] if sizes else [])]


@expects("terms norm")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [float(np.linalg.norm(sum(all_terms(seen, asked["name"], asked["t"]))))]


@expects("terms of a lesson")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    k = asked["k"]
    recurrent = "u_hh" if "u_hh" in seen.tensors else "W_xh" if seen.config["cell"] == "mingru" else "W_hh"
    if seen.config["cell"] in ("rnn", "indrnn") and "da" in seen.tensors:
        return [k, *(float(np.linalg.norm(use(seen, name, k))) for name in (recurrent, "W_xh"))]
    return [k, float(seen.get("dW_hh_norm")[k - 1]), float(seen.get("dW_xh_norm")[k - 1])]
