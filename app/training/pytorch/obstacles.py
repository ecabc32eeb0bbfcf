"""What a PyTorch file has that a network has not here: all of it named at once, with the lines of PyTorch that help."""

from dataclasses import dataclass

from ...errors import BadUpload

SAVING = (
    "safetensors.torch.save_file(model.state_dict(), path) of a module with one nn.RNN, nn.LSTM or nn.GRU and one "
    "nn.Linear opens here."
)


@dataclass(frozen=True)
class Obstacle:
    """A part of the file that cannot be taken, and the line of PyTorch that helps."""

    what: str
    helps: str


def refuse(obstacles: list[Obstacle]) -> None:
    """BadUpload that names all of them and what helps, if there are any."""
    if obstacles:
        raise BadUpload(
            f"The file has {_listed([obstacle.what for obstacle in obstacles])}, which this network does not have. "
            f"What helps: {' '.join(dict.fromkeys(obstacle.helps for obstacle in obstacles))}"
        )


def _listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    words = list(dict.fromkeys(words))
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
