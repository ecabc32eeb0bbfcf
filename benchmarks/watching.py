"""What watching costs: an lstm of H = 128 over T = 60, B = 32, trained in PyTorch with and without `unroll.watch`.

    make bench-watch

Blocks of 50 updates alternate between the two, so that both see the same machine. Compared is the processor time of
the whole process, its threads beside the loop included, in sums over the blocks; a record nobody asks for is not made.
"""

import time
from importlib import import_module
from typing import Any

import app as unroll

T, B, I, H = 60, 32, 16, 128
UPDATES, BLOCKS = 50, 6


class Training:
    """A model and its loop."""

    def __init__(self, torch: Any) -> None:
        torch.manual_seed(0)
        self.model = torch.nn.LSTM(I, H)
        self.head = torch.nn.Linear(H, 1)
        self.x, self.target = torch.randn(T, B, I), torch.randn(B, 1)
        parameters = [*self.model.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.Adam(parameters)

    def block(self, watching: Any = None) -> float:
        """Seconds of the processor for a block of updates, with what goes on beside them."""
        start = time.process_time()
        for _ in range(UPDATES):
            output, _ = self.model(self.x)
            loss = (self.head(output[-1]) - self.target).square().mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        if watching is not None:
            watching.wait()
        return time.process_time() - start


def main() -> None:
    """Print one line for each choice of `every`."""
    torch = import_module("torch")
    torch.set_num_threads(1)  # several would count the time in which they wait for each other
    for every in (50, 10, 1):
        plain, watched = Training(torch), Training(torch)
        watching = unroll.watch(watched.model, every=every, page=False)
        times: dict[str, list[float]] = {"plain": [], "watched": []}
        for training in (plain, watched):
            training.block()
        watching.wait()
        for _ in range(BLOCKS):
            times["plain"].append(plain.block())
            times["watched"].append(watched.block(watching))
        watching.close()
        without, with_ = (sum(found) / (UPDATES * BLOCKS) * 1e3 for found in times.values())
        print(
            f"every={every:2d}: {without:6.2f} ms an update without, {with_:6.2f} ms with watching: "
            f"{100 * (with_ / without - 1):+.1f} %; residual {watching.last[''].grad_residual:.1e}"
        )


if __name__ == "__main__":
    main()
