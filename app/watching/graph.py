"""What a cell's own computation sends back to a state, apart from what comes from elsewhere.

The gradient that arrives at h_t in a loop over a cell is the sum of the loss's own part and of what the next step sends
back. The graph knows the difference: the next step's nodes lie between its outputs and the states that entered it.
"""

from collections.abc import Callable, Iterable
from typing import Any

MOST_NODES = 200  # of one call of a cell; they have about ten


def edge(tensor: Any) -> tuple[Any, int]:
    """The place of ``tensor`` in the graph: the node that makes it, and which of its outputs it is."""
    return tensor.grad_fn, tensor.output_nr


def listen(outputs: Iterable[Any], target: Any, entering: Iterable[Any], tell: Callable[[Any], None]) -> None:
    """Call ``tell`` with every gradient that nodes between ``outputs`` and ``target`` send to ``target``.

    ``entering`` are the tensors that entered the call: what lies behind them is not part of it.
    """
    wanted = edge(target)
    behind = {tensor.grad_fn for tensor in entering if tensor is not None} | {target.grad_fn}
    waiting = [output.grad_fn for output in outputs if output.grad_fn not in behind]
    seen = set(waiting)
    while waiting and len(seen) < MOST_NODES:
        node = waiting.pop()
        sends = [place for place, following in enumerate(node.next_functions) if following == wanted]
        if sends:
            node.register_hook(_teller(sends, tell))
        for following, _ in node.next_functions:
            if following is not None and following not in seen and following not in behind:
                seen.add(following)
                waiting.append(following)


def _teller(places: list[int], tell: Callable[[Any], None]) -> Callable[[Any, Any], None]:
    def hook(sent: Any, _: Any) -> None:
        for place in places:
            if sent[place] is not None:
                tell(sent[place])

    return hook
