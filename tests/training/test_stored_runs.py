"""Runs give the numbers they gave before: a rearrangement of the engine changes no loss and no tensor."""

import json

import pytest

from tests.support.stored_runs import CONFIGS, FILE, play

STORED = json.loads(FILE.read_text())


@pytest.mark.parametrize("name", CONFIGS)
def test_a_run_gives_the_numbers_that_are_stored(name):
    tolerance = 1e-4 if CONFIGS[name].get("precision") == "float32" else 1e-9  # other processors round otherwise
    stored, played = STORED[name], play(name)
    assert played["losses"] == pytest.approx(stored["losses"], rel=tolerance)
    assert stored["tensors"].keys() <= played["tensors"].keys()
    for tensor, told in stored["tensors"].items():
        found = played["tensors"][tensor]
        assert (found["shape"], found["finite"]) == (told["shape"], told["finite"]), tensor
        assert found["size"] == pytest.approx(told["size"], rel=tolerance), tensor
        assert found["weighted"] == pytest.approx(told["weighted"], rel=tolerance, abs=tolerance * told["size"]), tensor
