"""What watching costs: an lstm of H = 128 over T = 60, B = 32, trained in PyTorch with and without `unroll.watch`.

    make bench-watch

Updates of a plain and of a watched training alternate one by one, so that both see the same machine; every fifth of the
watched ones is captured. Processor time is that of the whole process, with the replay beside the loop, which is waited
for: from the medians of plain, watched and captured updates follows what any `every` costs. Where nobody looks, a
record is judged but not made.
"""

import statistics
import time
from importlib import import_module
from typing import Any

import app as unroll

T, B, I, H = 60, 32, 16, 128
EVERY = 5
ROUNDS, FIRST = 400, 20  # updates of each training, and how many of them are not counted


class Training:
    """A model and its loop."""

    def __init__(self, torch: Any) -> None:
        torch.manual_seed(0)
        self.model = torch.nn.LSTM(I, H)
        self.head = torch.nn.Linear(H, 1)
        self.x, self.target = torch.randn(T, B, I), torch.randn(B, 1)
        self.optimizer = torch.optim.Adam([*self.model.parameters(), *self.head.parameters()])

    def update(self, watching: Any = None) -> float:
        """Milliseconds of the processor for one update with what goes on beside it."""
        start = time.process_time()
        output, _ = self.model(self.x)
        loss = (self.head(output[-1]) - self.target).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if watching is not None:
            watching.wait()
        return 1e3 * (time.process_time() - start)


def main() -> None:
    """Print what an update takes, what watching adds to it, and what that is for some choices of `every`."""
    torch = import_module("torch")
    torch.set_num_threads(1)  # several would count the time in which they wait for each other
    plain, watched = Training(torch), Training(torch)
    without: list[float] = []
    captured: dict[bool, list[float]] = {True: [], False: []}
    with unroll.watch(watched.model, every=EVERY, page=False) as watching:
        for number in range(ROUNDS):
            order = [(plain, None), (watched, watching)]
            took = {training: training.update(by) for training, by in (order if number % 2 else order[::-1])}
            if number >= FIRST:
                without.append(took[plain])
                captured[number % EVERY == 0].append(took[watched])
        residual = watching.last[""].grad_residual
    update = statistics.median(without)
    beside, capture = (statistics.median(captured[is_captured]) - update for is_captured in (False, True))
    print(f"an update {update:.2f} ms; watched +{beside:.3f} ms, captured +{capture:.2f} ms; residual {residual:.1e}")
    for every in (50, 10, 1):
        share = 100 * ((every - 1) * beside + capture) / every / update
        print(f"every={every:2d}: {share:+.1f} % processor time")


if __name__ == "__main__":
    main()
