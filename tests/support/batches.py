"""How much is computed: one entry for every batch that is run."""

import pytest

from app.training import batch_pass


def counted_batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every batch that is run from now on."""
    run, seen = batch_pass.run, []

    def counted(*arguments: object, **more: object) -> object:
        seen.append(1)
        return run(*arguments, **more)

    monkeypatch.setattr(batch_pass, "run", counted)
    return seen
