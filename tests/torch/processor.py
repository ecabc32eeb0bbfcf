"""What PyTorch cannot do on every processor."""

import pytest
import torch


def skip_without_lstm_in_bfloat16() -> None:
    """PyTorch's own layer raises in mixed precision where oneDNN has none: on processors without AVX-512."""
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            torch.nn.LSTM(3, 4)(torch.zeros(2, 1, 3))
    except RuntimeError:
        pytest.skip("PyTorch has no lstm in bfloat16 for this processor")
