"""NumPy's products on one thread, in every process of ours that computes.

Small products only wait for each other on several; and a sum that is split among as many threads as there are cores is
added up in another order, so that a run would go on with other last digits where it is resumed or replayed.
"""

import os

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""What a process finds in its environment when it imports NumPy, which reads it then and never again."""


def compute_on_one_thread() -> None:
    """This process and those that it starts; before NumPy is imported."""
    os.environ.update(ONE_THREAD)
