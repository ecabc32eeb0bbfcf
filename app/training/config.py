"""RunConfig: every setting of a run, validated, with the titles and limits that the page's controls show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..engine import (
    ACTIVATIONS,
    CELLS,
    INITIALISERS,
    OPTIMIZERS,
    ActivationName,
    CellName,
    ClipMode,
    InitName,
    OptimizerName,
    Precision,
    Reduction,
)
from ..errors import BadValue, OutOfRange
from ..tasks import TASKS, TaskName
from ..validation import explained, properties, sentence, without_more
from .limits import (
    MAX_BATCH,
    MAX_EMBEDDING,
    MAX_FORGET_BIAS,
    MAX_GAIN,
    MAX_LAG,
    MAX_LAYERS,
    MAX_LENGTH,
    MAX_SEED,
    MAX_STD,
    MAX_UNITS,
)
from .scalars import plain

LIVE, RESTART = "live", "restart"
# To pydantic a name is text: names that were registered from outside are in no literal.
AS_TEXT = GetPydanticSchema(lambda _, handler: handler(str))

NOT_CARRIED = {  # fields beside which state cannot be carried, and why
    "bidirectional": "and a layer that reads from the end would need the state of the window that follows",
    "train_h0": "so that nothing is left for a learned initial state to begin",
}


def choice(default: str, names: Iterable[str], *, title: str, about: str, **extra: Any) -> Any:
    """A field that takes one of a few names."""
    return Field(default, title=title, description=about, json_schema_extra={"enum": list(names), **extra})


def number(default: float | None, *, title: str, about: str, **extra: Any) -> Any:
    """A field that takes a number between limits (`ge`, `gt`, `le`)."""
    limits = {name: extra.pop(name) for name in ("ge", "gt", "le") if name in extra}
    return Field(default, title=title, description=about, json_schema_extra=extra, **limits)


class RunConfig(BaseModel):
    """Every setting of one run; frozen, and validated as a whole when it is made.

    Each field's `effect` says what changing it does: `live` fields apply to the running network, whose weights are
    kept bit for bit; `restart` fields draw new weights from the seed. What is wrong raises BadValue, OutOfRange or
    UnknownField.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    sequence_length: int = number(
        24,
        ge=1,
        le=MAX_LENGTH,
        title="Sequence length",
        about="T: how many timesteps the network is unrolled over.",
        effect=LIVE,
        group="Sequence",
        symbol="T",
        scale="log",
    )
    task: Annotated[TaskName, AS_TEXT] = choice(
        "echo", TASKS, title="Task", about="What the network is asked to learn.", effect=RESTART, group="Sequence"
    )
    lag: int = number(
        8,
        ge=0,
        le=MAX_LAG,
        title="Lag",
        about="How many timesteps back the echo task asks; at most T - 1 of them count.",
        effect=LIVE,
        group="Sequence",
    )
    cell: Annotated[CellName, AS_TEXT] = choice(
        "rnn",
        CELLS,
        title="Cell",
        about="The recurrent cell at every timestep: the plain one, one with gates, or one with less recurrence.",
        effect=RESTART,
        group="Network",
    )
    activation: Annotated[ActivationName, AS_TEXT] = choice(
        "tanh",
        ACTIVATIONS,
        title="Activation",
        about="phi, the nonlinearity applied to each unit's sum.",
        effect=LIVE,
        group="Network",
        symbol="φ",
    )
    hidden_size: int = number(
        16,
        ge=1,
        le=MAX_UNITS,
        title="Hidden units",
        about="H: the number of hidden units.",
        effect=RESTART,
        group="Network",
        symbol="H",
        scale="log",
    )
    num_layers: int = number(
        1,
        ge=1,
        le=MAX_LAYERS,
        title="Layers",
        about="How many recurrent layers are stacked; each reads the states of the one below.",
        effect=RESTART,
        group="Network",
    )
    bidirectional: bool = Field(
        default=False,
        title="Both directions",
        description="Whether each layer also reads in a second direction, from the end; needs full backpropagation.",
        json_schema_extra={"effect": RESTART, "group": "Network", "advanced": True},
    )
    embedding_size: int = number(
        0,
        ge=0,
        le=MAX_EMBEDDING,
        title="Embedding",
        about="How many numbers stand for an input class, learned; 0: one-hot. For tasks whose inputs are classes.",
        effect=RESTART,
        group="Network",
        advanced=True,
    )
    train_h0: bool = Field(
        default=False,
        title="Learned initial state",
        description="Whether the initial states are parameters, 0 at the start, instead of zeros.",
        json_schema_extra={"effect": RESTART, "group": "Network", "advanced": True},
    )
    init: Annotated[InitName, AS_TEXT] = choice(
        "orthogonal",
        INITIALISERS,
        title="Initialisation",
        about="How the recurrent weights start: W_hh, an indrnn's u_hh; a mingru has none.",
        effect=RESTART,
        group="Network",
    )
    gain: float = number(
        1.0,
        ge=0,
        le=MAX_GAIN,
        title="Gain",
        about="Multiplies the recurrent weights at the start: below 1 memories fade, above 1 they may explode.",
        effect=RESTART,
        group="Network",
    )
    input_std: float | None = number(
        None,
        ge=0,
        le=MAX_STD,
        title="Input weights",
        about="Standard deviation of W_xh at the start; none: as the initialisation has it.",
        effect=RESTART,
        group="Network",
        advanced=True,
    )
    readout_std: float | None = number(
        None,
        ge=0,
        le=MAX_STD,
        title="Readout weights",
        about="Standard deviation of W_hy at the start; none: as the initialisation has it.",
        effect=RESTART,
        group="Network",
        advanced=True,
    )
    forget_bias: float = number(
        1.0,
        ge=-MAX_FORGET_BIAS,
        le=MAX_FORGET_BIAS,
        title="Forget bias",
        about="Where the bias of the gate that keeps the state starts: an lstm's f, a gru's z; a mingru's z, which "
        "keeps by being closed, starts at the negative. Higher remembers longer.",
        effect=RESTART,
        group="Network",
    )
    optimizer: Annotated[OptimizerName, AS_TEXT] = choice(
        "adam",
        OPTIMIZERS,
        title="Optimizer",
        about="How a gradient becomes an update; changing it starts with empty moments.",
        effect=LIVE,
        group="Training",
    )
    learning_rate: float = number(
        0.0005,
        ge=0,
        title="Learning rate",
        about="The step size of each update; at 0 nothing is learned.",
        effect=LIVE,
        group="Training",
        scale="log",
    )
    batch_size: int = number(
        32,
        ge=1,
        le=MAX_BATCH,
        title="Batch size",
        about="B: how many sequences each update learns from.",
        effect=LIVE,
        group="Training",
        symbol="B",
        scale="log",
    )
    weight_decay: float = number(
        0.0,
        ge=0,
        title="Weight decay",
        about="Pulls every weight towards 0: this times the weight is added to its gradient.",
        effect=LIVE,
        group="Training",
        advanced=True,
    )
    loss_reduction: Reduction = Field(
        default="sum",
        title="Loss of a sequence",
        description="The sum of the losses of its timesteps, or their mean.",
        json_schema_extra={"effect": LIVE, "group": "Training", "advanced": True},
    )
    precision: Precision = Field(
        default="float64",
        title="Precision",
        description="The floating-point numbers everything is computed in.",
        json_schema_extra={"effect": RESTART, "group": "Training", "advanced": True},
    )
    carry_state: bool = Field(
        default=False,
        title="Carried state",
        description="Whether the data are read in order, each window starting from the state the one before ended in, "
        "through which no gradient flows. For one long sequence: sine, characters, own text or series; not with two "
        "directions or a learned initial state.",
        json_schema_extra={"effect": LIVE, "group": "Network", "advanced": True},
    )
    clip: ClipMode = Field(
        default="norm",
        title="Clip",
        description="What is limited to the threshold: the norm of the gradient, each entry, or each timestep's part.",
        json_schema_extra={"effect": LIVE, "group": "Gradient"},
    )
    clip_threshold: float = number(
        1.0,
        gt=0,
        title="Threshold",
        about="Where clipping begins.",
        effect=LIVE,
        group="Gradient",
        scale="log",
    )
    k1: int = number(
        0,
        ge=0,
        le=MAX_LENGTH,
        title="Truncate every",
        about="k1: a backward pass every k1 timesteps; 0 with k2 = 0 is full backpropagation through time.",
        effect=LIVE,
        group="Gradient",
        symbol="k₁",
    )
    k2: int = number(
        0,
        ge=0,
        le=MAX_LENGTH,
        title="Reaching back",
        about="k2: how many timesteps each backward pass reaches back; at least k1.",
        effect=LIVE,
        group="Gradient",
        symbol="k₂",
    )
    seed: int = number(
        3,
        ge=0,
        le=MAX_SEED,
        title="Seed",
        about="Draws the weights and the data: the same seed gives the same run, bit for bit.",
        effect=RESTART,
        group="Gradient",
    )

    if not TYPE_CHECKING:  # who checks types sees the fields, and what there is to choose from

        def __init__(self, /, **fields: Any) -> None:
            try:
                fields = without_more(fields, type(self))
                super().__init__(**{name: plain(value) for name, value in fields.items()})
            except ValidationError as error:
                raise explained(error, type(self), "a run") from None

    @field_validator("task", "cell", "activation", "init", "optimizer")
    @classmethod
    def _one_of_the_names(cls, value: str, info: ValidationInfo) -> str:
        name = str(info.field_name)
        names = _extra(name)["enum"]
        if value not in names:
            raise BadValue(sentence(name, f"one of {', '.join(names)}", value, cls.model_fields[name].default), name)
        return value

    @model_validator(mode="after")
    def _truncation(self) -> Self:
        if (self.k1, self.k2) != (0, 0) and not 1 <= self.k1 <= self.k2:
            raise OutOfRange(
                f"k1 and k2 must be both 0 (full backpropagation) or 1 ≤ k1 ≤ k2; got k1 = {self.k1}, k2 = {self.k2}. "
                f"Try k1 = {max(1, self.k1)}, k2 = {max(1, self.k1, self.k2)}.",
                "k1" if self.k1 == 0 else "k2",
            )
        if self.bidirectional and self.k1:
            raise OutOfRange(
                f"With two directions k1 and k2 must be 0, as E_t also depends on later timesteps and no pass could be "
                f"cut at t; got k1 = {self.k1}, k2 = {self.k2}. Try k1 = 0, k2 = 0.",
                "k1",
            )
        return self

    @model_validator(mode="after")
    def _carried_state(self) -> Self:
        for name, reason in NOT_CARRIED.items():
            if self.carry_state and getattr(self, name):
                raise OutOfRange(
                    f"With carry_state each window starts from the state the one before ended in, {reason}; got "
                    f"carry_state = true and {name} = true. Try carry_state = false.",
                    "carry_state",
                )
        return self

    @model_validator(mode="after")
    def _shortest(self) -> Self:
        shortest = TASKS[self.task].min_length
        if self.sequence_length < shortest:
            raise OutOfRange(
                f"The task {self.task} needs a sequence length of at least {shortest}; got {self.sequence_length}. "
                f"Try {shortest}.",
                "sequence_length",
            )
        return self

    @model_validator(mode="after")
    def _smallest(self) -> Self:
        least = CELLS[self.cell].least_units
        if self.hidden_size < least:
            raise OutOfRange(
                f"The cell {self.cell} needs a hidden size of at least {least}, as it compares its units with their "
                f"mean; got {self.hidden_size}. Try {least}.",
                "hidden_size",
            )
        return self

    @property
    def is_cut(self) -> bool:
        """Whether truncation or per-timestep clipping take something from the gradient on its way."""
        return self.k1 > 0 or self.clip == "timestep"

    def changed(self, changes: Mapping[str, Any]) -> "RunConfig":
        """This configuration with some fields changed, validated again as a whole."""
        return RunConfig(**(self.model_dump() | dict(changes)))

    def effects(self, other: "RunConfig") -> "Effects":
        """The fields that differ in `other`, live ones and those that restart."""
        differ = [name for name in RunConfig.model_fields if getattr(self, name) != getattr(other, name)]
        return Effects(
            live=[name for name in differ if _extra(name)["effect"] == LIVE],
            restart=[name for name in differ if _extra(name)["effect"] == RESTART],
        )


@dataclass(frozen=True)
class Effects:
    """The fields a change touched: `live` ones kept the weights, `restart` ones drew new weights."""

    live: list[str] = field(default_factory=list)
    restart: list[str] = field(default_factory=list)


def offer(field: str, name: str) -> None:
    """Add a name to the choices of a field."""
    names = _extra(field)["enum"]
    if name not in names:
        names.append(name)
        properties.cache_clear()  # messages list the names, too


def _extra(name: str) -> dict[str, Any]:
    return RunConfig.model_fields[name].json_schema_extra  # type: ignore[return-value]
