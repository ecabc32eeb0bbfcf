"""Makes static/watched/example.unroll: a real PyTorch training, watched, that the page shows without any server's help.

    python -m scripts.watched_example        needs PyTorch

An LSTM is shown one bit, then noise, and is asked for the bit at the end. As PyTorch starts it, the gradient of the
last timestep dies on its way back, and nothing is learned. After step 200 the line that the page gives is carried out.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import app as unroll
from app.recording import Recording
from app.training import Record

TARGET = Path(__file__).parent.parent / "static" / "watched" / "example.unroll"
T, B, H = 30, 64, 10
STEPS = (0, 100, 200, 300, 400, 500)
MENDED_AFTER = 200
LN = ("ln_dh_norm", "ln_dc_norm", "ln_flow")
VIEWS = ("lag_norm", "truncation_cosine", "eigenvalues", "singular_values", "jacobian_norm", "W_hh", "grad.W_hh")
KEPT = ("x", "h", "dh", "dh_carried_norm", "share", "carried_share", "gates", "slope_mean", *LN, *VIEWS)
UNREAD = ("updates", "worst_update")  # facts that the page says nothing of
torch: Any = import_module("torch")
nn = torch.nn


def batch() -> tuple[Any, Any]:
    """The bit as ±1 at timestep 1, noise beside it at every timestep."""
    bit = torch.randint(0, 2, (B,)).float()
    x = torch.zeros(T, B, 2)
    x[0, :, 0] = 2 * bit - 1
    x[:, :, 1] = torch.randn(T, B)
    return x, bit


def small(record: Record) -> Record:
    """What the page draws, in float32, and what it says."""
    kept = {name: record.tensors[name].astype(np.float32) for name in KEPT}
    facts = {name: value for name, value in record.scalars.items() if name not in UNREAD}
    return Record({**facts, "iteration": record.scalars["step"]}, kept)


def main() -> None:
    """Train, and write what was captured at the steps above."""
    torch.manual_seed(2)
    torch.set_num_threads(1)
    model = nn.ModuleDict({"encoder": nn.LSTM(2, H), "head": nn.Linear(H, 1)})
    optimizer = torch.optim.Adam(model.parameters(), 0.003)
    TARGET.parent.mkdir(exist_ok=True)
    with (
        Recording.create(TARGET, source="unroll.watch", every=100) as recording,
        unroll.watch(model, every=100, page=False) as watching,
    ):
        for step in range(STEPS[-1] + 1):
            x, bit = batch()
            output, _ = model["encoder"](x)
            loss = nn.functional.binary_cross_entropy_with_logits(model["head"](output[-1])[:, 0], bit)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step in STEPS:
                recording.write(small(watching.last["encoder"]))
                if step == MENDED_AFTER:
                    with torch.no_grad():
                        model["encoder"].bias_hh_l0[H : 2 * H] = 1
                print(step, f"{loss.item():.3f}", watching.verdict()["encoder"]["finding"])
    print(TARGET, TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
