"""`unroll verify FILE…`: for each hand-in whether its losses come out again, bit for bit, when it is replayed."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from ..errors import UnrollError, counted
from ..handin import HandIn, Outcome, read, verify
from .saying import say

MINUTES = 10.0


def main(arguments: Sequence[str], program: str = "unroll") -> int:
    """One line a file; 0 where all are the same, 1 where any is not."""
    chosen = parser(program).parse_args(arguments)
    outcomes = [judged(path, 60 * chosen.minutes) for path in chosen.files]
    return 0 if all(outcomes) else 1


def parser(program: str) -> argparse.ArgumentParser:
    """`unroll verify --help`."""
    made = argparse.ArgumentParser(
        prog=f"{program} verify",
        description="Replay hand-ins and say of each whether its losses came out again, bit for bit.",
    )
    made.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="a hand-in, as Share, Save on the page saves it"
    )
    made.add_argument(
        "--minutes", type=float, default=MINUTES, help=f"how long one file may be replayed (default {MINUTES:g})"
    )
    return made


def judged(path: Path, seconds: float) -> bool:
    """Say what came of one file; whether it is the same."""
    end = time.monotonic() + seconds
    try:
        handed_in = read(path)
        verdict = verify(handed_in, lambda: time.monotonic() < end)
    except OSError as error:
        say(f"{path}: cannot be read: {error.strerror}.")
        return False
    except UnrollError as error:
        say(f"{path}: cannot be read. {error}")
        return False
    say(f"{path}: {described(handed_in)}: {verdict.outcome}. {verdict.sentence}")
    return verdict.outcome is Outcome.SAME


def described(handed_in: HandIn) -> str:
    """Who handed in what; names may be anything, so they are printed as Python prints them."""
    parts = [counted(len(handed_in.changes), "change")] if handed_in.changes else []
    if handed_in.answers:
        parts.append(f"{handed_in.right_answers} of {len(handed_in.answers)} answers right")
    if handed_in.scene:
        parts.append(f"lesson {handed_in.scene!r}")
    return ", ".join([repr(handed_in.name), counted(handed_in.iteration, "update"), *parts])
