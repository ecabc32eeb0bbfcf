"""Experiments of the literature in a form that takes seconds; `benchmarks.experiments` runs them in full."""

from app.training import RunConfig, Trainer


def updates_until_solved(clip: str, seed: int, most: int) -> int | None:
    """Temporal order, T = 20, all weights N(0, 0.1^2), plain gradient descent at 0.1 (Pascanu et al. 2013)."""
    trainer = Trainer(
        RunConfig(
            task="temporal_order",
            sequence_length=20,
            hidden_size=50,
            init="normal",
            gain=0.1 * 50**0.5,
            input_std=0.1,
            readout_std=0.1,
            batch_size=20,
            optimizer="sgd",
            learning_rate=0.1,
            clip=clip,
            clip_threshold=1.0,
            seed=seed,
        )
    )
    while trainer.solved_at is None and trainer.iteration < most and not trainer.diverged:
        trainer.advance()
    return trainer.solved_at


def test_clipping_lets_a_high_learning_rate_solve_temporal_order():
    """Within 900 updates 3 of 3, and without clipping at most 2 of 8; 0 and 1 were seen.

    Without it training at this rate is chaotic: which seed is lucky is decided by last digits, and so by the processor.
    """
    assert None not in [updates_until_solved("norm", seed, 900) for seed in (0, 1, 2)]
    lucky = [seed for seed in range(8) if updates_until_solved("none", seed, 900) is not None]
    assert len(lucky) <= 2
