"""A training script in which three things are wrong; `unroll.watch` names them one after the other.

    python docs/watch_example.py                      what is wrong first
    python docs/watch_example.py scale                ... once the inputs are scaled
    python docs/watch_example.py scale state          ... once the state is handed on
    python docs/watch_example.py scale state gates    ... once the forget gates are open: it learns

The network reads 20 numbers and is to repeat the first of them at the end. It needs PyTorch and `pip install .`.
"""

import sys

import torch
import unroll
from torch import nn

T, B, H = 20, 64, 32
mended = set(sys.argv[1:])
torch.manual_seed(0)


class Repeater(nn.Module):
    """An LSTM, one timestep at a time, and what it says at the end."""

    def __init__(self):
        super().__init__()
        self.cell, self.head = nn.LSTMCell(1, H), nn.Linear(H, 1)
        if "gates" in mended:
            with torch.no_grad():
                self.cell.bias_hh[H : 2 * H] = 1

    def forward(self, x):
        """What is said after the last of x (T, B, 1)."""
        h = c = torch.zeros(x.shape[1], H)
        for x_t in x:
            if "state" not in mended:
                h, c = h.detach(), c.detach()
            h, c = self.cell(x_t, (h, c))
        return self.head(h)


model = Repeater()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

with unroll.watch(model, every=50, page=False) as watching:
    for _ in range(300):
        pixels = torch.randint(0, 256, (T, B, 1)).float()
        x = (pixels - 127.5) / 73.9 if "scale" in mended else pixels
        loss = (model(x) - (pixels[0] - 127.5) / 73.9).square().mean()  # 1 for a network that reads nothing
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

verdict = watching.verdict()["cell"]
print(f"loss {loss.item():.3f}; {verdict['finding']}: {verdict['sentence']}")
if verdict["remedy"]:
    print(f"what helps: {verdict['remedy']}")
