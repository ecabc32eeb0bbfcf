"""The gradient flow: how strongly each loss reaches each earlier state, every pair exactly."""

from ...engine import all_shares_used, flowing
from ...steps import Steps, finish
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity, cost_of_jacobians, f32
from .conditions import CUT, WITH_CELL_STATE, WITH_LEDGER, WITHOUT_LEDGER
from .tensor import Tensor

PAIRS = ("T", "T+1")  # row t - 1, column k


class Flow(Quantity):
    """F[t,k] = ‖∂E_t/∂h_k‖ for k ≤ t, and the signed share of E_t in ∂E/∂h_k."""

    name = "flow"
    about = "How strongly each loss reaches each earlier hidden state, and its share of the gradient there."
    tensors = (
        Tensor(
            "ln_flow",
            PAIRS,
            "float32",
            "ln ‖∂E_t/∂h_k‖ in row t−1, column k; NaN without a path, as for k > t",
            of="layer",
        ),
        Tensor("share", PAIRS, "float32", "signed share of E_t in ∂E/∂h_k; a column sums to 1", of="layer"),
        Tensor(
            "carried_share",
            PAIRS,
            "float32",
            "signed share of E_t in what the timestep read next sends back to h_k (`dh_carried_norm` is its size); a "
            "column sums to 1, NaN where nothing is carried, as for k ≥ t",
            of="layer",
        ),
        Tensor(
            "above_share",
            PAIRS,
            "float32",
            "signed share of E_t in what the layer above sends down to h_k; a column sums to 1, NaN where nothing "
            "comes, as for k > t and k = 0",
            of="below the top",
        ),
        Tensor("ln_flow_a", PAIRS, "float32", "ln ‖∂E_t/∂a_k‖; NaN for k > t and k = 0", WITH_LEDGER, of="top layer"),
        Tensor("ln_flow_c", PAIRS, "float32", "ln ‖∂E_t/∂c_k‖; NaN for k > t", WITH_CELL_STATE, of="layer"),
        Tensor(
            "route_share",
            ("T", 2),
            "float32",
            "how much of what t sends back is carried straight through f, z or a mingru's 1 − z; the rest",
            WITHOUT_LEDGER,
            of="layer",
        ),
        Tensor(
            "share_used", PAIRS, "float32", "what truncation and clipping per timestep leave of share", CUT, of="layer"
        ),
    )
    scalars = ("flow_residual",)

    def cost(self, work: Work) -> float:
        """Half of all pairs of timesteps, by rows of one gradient; again for what is left of them where it is cut."""
        row, products = work.carried, work.carried**2 if work.from_states or work.layers > 1 else 0
        pair, timestep = 65.0 + 4.5 * row + 0.02 * products, 5_000.0 + 2.0 * products
        layers, each = 300_000.0 * work.layers, work.T * timestep + work.pairs * pair
        whole = layers + each * work.sweeps_of_pairs + cost_of_jacobians(work) * work.layers
        if not work.is_cut:
            return whole
        return whole + layers + each * work.sweeps_by_group + (work.backward(1) if work.clips else 0.0)

    def measure(self, seen: Measurement) -> Found:
        """One row of gradients for each loss, carried back together."""
        return finish(self.measuring(seen))

    def measuring(self, seen: Measurement) -> Steps[Found]:
        """The same in steps."""
        yield
        trace, config = seen.trace, seen.trace.config
        flows = yield from flowing(trace.net, trace.adjoints)
        found = {
            name + ending: getattr(pairs, name)
            for ending, pairs in flows.items()
            for name in ("ln_flow", "share", "carried_share", "above_share", "ln_flow_a", "ln_flow_c", "route_share")
        }
        if trace.is_cut:
            yield
            cut = (config.loss_reduction, config.k1, config.k2, trace.timestep_clip)
            left = all_shares_used(trace.net, *cut)
            found |= {f"share_used{ending}": share for ending, share in left.items()}
        tensors = {name: f32(values) for name, values in found.items() if values is not None}
        return Found(tensors, {"flow_residual": max(pairs.residual for pairs in flows.values())})
