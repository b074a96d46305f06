"""Outlines of forged defects: patches of Perlin noise, scratches, cracks, blobs, pores, cut pieces.

Every family is a function of a box's side (pixels) and a random generator, and returns how strongly each pixel belongs
to the defect: float32 (side, side) in [0, 1], soft at the edges, 0 along the border of the box.
"""

import numpy as np

PIECES = 7  # of a crack


def perlin(side, rng):
    """Islands of Perlin noise: smooth noise of random coarseness, cut off at a random level.

    Gradient noise after Perlin 1985, doi:10.1145/325165.325247; as outlines of defects: Zavrtanik, Kristan & Skocaj
    2021, arXiv:2108.07610.
    """
    noise = _gradient_noise(side, rng.integers(1, 5), rng) * _window(side, rng)
    level = rng.uniform(0.35, 0.75) * noise.max()
    return _soft(noise - level, 0.1 * max(noise.max(), 1e-6))


def blob(side, rng):
    """Round or oval spot with a wavy outline; its edge may be sharp or fade over the whole spot."""
    x, y = _plane(side, rng, squeeze=rng.uniform(0.4, 1.0))
    angle = np.arctan2(y, x)
    wave = sum(rng.normal(0, 0.10 / k) * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in (2, 3, 4))
    depth = 0.9 * (1 + np.clip(wave, -0.3, 0.1)) - np.hypot(x, y)
    softness = max(rng.choice([0.1, 0.3, 0.9]), 2 / side)
    return np.clip(depth / softness, 0, 1).astype(np.float32)


def scratch(side, rng):
    """Thin line, straight or bent, fading towards its ends."""
    x, y = _plane(side, rng)
    bent = y - rng.uniform(-0.5, 0.5) * (x * x - 0.3)
    half_width = rng.uniform(0.4, 1.3) * 2 / side
    ends = np.clip((rng.uniform(0.6, 0.9) - np.abs(x)) / rng.uniform(0.1, 0.4), 0, 1)
    return (np.clip((half_width - np.abs(bent)) * side / 2 + 0.5, 0, 1) * ends).astype(np.float32)


def crack(side, rng):
    """Jagged line; every second one forks."""
    line = _walk(side, rng, start=rng.uniform(-0.7, -0.3, 2), heading=rng.uniform(0.2, 1.4), length=1.6)
    if rng.uniform() < 0.5:
        line = np.maximum(line, _walk(side, rng, start=np.zeros(2), heading=rng.uniform(0, 2 * np.pi), length=0.7))
    return line


def pores(side, rng):
    """A nest of small round spots."""
    axis = _axis(side)
    spots = np.zeros((side, side), np.float32)
    for _ in range(rng.integers(2, 10)):
        x, y = np.clip(rng.normal(0, 0.3, 2), -0.75, 0.75)
        radius = rng.uniform(0.8, max(1.2, 0.09 * side)) * 2 / side
        away = np.hypot(axis[None] - x, axis[:, None] - y)
        np.maximum(spots, np.clip((radius - away) * side / 2 + 0.5, 0, 1), out=spots)
    return spots


def piece(side, rng):
    """Rectangle of random proportions, tilted or not, with sharp or soft edges."""
    x, y = _plane(side, rng, turned=rng.uniform() < 0.5)
    wide, high = rng.uniform(0.5, 0.9), rng.uniform(0.15, 0.9)
    softness = max(rng.choice([0.02, 0.02, 0.25]), 1 / side)
    depth = np.minimum(wide * 0.75 - np.abs(x), high * 0.75 - np.abs(y))
    return np.clip(depth / softness + 0.5, 0, 1).astype(np.float32)


FAMILIES = {"perlin": perlin, "blob": blob, "scratch": scratch, "crack": crack, "pores": pores, "piece": piece}


def _axis(side):
    return (np.arange(side, dtype=np.float32) + 0.5) * np.float32(2 / side) - 1


def _plane(side, rng, squeeze=1.0, turned=True):
    """Coordinates from -1 to 1 in a box, turned by a random angle; two arrays (side, side)."""
    axis = _axis(side)
    angle = rng.uniform(0, 2 * np.pi) if turned else 0.0
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    x = cosine * axis[None] + sine * axis[:, None]
    return x, (cosine * axis[:, None] - sine * axis[None]) / np.float32(squeeze)


def _window(side, rng):
    x, y = _plane(side, rng, squeeze=rng.uniform(0.5, 1.0))
    return np.clip(1.5 * (1 - np.hypot(x, y)), 0, 1)


def _soft(height, width):
    return np.clip(height / width, 0, 1).astype(np.float32)


def _gradient_noise(side, cells, rng):
    """Perlin noise of ``cells`` cells a side, above 0 where it rises; float32 (side, side)."""
    angle = rng.uniform(0, 2 * np.pi, (cells + 1, cells + 1))
    place = (np.arange(side) + 0.5) * cells / side
    low = place.astype(int)
    part = place - low
    ease = part**3 * (part * (6 * part - 15) + 10)
    noise = np.zeros((side, side))
    for down in (0, 1):
        for right in (0, 1):
            at = angle[np.ix_(low + down, low + right)]
            slope = np.cos(at) * (part - right)[None] + np.sin(at) * (part - down)[:, None]
            weight_y = ease if down else 1 - ease
            weight_x = ease if right else 1 - ease
            noise += slope * weight_y[:, None] * weight_x[None]
    return (noise - noise.min()).astype(np.float32)


def _walk(side, rng, start, heading, length):
    """A random walk of short straight pieces, 1 on it and 0 off it."""
    axis = _axis(side)
    line = np.zeros((side, side), np.float32)
    half_width = rng.uniform(0.4, 1.1) * 2 / side
    point = np.asarray(start, dtype=float)
    for _ in range(PIECES):
        heading += rng.normal(0, 0.5)
        delta = np.array([np.cos(heading), np.sin(heading)]) * length / PIECES
        dx, dy = axis[None] - point[0], axis[:, None] - point[1]
        share = np.clip((dx * delta[0] + dy * delta[1]) / (delta @ delta), 0, 1)
        away = np.hypot(dx - share * delta[0], dy - share * delta[1])
        np.maximum(line, np.clip((half_width - away) * side / 2 + 0.5, 0, 1), out=line)
        point = point + delta
        if np.abs(point).max() > 0.85:
            break
    return line
