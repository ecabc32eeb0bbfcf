"""The examples of the page: their links as configurations, and what their small pictures are drawn from."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from app.training import Record, RunConfig, Trainer, schema

FOLDER = Path(__file__).parents[2] / "static" / "js" / "share"
PRESETS = {preset["name"]: preset for preset in json.loads((FOLDER / "presets.json").read_text())}
PICTURES = FOLDER / "preset_pictures.json"
OF_THE_VIEW = {"tab", "track", "ruler", "pin", "speed", "probe"}
DIGITS = 2  # of a natural logarithm: a hundredth is far below a pixel


def config(name: str) -> RunConfig:
    """The configuration that a preset's link asks for."""
    fields = {key: value for key, value in parse_qsl(PRESETS[name]["link"]) if key not in OF_THE_VIEW}
    properties = schema()["properties"]
    return RunConfig(
        **{key: value if "enum" in properties[key] else json.loads(value) for key, value in fields.items()}
    )


def record(name: str) -> Record:
    """The first record of its network."""
    return Trainer(config(name)).record({"flow"})


def river(name: str) -> list[float]:
    """ln of the gradient's norm from timestep 1 to T as its river shows it: of c where there is one, after clipping."""
    found = record(name)
    if config(name).clip == "timestep":
        ln = np.log(found.dh_norm_used)
    else:
        ln = found.ln_dc_norm if "ln_dc_norm" in found.tensors else found.ln_dh_norm
    return [round(float(value), DIGITS) for value in ln[1:]]
