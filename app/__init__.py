"""Unroll: a web playground for backpropagation through time.

    import unroll

    trainer = unroll.Trainer(unroll.RunConfig(cell="gru", sequence_length=50))
    record = trainer.step(watch={"flow"})

    watching = unroll.watch(model)  # a PyTorch model; see `unroll.watching`

The folder is called `app` in a checkout and `unroll` once it is installed. What a name needs is imported when the
name is first used, so that `import unroll` alone costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import figures
    from .training import RunConfig, Trainer, register
    from .watching import open, watch

__all__ = ["RunConfig", "Trainer", "figures", "open", "register", "watch"]
_WHERE = {
    "RunConfig": ".training",
    "Trainer": ".training",
    "figures": ".report",
    "open": ".watching",
    "register": ".training",
    "watch": ".watching",
}
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """What the package offers, imported at its first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(_WHERE[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
