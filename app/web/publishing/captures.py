"""What a published frame must be: one record of a watched module, as safetensors. Checked, then handed on as it is."""

from dataclasses import dataclass

from ...errors import BadUpload, shown
from ...tensorheader import checked, strict_json
from ..protocol import LARGEST_INTEGER

LONGEST_NAME = 200  # characters of a module's name


@dataclass(frozen=True)
class Capture:
    """One record: whose it is, of which backward pass, and the frame as it came."""

    module: str
    step: int
    frame: bytes


def capture_in(frame: bytes) -> Capture:
    """The record in a binary frame; BadUpload says what is wrong with it."""
    metadata, _ = checked(frame)
    facts = strict_json(metadata["unroll"]) if set(metadata) == {"unroll"} else {}
    module, step = facts.get("module"), facts.get("step")
    if facts.get("kind") != "record" or facts.get("iteration") != step:
        raise BadUpload("Expected a record of a watched module, its step also as iteration; got another kind of file.")
    if not isinstance(module, str) or len(module) > LONGEST_NAME:
        raise BadUpload(f"Expected the module's name, of at most {LONGEST_NAME} characters; got {shown(module)}.")
    if type(step) is not int or not 0 <= step <= LARGEST_INTEGER:
        raise BadUpload(f"Expected the number of a backward pass as step; got {shown(step)}.")
    return Capture(module, step, frame)
