"""Messages and snapshots that are almost right, in any number: `benchmarks/faults` asks for more than tests do."""

import json
import random
import time
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from app.errors import UnrollError
from app.training import RunConfig, Trainer
from app.web import session
from tests.support.clients import Client, facts
from tests.support.messages import MESSAGES, SMALL

VALID = [json.loads(path.read_text()) for path in sorted(MESSAGES.glob("client-*.json"))]
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 500, 501, 2**31, 2**53, 2**64, 10**300, 0.5, -0.0, 1e-300, 1e300, 1e308),
    *("", "x", "tanh", "relu", "lstm", "W_hh", "x_t", "flow", "é\u202e\x00", "__proto__", "self"),
    *([], [0, 0], [0, 1], [[0]], ["flow"], {}, {"a": 1}, {"seed": 1}, {"cell": "gru", "hidden_size": 2}),
]
NAMES = ["type", "id", "config", "changes", "rate", "iterations", "quantities", "probe", "tensor", "index", "value"]
ALL = list(HealthCheck)
FIELDS = [
    "sequence_length",
    "hidden_size",
    "batch_size",
    "cell",
    "activation",
    "task",
    "lag",
    "k1",
    "k2",
    "seed",
    "gain",
]


def almost_right(rng: random.Random) -> str:
    """A command with something changed, or its text with a character changed."""
    message = dict(rng.choice(VALID))
    if message["type"] in ("step", "check_gradients"):
        message = {"type": "pause"}  # slow, and tested elsewhere
    for _ in range(rng.randrange(3)):
        kind = rng.randrange(4)
        if kind == 0:
            message[rng.choice(NAMES)] = rng.choice(VALUES)
        elif kind == 1:
            message.pop(rng.choice(NAMES), None)
        elif kind == 2:
            message = {"type": "configure", "changes": {rng.choice(FIELDS): rng.choice(VALUES)}}
        else:
            message = {
                "type": rng.choice(["start", "play", "watch"]),
                "config": {rng.choice(FIELDS): rng.choice(VALUES)},
            }
    text = json.dumps(message)
    if rng.random() < 0.3:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice('{}[]",:0\\ue\x00NaN') + text[at + rng.randrange(2) :]
    return text


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def send_messages(number: int, seed: int = 20) -> Counter[str]:
    """To one run, which has to answer each of them once, and to be untouched by those it refuses."""
    rng = random.Random(seed)
    client = Client().started()
    counts: Counter[str] = Counter()
    before = b""
    for _ in range(number):
        text = almost_right(rng)
        counts["valid JSON"] += is_json(text)
        before = before or client.session.trainer.snapshot()
        phase = client.session.phase
        client.run.receive(text)
        if not client.run.inbox:  # a valid ack, which has no answer
            continue
        client.run.answered = 0
        client.viewer.credits.in_flight.clear()
        said = client.listen()
        assert client.run.answered == 1, text
        answer = said[0] if isinstance(said[0], dict) else facts(said[0])
        if answer.get("type") == "error":
            counts["refused"] += 1
            assert len(said) == 1, text
            assert answer["message"].isprintable(), text
            assert (client.session.trainer.snapshot(), client.session.phase) == (before, phase), text
        else:
            before = b""
        client.heard.clear()
        if client.viewer.uploads.announced:
            client.send(b"")
        if client.session.phase is session.Phase.RUNNING:
            client.say("pause")
        if client.session.trainer.config.hidden_size > 16 or client.session.trainer.config.sequence_length > 50:
            client.say("start", config=SMALL)
    return counts


def some_snapshots() -> list[bytes]:
    """One of each cell and optimizer with moments, one with an edited probe, one with own data."""
    found = []
    for cell, optimizer in (("rnn", "adam"), ("lstm", "momentum"), ("gru", "rmsprop")):
        trainer = Trainer(RunConfig(**SMALL, cell=cell, optimizer=optimizer))
        trainer.step()
        trainer.edit("x", (1, 0), 0.5)
        found.append(trainer.snapshot())
    trainer.load_text("hello, hello")
    return [*found, trainer.snapshot(dataset=True)]


def mutated(blob: bytes, rng: random.Random) -> bytes:
    """The same file with noise in it, a part missing, or another value at some place of its header."""
    kind = rng.randrange(4)
    length = int.from_bytes(blob[:8], "little")
    if kind == 0:
        noisy = bytearray(blob)
        for _ in range(rng.randrange(1, 5)):
            noisy[rng.randrange(len(noisy))] = rng.randrange(256)
        return bytes(noisy)
    if kind == 1:
        at, size = rng.randrange(len(blob)), rng.randrange(1, 64)
        return blob[:at] + (rng.randbytes(size) if rng.random() < 0.5 else b"") + blob[at + rng.randrange(size) :]
    header = json.loads(blob[8 : 8 + length])
    if kind == 2:
        name = rng.choice(list(header))
        if rng.random() < 0.5 and name != "__metadata__":
            header[name][rng.choice(["dtype", "shape", "data_offsets"])] = rng.choice(VALUES)
        else:
            header[name if rng.random() < 0.5 else "other"] = rng.choice(VALUES)
    else:
        said = json.loads(header["__metadata__"]["unroll"])
        place = said["config"] if rng.random() < 0.5 else said
        place[rng.choice([*place, "other"])] = rng.choice(VALUES)
        header["__metadata__"]["unroll"] = json.dumps(said)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + blob[8 + length :]


def resume_snapshots(number: int, seed: int = 21) -> tuple[Counter[str], list[float]]:
    """What becomes of mutated snapshots, and how long each took; anything but a run or an error of ours is raised."""
    rng = random.Random(seed)
    blobs = some_snapshots()
    counts: Counter[str] = Counter()
    seconds = []
    for _ in range(number):
        blob = mutated(rng.choice(blobs), rng)
        begun = time.perf_counter()
        try:
            trainer = Trainer.resume(blob, max_cost=80_000_000, max_bytes=2**26)
        except UnrollError as error:
            counts["refused"] += 1
            str(error).encode()
            trainer = None
        seconds.append(time.perf_counter() - begun)
        if trainer:
            counts["resumed"] += 1
            if trainer.config.sequence_length * trainer.config.batch_size < 100:
                trainer.step()
    return counts, seconds


def ask_every_way(url: str, number: int) -> list[int]:
    """About so many requests that the server's own description of its routes allows; how each was answered."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    statuses: list[int] = []
    for operation in [found.ok() for found in schema.get_all_operations()]:

        @settings(max_examples=number, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=ALL)
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            statuses.append(case.call().status_code)

        ask()
    return statuses
