"""One of each message the server sends. `python -m tests.support.messages` writes them into tests/messages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.web.run import Shared
from tests.support.clients import Client

MESSAGES = Path(__file__).parent.parent / "messages"
SMALL = {"sequence_length": 6, "hidden_size": 3, "batch_size": 2, "lag": 2}
WILD = {**SMALL, "task": "adding", "sequence_length": 40, "activation": "relu", "init": "normal", "gain": 1e20}


def server_messages() -> Iterator[tuple[str, dict[str, Any]]]:
    client = Client()
    yield "hello", json.loads(client.run.hello())
    yield "error", client.say("play", id="early", rate="fast")[0]
    yield "state", client.say("start", config=SMALL, id="first")[0]
    yield "gradient_check", client.say("check_gradients", samples=2, id="check")[0]
    series = "day,level\n" + "".join(f"2020-01-0{1 + i},{2**i}\n" for i in range(8))
    yield "preview", client.say("own_series", csv=series, preview=True, id="look")[0]
    yield "ready", client.say("upload", kind="snapshot", bytes=10, id="file")[0]
    yield from sharing_messages()
    yield "diverged", Client().say("start", config=WILD)[2]


def sharing_messages() -> Iterator[tuple[str, dict[str, Any]]]:
    shared = Shared()
    owner, follower = Client(shared=shared, key=1), Client(shared=shared, key=2)
    owner.say("start", config=SMALL)
    answer = owner.say("share", id="class")[0]
    yield "shared", answer
    follower.say("follow", run=answer["run"])
    yield "counts", owner.say("ask", scene="vanishing", options=3, id="question")[0]
    yield "asked", json.loads(shared.outbox[-1].frame)
    yield "answered", follower.say("answer", scene="vanishing", option=1, id="mine")[0]
    owner.run.leave()
    yield "ended", json.loads(shared.outbox[-1].frame)


def record() -> bytes:
    client = Client()
    client.say("start", config=SMALL)
    client.ack()
    return client.say("watch", quantities=["flow", "weights"])[1]


if __name__ == "__main__":
    for name, message in server_messages():
        (MESSAGES / f"server-{name}.json").write_text(json.dumps(message, indent=2, ensure_ascii=False) + "\n")
    (MESSAGES / "record.safetensors").write_bytes(record())
