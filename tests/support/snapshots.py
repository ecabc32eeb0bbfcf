"""Snapshots of small runs, and such as nobody's run gave: forged in every way we could think of."""

import json
from collections.abc import Callable

import numpy as np

from app.training import RunConfig, Trainer

SMALL = {"sequence_length": 8, "hidden_size": 5, "batch_size": 3, "lag": 3}


def trained(updates=3, dataset=None, **fields):
    trainer = Trainer(RunConfig(**{**SMALL, **fields}), dataset)
    for _ in range(updates):
        trainer.advance()
    return trainer


def rebuilt(blob, header=lambda h: h, said=lambda s: s, body=lambda b: b):
    """The snapshot with its parts changed, and its lengths and metadata put right again."""
    length = int.from_bytes(blob[:8], "little")
    fields = json.loads(blob[8 : 8 + length])
    unroll = said(json.loads(fields["__metadata__"]["unroll"]))
    fields["__metadata__"]["unroll"] = unroll if isinstance(unroll, str) else json.dumps(unroll)
    text = header(fields)
    text = text if isinstance(text, bytes) else json.dumps(text).encode()
    return len(text).to_bytes(8, "little") + text + body(blob[8 + length :])


def changed(name, **entry):
    return lambda header: header | {name: header[name] | entry}


def without(name):
    return lambda fields: {key: value for key, value in fields.items() if key != name}


