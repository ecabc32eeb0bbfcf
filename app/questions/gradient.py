"""Questions about the gradient itself: what is added, what is multiplied, and why."""

from ..scenes import View
from ..training import RunConfig
from .base import Question, dh, flow

ECHO = RunConfig(task="echo", lag=2, sequence_length=8, hidden_size=6)
LATCH = RunConfig(task="latch", sequence_length=24, activation="sigmoid", init="pytorch", clip="none", seed=2)

QUESTIONS = (
    Question(
        id="why-added",
        question="Why is what comes back added to this step's own gradient?",
        answer=(
            "h_4 changes the loss along two paths, through its own output and through h_5, and the effects of several "
            "paths add up. At h_4 its own loss gives {own} and h_5 sends back {carried}; added as vectors they are "
            "[∂E/∂h_4](timestep:4), of norm {both}."
        ),
        numbers={"own": flow(4, 4), "carried": ["tensor", "dh_carried_norm", 4], "both": dh(4)},
        config=ECHO,
        at="timestep:4",
        view=View(pin=4, ruler="near"),
        source="Werbos 1990, Backpropagation through time: what it does and how to do it",
        words="sum plus accumulate own loss carried chain rule paths",
    ),
    Question(
        id="why-summed-over-time",
        question="Why is dE/dW summed over time?",
        answer=(
            "W_hh is one matrix that is used at every timestep, so changing it acts through all its uses at once and "
            "their effects add up; only at the first it meets h_0 = 0, and that part is {first}. The norms of the "
            "{uses:count} parts add up to {apart}; the parts themselves, added as matrices, have norm {together}."
        ),
        numbers={
            "first": ["tensor", "dW_hh_norm", 0],
            "uses": ["size", "dW_hh_norm"],
            "apart": ["sum", "dW_hh_norm"],
            "together": ["scalar", "dW_hh_sum_norm"],
        },
        config=ECHO,
        at="W_hh",
        view=View(track="dW_hh", ruler="near"),
        source="Goodfellow, Bengio & Courville 2016, Deep Learning, section 10.2.2",
        words="gradient of the weights shared accumulate add",
    ),
    Question(
        id="early-steps",
        question="If all steps share the weights, why do only early steps vanish?",
        answer=(
            "The weights are shared, but E_24 reaches h_k through 24 − k factors, so the early steps get the product "
            "of the most. Of E_24's gradient {last} starts at h_24, {near} arrives at h_23 and {far} at "
            "[h_1](timestep:1)."
        ),
        numbers={"last": flow(24, 24), "near": flow(24, 23), "far": flow(24, 1)},
        config=LATCH,
        at="river",
        source="Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks",
        words="vanishing gradient same matrix beginning first",
    ),
    Question(
        id="sum-or-product",
        question="Is it a sum or a product over steps?",
        answer=(
            "Both: one loss reaches one earlier step through a product of Jacobians, one for each timestep between, "
            "and ∂E/∂W_hh is the sum of all such terms. Here a Jacobian has norm {factor} on average, the product of "
            "23 of them leaves {product} of E_24's gradient, and the sum over all uses has norm {sum}."
        ),
        numbers={
            "factor": ["mean", "jacobian_norm"],
            "product": ["/", flow(24, 1), flow(24, 24)],
            "sum": ["scalar", "dW_hh_sum_norm"],
        },
        config=LATCH,
        at="flow",
        watch=("flow", "truncation", "spectrum"),
        source="Pascanu, Mikolov & Bengio 2013, equations 3 to 5",
        words="multiply jacobian chain rule",
    ),
    Question(
        id="large-dw",
        question="dL/dW is large, so nothing vanishes?",
        answer=(
            "A large gradient of the weights can come from the nearest timesteps alone. Here ‖∂L/∂W_hh‖ is {whole} "
            "over the batch, but of E_50's gradient only {far} of its size at h_50 arrives at h_10, 40 steps back, "
            "where the answer is."
        ),
        numbers={"whole": ["scalar", "grad_norms", "W_hh"], "far": ["/", flow(50, 10), flow(50, 50)]},
        config=RunConfig(task="echo", lag=40, sequence_length=50, init="normal"),
        at="flow",
        source="Bengio, Simard & Frasconi 1994, Learning long-term dependencies with gradient descent is difficult",
        words="vanishing weights norm grad_norm",
    ),
    Question(
        id="is-it-exact",
        question="How do I know that these gradients are right?",
        answer=(
            "Every gradient of a single loss is computed by itself, and together they must add up to the gradient of "
            "all losses: here they do to a relative error of {residual}. [Check](button:check) compares the gradients "
            "of the weights with differences of the loss as well."
        ),
        numbers={"residual": ["scalar", "flow_residual"]},
        config=ECHO,
        at="flow",
        view=View(ruler="near"),
        source="Goodfellow, Bengio & Courville 2016, Deep Learning, section 11.5",
        words="gradient check correct exact numerical finite differences residual",
    ),
)
