"""Watch a PyTorch model learn: every dE/dh_t of its recurrent layers, exactly, while the training loop runs unchanged.

Hooks take what crosses the boundary of a recurrent module (`capture`), our engine replays it (`stack`), a thread beside
the loop turns it into records (`watching`). PyTorch is the user's: nothing here imports it.
"""

from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import BadValue
from ..recording import Recording
from ..training import Trainer
from .own import WatchingTrainer
from .watcher import Watcher
from .watching import Watching

__all__ = ["Watcher", "open", "watch"]


def watch(
    model: Any,
    *,
    every: int = 1,
    sequence: int = 0,
    modules: Any = None,
    server: str | None = None,
    token: str | None = None,
    page: bool = True,
    file: str | PathLike[str] | None = None,
    scaler: Any = None,
) -> Watcher:
    """Watch every nn.RNN, nn.LSTM, nn.GRU and nn.*Cell in ``model`` from now on.

    Of the backward passes that reach a module the first is captured, then every ``every``-th; ``sequence`` of the batch
    is shown. ``modules`` chooses some by the names of `named_modules()`. ``page`` serves a page on this
    machine alone and prints its address; a ``server`` with its ``token`` shows it instead, to whoever has the address.
    ``file`` is a recording that every record is written to, as it is made.
    ``scaler`` is the torch.amp.GradScaler the script uses, if it does.

    ``model`` may be a `Trainer` of ours instead: then each ``every``-th update is captured, with the record's finding;
    ``modules`` and ``scaler`` have no meaning there.

    Raises BadValue where nothing can be watched; once the loop runs, nothing here raises, waits or changes a number.
    """
    path = None if file is None else Path(file)
    if isinstance(model, Trainer):
        if modules is not None or scaler is not None:
            raise BadValue("A Trainer has no modules to choose from and no scaler; leave out `modules` and `scaler`.")
        return WatchingTrainer(model, every=every, sequence=sequence, server=server, token=token, page=page, file=path)
    return Watching(
        model,
        every=every,
        sequence=sequence,
        modules=modules,
        server=server,
        token=token,
        page=page,
        scaler=scaler,
        file=path,
    )


def open(path: str | PathLike[str]) -> Recording:
    """A recording, of a run or of a watched model: records one after the other, their numbers read when asked for."""
    return Recording.open(path)