def filled(value):
    return lambda body: np.full(len(body) // 8, value).tobytes()


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda b: b"",
    "too short": lambda b: b[:7],
    "cut off": lambda b: b[:-1],
    "something behind": lambda b: b + b"\0",
    "header beyond the file": lambda b: (2**40).to_bytes(8, "little") + b[8:],
    "header of nothing": lambda b: (0).to_bytes(8, "little") + b[8:],
    "not JSON": lambda b: rebuilt(b, header=lambda h: b"{nonsense"),
    "not UTF-8": lambda b: rebuilt(b, header=lambda h: b'{"\xff": 1}'),
    "a list": lambda b: rebuilt(b, header=lambda h: b"[1, 2]"),
    "deeply nested": lambda b: rebuilt(b, header=lambda h: b'{"a":' * 50_000),
    "endless digits": lambda b: rebuilt(b, header=lambda h: b'{"a":' + b"9" * 10_000 + b"}"),
    "a name twice": lambda b: rebuilt(b, header=lambda h: json.dumps(h).encode()[:-1] + b',"W_hh":{}}'),
    "NaN in the header": lambda b: rebuilt(b, header=lambda h: b'{"a": NaN}'),
    "no metadata": lambda b: rebuilt(b, header=without("__metadata__")),
    "two metadata keys": lambda b: rebuilt(b, header=changed("__metadata__", more="x")),
    "metadata of numbers": lambda b: rebuilt(b, header=changed("__metadata__", unroll=3)),
    "half precision": lambda b: rebuilt(b, header=changed("W_hh", dtype="F16")),
    "another dtype": lambda b: rebuilt(b, header=changed("W_hh", dtype="I64")),
    "a dtype that is a list": lambda b: rebuilt(b, header=changed("W_hh", dtype=["F64"])),
    "transposed": lambda b: rebuilt(b, header=changed("W_xh", shape=[5, 1])),
    "a negative size": lambda b: rebuilt(b, header=changed("W_hh", shape=[-5, -5])),
    "a true size": lambda b: rebuilt(b, header=changed("W_xh", shape=[True, 5])),
    "gigantic": lambda b: rebuilt(b, header=changed("W_hh", shape=[2**40, 2**40])),
    "more axes": lambda b: rebuilt(b, header=changed("W_hh", shape=[5, 5, 1, 1, 1])),
    "overlapping": lambda b: rebuilt(b, header=lambda h: h | {"W_hh": h["moment.W_hh.m"]}),
    "offsets backwards": lambda b: rebuilt(b, header=changed("W_hh", data_offsets=[200, 0])),
    "one more key": lambda b: rebuilt(b, header=changed("W_hh", more=1)),
    "a missing tensor": lambda b: rebuilt(b, header=without("b_y")),
    "a renamed tensor": lambda b: rebuilt(b, header=lambda h: without("b_h")(h) | {"b_x": h["b_h"]}),
    "NaN weights": lambda b: rebuilt(b, body=filled(np.nan)),
    "infinite weights": lambda b: rebuilt(b, body=filled(np.inf)),
    "negative squares": lambda b: rebuilt(b, body=filled(-1.0)),
    "metadata not JSON": lambda b: rebuilt(b, said=lambda s: "{"),
    "metadata a list": lambda b: rebuilt(b, said=lambda s: "[]"),
    "another kind": lambda b: rebuilt(b, said=lambda s: s | {"kind": "record"}),
    "another version": lambda b: rebuilt(b, said=lambda s: s | {"version": 2}),
    "a field more": lambda b: rebuilt(b, said=lambda s: s | {"admin": True}),
    "a field less": lambda b: rebuilt(b, said=without("iteration")),
    "a negative iteration": lambda b: rebuilt(b, said=lambda s: s | {"iteration": -1}),
    "a gigantic iteration": lambda b: rebuilt(b, said=lambda s: s | {"iteration": 2**60}),
    "a true iteration": lambda b: rebuilt(b, said=lambda s: s | {"iteration": True}),
    "no configuration": lambda b: rebuilt(b, said=lambda s: s | {"config": None}),
    "half a configuration": lambda b: rebuilt(b, said=lambda s: s | {"config": {"seed": 3}}),
    "a bad configuration": lambda b: rebuilt(b, said=lambda s: s | {"config": s["config"] | {"seed": -3}}),
    "self in the configuration": lambda b: rebuilt(b, said=lambda s: s | {"config": s["config"] | {"self": 1}}),
    "another cell": lambda b: rebuilt(b, said=lambda s: s | {"config": s["config"] | {"cell": "lstm"}}),
    "another optimizer": lambda b: rebuilt(b, said=lambda s: s | {"config": s["config"] | {"optimizer": "sgd"}}),
    "another task": lambda b: rebuilt(b, said=lambda s: s | {"config": s["config"] | {"task": "adding"}}),
    "own data nowhere": lambda b: rebuilt(
        b, said=lambda s: s | {"config": s["config"] | {"task": "own"}, "dataset": None}
    ),
    "edits that are none": lambda b: rebuilt(b, said=lambda s: s | {"edits": [[0, 0]]}),
    "edits outside": lambda b: rebuilt(b, said=lambda s: s | {"edits": [[0, 9, 1.0]]}),
    "edits before the start": lambda b: rebuilt(b, said=lambda s: s | {"edits": [[-1, 0, 1.0]]}),
    "gigantic edits": lambda b: rebuilt(b, said=lambda s: s | {"edits": [[0, 0, 1e7]]}),
    "a gigantic probe": lambda b: rebuilt(b, said=lambda s: s | {"probe": 2**40}),
    "metadata of another name": lambda b: rebuilt(b, header=lambda h: h | {"__metadata__": {"other": "{}"}}),
    "a tensor too many": lambda b: rebuilt(b, header=lambda h: h | {"extra": h["b_y"]}),
    "a moment too few": lambda b: rebuilt(b, header=without("moment.W_hh.v")),
    "offsets that are fractions": lambda b: rebuilt(b, header=changed("W_hh", data_offsets=[0.0, 200.0])),
    "offsets of three": lambda b: rebuilt(b, header=changed("W_hh", data_offsets=[0, 100, 200])),
    "sizes in words": lambda b: rebuilt(b, header=changed("W_hh", shape=["5", "5"])),
    "an entry that is a number": lambda b: rebuilt(b, header=lambda h: h | {"W_hh": 5}),
    "an iteration in words": lambda b: rebuilt(b, said=lambda s: s | {"iteration": "5"}),
    "a fractional iteration": lambda b: rebuilt(b, said=lambda s: s | {"iteration": 5.5}),
    "a configuration that is a list": lambda b: rebuilt(b, said=lambda s: s | {"config": [s["config"]]}),
    "no units": lambda b: rebuilt(b, said=lambda s: s | {"config": s["config"] | {"hidden_size": 0}}),
    "a __proto__ in the configuration": lambda b: rebuilt(
        b, said=lambda s: s | {"config": s["config"] | {"__proto__": {}}}
    ),
    "half a surrogate": lambda b: rebuilt(b, header=lambda h: h | {"\ud800": {}}),
}
