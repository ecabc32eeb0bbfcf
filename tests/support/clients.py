"""A run without a socket, under a clock that moves only when told to."""

import json
from typing import Any

from safetensors.numpy import load

from app.web.protocol import Frame, Part
from app.web.run import Limits, Run, Shared
from app.web.session import Session
from app.web.viewer import Viewer

LIMITS = Limits(max_cost=100_000_000, max_bytes=128 * 2**20, records_per_second=30)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def facts(file: bytes) -> dict[str, Any]:
    """The one metadata value of a binary frame."""
    length = int.from_bytes(file[:8], "little")
    metadata = json.loads(file[8 : 8 + length])["__metadata__"]
    assert set(metadata) == {"unroll"}
    return json.loads(metadata["unroll"])


def understood(frame: Frame) -> Any:
    """Messages as objects, everything else as it is."""
    return json.loads(frame) if isinstance(frame, str) else frame


class Client:
    """Speaks to a run as a page does, and writes down what it hears."""

    def __init__(
        self, limits: Limits = LIMITS, shared: Shared | None = None, clock: Clock | None = None, key: int = 0
    ) -> None:
        self.clock = clock or Clock()
        self.run = Run(limits, shared, self.clock, key)
        self.heard: list[Any] = []
        self.parts: list[bytes] = []  # of a file that is coming

    @property
    def session(self) -> Session:
        return self.run.session

    @property
    def viewer(self) -> Viewer:
        return self.run.viewer

    def say(self, type: str, **fields: Any) -> list[Any]:
        """Send a command; everything the run says until it has nothing more to do at this moment."""
        return self.send(json.dumps({"type": type, **fields}))

    def send(self, frame: str | bytes) -> list[Any]:
        self.run.receive(frame)
        return self.listen()

    def listen(self) -> list[Any]:
        """What the run says until all commands are carried out and, unless it trains, nothing is left to do."""
        said: list[Any] = []
        while (
            self.run.inbox
            or self.run.job
            or self.run.leaving
            or (self.session.phase != "running" and self.run.due_at(self.clock()) <= self.clock())
        ):
            said += map(understood, self.whole(self.run.work(seconds=0)))
        self.heard += said
        return said

    def whole(self, frames: list[Frame]) -> list[Frame]:
        """The same with parts of a file put together."""
        complete = []
        for frame in frames:
            if isinstance(frame, Part):
                self.run.taken()
                self.parts.append(frame.content)
                if frame.is_last:
                    complete.append(b"".join(self.parts))
                    self.parts = []
            else:
                complete.append(frame)
        return complete

    def wait(self, seconds: float, step: float = 0.001, ack: bool = True) -> list[Any]:
        """Let time pass in small steps, drawing every record if `ack`."""
        said: list[Any] = []
        end = self.clock.now + seconds
        while self.clock.now < end:
            for frame in self.whole(self.run.work(seconds=0)):
                said.append(understood(frame))
                if ack and isinstance(frame, bytes):
                    self.ack(facts(frame)["iteration"])
            self.clock.advance(step)
        self.heard += said
        return said

    def ack(self, iteration: int | None = None) -> None:
        if iteration is None:
            iteration = self.session.trainer.iteration
        self.run.receive(json.dumps({"type": "ack", "iteration": iteration}))

    def started(self, **config: Any) -> "Client":
        small = {"sequence_length": 6, "hidden_size": 3, "batch_size": 2, "lag": 2}
        self.say("start", config=small | config)
        self.ack()
        return self


def records(said: list[Any]) -> list[dict[str, Any]]:
    return [facts(item) for item in said if isinstance(item, bytes)]


def tensors(file: bytes) -> dict[str, Any]:
    return load(file)
