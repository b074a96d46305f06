"""Points of a plane: data on which everything that a GAN does can be seen.

All shapes lie within [-1, 1]².
"""

import numpy as np

from gan_helpers.settings import SEED

RING_RADIUS, SPREAD = 0.8, 0.04
_TURNS = np.arange(8) / 8 * 2 * np.pi
_STEPS = np.linspace(-0.8, 0.8, 5)
MODES = {
    "ring": RING_RADIUS * np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1),
    "grid": np.stack(np.meshgrid(_STEPS, _STEPS), axis=-1).reshape(-1, 2),
    "two": np.array([[-0.6, 0.0], [0.6, 0.0]]),
}


def _around_modes(name):
    def draw(n, rng):
        centres = MODES[name]
        return centres[rng.integers(len(centres), size=n)] + SPREAD * rng.standard_normal((n, 2))

    return draw


def _line(n, rng):
    along = rng.uniform(-0.9, 0.9, n)
    return np.stack([along, 0.5 * along + SPREAD * rng.standard_normal(n)], axis=1)


def _moons(n, rng):
    turn = rng.uniform(0, np.pi, n)
    upper = rng.random(n) < 0.5
    x = np.where(upper, np.cos(turn) - 0.5, 0.5 - np.cos(turn))
    y = np.where(upper, np.sin(turn) - 0.25, 0.25 - np.sin(turn))
    return 0.6 * np.stack([x, y], axis=1) + SPREAD * rng.standard_normal((n, 2))


def _spiral(n, rng):
    share = np.sqrt(rng.uniform(0.03, 1, n))
    turn = 3 * np.pi * share
    return 0.85 * share[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1) + (
        SPREAD / 2 * rng.standard_normal((n, 2))
    )


SHAPES = {
    "ring": _around_modes("ring"),
    "grid": _around_modes("grid"),
    "two": _around_modes("two"),
    "line": _line,
    "moons": _moons,
    "spiral": _spiral,
}


def draw_points(shape, n, *, seed=SEED):
    """Draw points of a shape.

    Parameters
    ----------
    shape : {"ring", "grid", "two", "line", "moons", "spiral"}
        Eight, 25 or two round heaps (standard deviation 0.04), a line, two moons, a spiral.
    n : int
    seed : int

    Returns
    -------
    numpy.ndarray
        float32 (n, 2), within [-1.2, 1.2].

    Raises
    ------
    ValueError
        If there is no such shape, or n is less than one.
    """
    if shape not in SHAPES:
        raise ValueError(f"There is no shape {shape!r}; choose one of {', '.join(SHAPES)}.")
    if n < 1:
        raise ValueError(f"n = {n} points; ask for at least one.")
    return np.clip(SHAPES[shape](n, np.random.default_rng(seed)), -1.2, 1.2).astype(np.float32)
