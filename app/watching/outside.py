"""What is wrong around a watched module, which its own gradients do not show: its shapes, the optimizer, a cut graph.

Each rule looks at the scalars of a record and answers with a `Verdict` or None. They need no threshold, or one that no
training which works comes near.
"""

from typing import Any

from ..training import Record
from . import remedies
from .remedies import Remedy
from .updates import overshoots, share
from .verdict import Verdict

KEPT_BY_CLIPPING = 0.01  # of the gradient's length, as the playground's rule has it
STANDS_STILL = 1e-7  # of the weights' length in one update, below the last digit of float32
TINY_RATE = 1e-6
COMMON_RATE = 0.1


def mixed_sequences(record: Record) -> Verdict | None:
    """A view of the input, of a state or of the output puts numbers of several sequences together."""
    what = record.scalars["mixed"]
    if what is None:
        return None
    sentence = {
        "input": "the input is a view of a batch (sequences, timesteps, features) as if time came first: each "
        "sequence it reads is put together from pieces of others.",
        "state": "the state it is given is a view that mixes the sequences of the batch: the same numbers in another "
        "shape, which belong to other sequences.",
        "output": "its output or last state is read through a view that mixes the sequences of the batch, such as "
        "h_n.view(batch, -1): the shape is right, the numbers belong to other sequences.",
    }[what]
    return Verdict("mixed_sequences", f"{name_of(record)}: {sentence}", f"{what}_reshaped", remedies.mixed(what))


def not_trained(record: Record) -> Verdict | None:
    """No gradient comes, or no optimizer makes anything of it."""
    if record.scalars["reached"] == 0:
        sentence = (
            f"{name_of(record)}: every gradient that arrives is exactly 0, for all sequences of the batch: whatever "
            "reads its output multiplies it by 0."
        )
        return Verdict("not_learning", sentence, "zero_gradient", remedies.zero_gradient())
    return _not_updated(record)


def _not_updated(record: Record) -> Verdict | None:
    """Two updates in a row left the parameters exactly as they were, though a gradient had come."""
    updates = record.scalars["updates"]
    if len(updates) < 2 or any(update["update_norm"] != 0.0 or not update["grad_norm"] > 0.0 for update in updates):
        return None
    last = updates[-1]
    if last["optimizer"] is None:
        said, cause = "the optimizer's steps do not hold its parameters, so that they never change", "not_in_optimizer"
    elif last["given_norm"] == 0.0 and last["learning_rate"] > 0.0:
        said = "its gradient has been set to 0 before optimizer.step(), so that its parameters do not change"
        cause = "gradient_cleared"
    else:
        return None
    return Verdict("not_learning", f"{name_of(record)}: {said}.", cause, remedies.not_updated(cause, record))


def stands_still(record: Record) -> Verdict | None:
    """The learning rate is 0, or so small that two updates in a row changed nothing worth it."""
    updates = record.scalars["updates"]
    if len(updates) < 2 or not all(_too_slow(update) for update in updates):
        return None
    last = updates[-1]
    changed = f"its parameters by {share(last):.1e} of their size" if last["update_norm"] else "none of its parameters"
    sentence = f"{name_of(record)}: with a learning rate of {last['learning_rate']:g} an update changes {changed}."
    return Verdict("not_learning", sentence, "learning_rate", remedies.not_updated("learning_rate", record))


def _too_slow(update: dict[str, Any]) -> bool:
    rate = update["learning_rate"]
    return rate is not None and rate <= TINY_RATE and update["update_norm"] <= STANDS_STILL * update["weight_norm"]


def overshooting(record: Record) -> Verdict | None:
    """A learning rate with which the last update left little of what the parameters were; or gradients of earlier
    batches add up in it.
    """
    updates = record.scalars["updates"]
    if updates and updates[-1]["left_over"] > 0.0:
        sentence = (
            f"{name_of(record)}: after optimizer.step() its gradient is not set to 0 before the next one is added, so "
            "that every update is of all batches so far."
        )
        return Verdict("overshooting", sentence, "gradient_kept", remedies.not_updated("gradient_cleared", record))
    found = _too_long(record)
    return found if found and found.cause == "learning_rate" else None


def driven_by_gradient(record: Record) -> Verdict | None:
    """A common learning rate made such an update of a large gradient: asked once it is known that none explodes."""
    return _too_long(record)


def _too_long(record: Record) -> Verdict | None:
    updates = record.scalars["updates"]
    if not updates or not overshoots(updates[-1]):
        return None
    return Verdict("overshooting", f"{name_of(record)}: {changed_by(updates[-1])}.", *_of_update(updates[-1]))


def changed_by(update: dict[str, Any]) -> str:
    """What an update that overshoots did."""
    return (
        f"one update of {update['optimizer']} with a learning rate of {update['learning_rate']:.2g} changed its "
        f"parameters by {share(update):.2g} times their size"
    )


def _of_update(update: dict[str, Any]) -> tuple[str, Remedy]:
    """Why it is so long: the gradient, where a common rate makes so much of it, else the rate."""
    if update["by_size"] and update["learning_rate"] <= COMMON_RATE:
        return "gradient", remedies.bound()
    return "learning_rate", remedies.overshooting()


def after_overshooting(record: Record, verdict: Verdict) -> Verdict:
    """Units that an update before has driven where they are are no fault of inputs or of the start."""
    worst = record.scalars["worst_update"]
    if worst is None:
        return verdict
    return Verdict(verdict.finding, f"{verdict.sentence} Before, {changed_by(worst)}.", *_of_update(worst))


def clipped_hard(record: Record) -> Verdict | None:
    """Two updates in a row less than 1 % of the gradient was left at the step, where its length counts."""
    updates = record.scalars["updates"]
    if len(updates) < 2 or not all(_clipped(update) for update in updates):
        return None
    last = updates[-1]
    sentence = (
        f"{name_of(record)}: of a gradient of length {last['grad_norm']:.2g} there is {last['given_norm']:.2g} left at "
        f"optimizer.step(), {100 * last['given_norm'] / last['grad_norm']:.2g} %: clipping leaves next to nothing."
    )
    return Verdict("clipped_hard", sentence, "clipping", remedies.clipped_hard(last["grad_norm"]))


def _clipped(update: dict[str, Any]) -> bool:
    return bool(update["by_size"] and 0.0 < update["given_norm"] < KEPT_BY_CLIPPING * update["grad_norm"])


def name_of(record: Record) -> str:
    """The module, in words."""
    return str(record.scalars["module"] or "the model")


CUT_OFF = {
    "no_grad": "it is called under torch.no_grad() or inference_mode()",
    "frozen": "its parameters are frozen (requires_grad=False) and so is all it reads",
    "detached": "its output is cut off on the way to the loss",
}


def cut_off(module: str, why: str) -> Verdict:
    """The optimizer steps, and no backward pass has ever reached the module."""
    sentence = f"{module or 'the model'}: no backward pass has reached it in 10 optimizer steps: {CUT_OFF[why]}."
    return Verdict("not_learning", sentence, why, remedies.cut_off(why, module))
