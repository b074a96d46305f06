"""From rows of the process table to photographs and exact masks."""

from typing import NamedTuple

import numpy as np

from gan_helpers.parts import camera, defects
from gan_helpers.parts.line import DEFECT_KINDS, GOOD, normalised
from gan_helpers.parts.surface import _RADIAL_END, _TABLE_STEPS, HOLES, PLATE_RADIUS, cloud, crop, plate

SHIFT, TURN, TOLERANCE = 0.022, np.deg2rad(4.0), 0.008  # standard deviations: position, rotation, size
_BATCH_PIXELS = 2**15  # parts are rendered in batches that stay in the processor's cache


class PartDraws(NamedTuple):
    """The random numbers of one part; they depend on nothing but its seed, so a part looks the same in any batch."""

    pose: np.ndarray
    machining_marks: np.ndarray
    grain_place: np.ndarray
    film_place: np.ndarray
    belt_place: np.ndarray
    noise: np.ndarray
    undrilled: int
    defect_generator: np.random.Generator


def render_parts(table, size=64):
    """Photograph the parts of a process table.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows as `line.simulate_line` makes them; settings, light, kind, severity and seed are read.
    size : int
        Side of the picture in pixels, 32 to 256.

    Returns
    -------
    images : numpy.ndarray
        uint8 (n, size, size).
    masks : numpy.ndarray
        bool (n, size, size): where a defect changed the part.

    Raises
    ------
    ValueError
        If the size is out of range, a column is missing or a kind is unknown.
    """
    if not 32 <= size <= 256:
        raise ValueError(f"size = {size} pixels: parts can be rendered at 32 to 256.")
    wanted = ["kind", "severity", "seed", "light_gain", "light_turn", "light_balance_x", "light_balance_y"]
    if missing := [name for name in wanted if name not in table]:
        raise ValueError(f"The process table lacks {', '.join(missing)}; simulate_line makes a whole one.")
    if unknown := set(table["kind"]) - {GOOD, *DEFECT_KINDS}:
        raise ValueError(f"Unknown kind {sorted(unknown)[0]!r}; a part is good or one of {', '.join(DEFECT_KINDS)}.")
    images = np.empty((len(table), size, size), dtype=np.uint8)
    masks = np.zeros((len(table), size, size), dtype=bool)
    settings = normalised(table)
    light = table[wanted[3:]].to_numpy(dtype=np.float64).T
    kinds, severities, seeds = (table[name].to_numpy() for name in wanted[:3])
    batch = max(1, _BATCH_PIXELS // size**2)
    for first in range(0, len(table), batch):
        rows = slice(first, first + batch)
        images[rows], masks[rows] = _render_batch(
            size, settings[rows], light[:, rows], kinds[rows], severities[rows], seeds[rows]
        )
    return images, masks


def _render_batch(size, settings, light, kinds, severities, seeds):
    draws = [_draw(seed, size, kind) for seed, kind in zip(seeds, kinds, strict=True)]
    pose = np.stack([draw.pose for draw in draws])
    undrilled = np.array([draw.undrilled for draw in draws])
    surface = plate(size, pose, settings.astype(np.float32), draws, undrilled)
    masks = np.zeros(surface.x.shape, dtype=bool)
    for i, (kind, severity, draw) in enumerate(zip(kinds, severities, draws, strict=True)):
        if kind == "missing_hole":
            masks[i] = defects.missing_hole(surface.of_part(i), severity, draw.defect_generator, draw.undrilled)
        elif kind != GOOD:
            masks[i] = defects.DRAW[kind](surface.of_part(i), severity, draw.defect_generator)
    gain, turn, balance_x, balance_y = light
    radiance = camera.shade(surface, turn, balance_x, balance_y)
    belt = _belt(size, surface, draws)
    radiance = belt + surface.cover * (radiance - belt)
    # through a drilled hole the belt is seen, in the dark of the plate: open_sky has dimmed it already
    return camera.expose(radiance, gain, np.stack([draw.noise for draw in draws])), masks


def _belt(size, surface, draws):
    """Return the radiance of the rubber belt under the plate, with the soft shadow that the plate throws on it."""
    texture = np.stack([crop(cloud(size), size, *draw.belt_place) for draw in draws])
    shadow = np.clip((surface.radius - 1.0) * np.float32(1 / 0.16), 0, 1)
    return (0.026 + 0.005 * texture) * (0.35 + 0.65 * shadow)


def _draw(seed, size, kind):
    rng = np.random.Generator(np.random.SFC64(int(seed)))
    normal = rng.standard_normal(4)
    pose = np.clip(normal, -2.5, 2.5) * (SHIFT, SHIFT, TURN, TOLERANCE) + (0, 0, 0, 1)
    places = rng.uniform(size=(3, 2))
    marks = _machining_marks(rng.standard_normal(_TABLE_STEPS, dtype=np.float32), size)
    noise = rng.standard_normal((size, size), dtype=np.float32)
    generator = np.random.Generator(np.random.SFC64(int(seed) + 2**32))
    undrilled = int(generator.integers(HOLES)) if kind == "missing_hole" else -1
    return PartDraws(pose, marks, *places, noise, undrilled, generator)


def _machining_marks(white, size):
    """Turn white noise into slopes along the radius, no finer than the picture's pixels, unit variance."""
    steps_per_pixel = _TABLE_STEPS / _RADIAL_END * 2 / size / PLATE_RADIUS
    marks = np.zeros_like(white)
    for pixels, weight in ((1.3, 0.8), (4.0, 0.6)):
        width = max(2, round(pixels * steps_per_pixel))
        total = np.cumsum(np.concatenate([white[-width:], white]), dtype=np.float32)
        marks += (total[width:] - total[:-width]) * np.float32(weight / np.sqrt(width))
    return marks
