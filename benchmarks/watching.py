"""What watching costs: an lstm of H = 128 over T = 60, B = 32, trained in PyTorch with and without `unroll.watch`.

    make bench-watch

Blocks of 50 updates alternate between the two, so that both see the same machine; the two of a pair are compared, and
the median of the pairs is what is said. Processor time is that of the whole process, with what goes on beside the loop;
wall time is the loop's own. Where nobody looks, a record is judged but not made.
"""

import statistics
import time
from importlib import import_module
from typing import Any

import app as unroll

T, B, I, H = 60, 32, 16, 128
UPDATES = 50
PAIRS = {50: 10, 10: 5, 1: 4}  # of blocks, by `every`


class Training:
    """A model and its loop."""

    def __init__(self, torch: Any) -> None:
        torch.manual_seed(0)
        self.model = torch.nn.LSTM(I, H)
        self.head = torch.nn.Linear(H, 1)
        self.x, self.target = torch.randn(T, B, I), torch.randn(B, 1)
        parameters = [*self.model.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.Adam(parameters)

    def block(self, watching: Any = None) -> tuple[float, float]:
        """Seconds of the processor for a block of updates with what goes on beside them, and the loop's own time."""
        start, began = time.process_time(), time.perf_counter()
        for _ in range(UPDATES):
            output, _ = self.model(self.x)
            loss = (self.head(output[-1]) - self.target).square().mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        took = time.perf_counter() - began
        if watching is not None:
            watching.wait()
        return time.process_time() - start, took


def main() -> None:
    """Print one line for each choice of `every`."""
    torch = import_module("torch")
    torch.set_num_threads(1)  # several would count the time in which they wait for each other
    for every, pairs in PAIRS.items():
        plain, watched = Training(torch), Training(torch)
        with unroll.watch(watched.model, every=every, page=False) as watching:
            plain.block()
            watched.block(watching)
            found = [(plain.block(), watched.block(watching)) for _ in range(pairs)]
            residual = watching.last[""].grad_residual
        print(f"every={every:2d}: {more(found, 0)} processor time, {more(found, 1)} wall time; residual {residual:.1e}")


def more(found: list[tuple[tuple[float, float], tuple[float, float]]], which: int) -> str:
    """By how much the second of a pair took longer, the median and the range of the middle half."""
    ratios = sorted(100 * (watched[which] / plain[which] - 1) for plain, watched in found)
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:+.1f} % ({low:+.1f} … {high:+.1f})"


if __name__ == "__main__":
    main()
