"""Eight things that go wrong, each drawn into the `Surface` of one part with a severity, and its exact mask.

Every function takes a one-part surface (arrays (size, size)), a severity in [0, 1] and the part's random generator,
writes into the surface, and returns the mask: bool (size, size), true where the surface was changed.
"""

import numpy as np

from gan_helpers.parts.surface import BORE_EDGE, HOLE_EDGE, HOLES, RECESS, hole_centre, step

FACE = (RECESS + 0.06, 0.93)  # radii between which the turned face lies


def scratch(surface, severity, rng):
    """A sharp furrow across the turned face, straight or slightly bent, with a bright shoulder."""
    length = 0.40 + 0.75 * severity
    width = max(0.014 + 0.012 * severity, 0.55 * surface.pixel)
    x, y = _rotated(surface, *_spot_on_face(rng), rng.uniform(0, 2 * np.pi))
    y = y - rng.uniform(-0.35, 0.35) * x * x
    length_profile = _inside(np.abs(x), length / 2, 0.08) * surface.cover * (surface.open_sky > 0.2)
    furrow = np.clip(1 - np.abs(y) / (2 * width), 0, 1) * length_profile
    shoulder = np.clip(1 - np.abs(y - 2 * width) / (2 * width), 0, 1) * length_profile
    surface.gloss *= 1 - 0.6 * furrow
    surface.open_sky *= 1 - (0.55 + 0.25 * severity) * furrow
    surface.albedo += (0.18 + 0.16 * severity) * shoulder
    return np.maximum(furrow, shoulder) > 0.25


def dent(surface, severity, rng):
    """A smooth hollow from a blow: the highlight bends around it."""
    centre_x, centre_y = _spot_on_face(rng)
    radius = 0.10 + 0.08 * severity
    dx, dy = surface.x - centre_x, surface.y - centre_y
    inside = np.clip(1 - (dx * dx + dy * dy) / radius**2, 0, None)
    surface.height -= (0.030 + 0.030 * severity) * inside * inside * surface.cover
    surface.open_sky *= 1 - 0.15 * severity * inside
    return inside > 0.04


def crack(surface, severity, rng):
    """A dark, jagged line that starts at a hole, at the bore or at the rim, and may fork."""
    if rng.uniform() < 0.6:
        which = rng.integers(HOLES)
        start = np.array(hole_centre(which)) + _polar(HOLE_EDGE, heading := rng.uniform(0, 2 * np.pi))
    else:
        angle = rng.uniform(0, 2 * np.pi)
        outwards = rng.uniform() < 0.5
        start, heading = _polar(BORE_EDGE if outwards else 0.98, angle), angle + (0 if outwards else np.pi)
    width = max(0.013 + 0.010 * severity, 0.40 * surface.pixel)
    line = _jagged_line(surface, start, heading, 0.30 + 0.40 * severity, width, rng)
    if severity > 0.55:
        line = np.maximum(line, _jagged_line(surface, start, heading + 0.7, 0.15 + 0.2 * severity, 0.8 * width, rng))
    line *= surface.cover
    surface.open_sky *= 1 - (0.72 + 0.20 * severity) * line
    surface.gloss *= 1 - 0.5 * line
    return line > 0.3


def porosity(surface, severity, rng):
    """A nest of gas pores: small dark pits with a bright lip."""
    on_face = rng.uniform() < 0.5
    centre = np.array(_spot_on_face(rng)) if on_face else _polar(rng.uniform(0.27, 0.38), rng.uniform(0, 2 * np.pi))
    mask = np.zeros(surface.x.shape, dtype=bool)
    for _ in range(5 + round(9 * severity)):
        dx, dy = (surface.x - centre[0]) - rng.normal(0, 0.075), (surface.y - centre[1]) - rng.normal(0, 0.075)
        radius = max(rng.uniform(0.018, 0.028 + 0.014 * severity), 0.5 * surface.pixel)
        distance = np.sqrt(dx * dx + dy * dy)
        pit = step(radius - distance, 1.4 * surface.pixel) * surface.cover
        surface.open_sky *= 1 - (0.68 + 0.22 * severity) * pit
        lip = pit * distance / radius
        surface.slope_x += 0.5 * lip * dx / radius
        surface.slope_y += 0.5 * lip * dy / radius
        mask |= pit > 0.3
    return mask


def stain(surface, severity, rng):
    """A film of dried coolant: matt, slightly darker, with a sharper rim."""
    centre_x, centre_y = _spot_on_face(rng)
    dx, dy = surface.x - centre_x, surface.y - centre_y
    angle = np.arctan2(dy, dx)
    wobble = sum(
        rng.normal(0, 0.12 / harmonic) * np.cos(harmonic * angle + rng.uniform(0, 2 * np.pi))
        for harmonic in range(2, 6)
    )
    blob_radius = (0.15 + 0.13 * severity) * (1 + wobble)
    distance = blob_radius - np.sqrt(dx * dx + dy * dy)
    film = step(distance, 0.06) * surface.cover
    rim = np.clip(1 - np.abs(distance) / 0.035, 0, 1) * film
    surface.gloss *= 1 - (0.50 + 0.36 * severity) * film
    surface.rough_along *= 1 + 0.6 * film
    surface.rough_across *= 1 + 0.3 * film
    surface.albedo *= 1 - (0.26 + 0.20 * severity) * film - 0.32 * rim
    return film > 0.25


def chip(surface, severity, rng):
    """A piece broken out of the rim: the outline is gone, the broken face is rough and dull."""
    angle = rng.uniform(0, 2 * np.pi)
    radius = 0.10 + 0.10 * severity
    centre = _polar(1.0 + 0.25 * radius, angle)
    dx, dy = surface.x - centre[0], surface.y - centre[1]
    around = np.arctan2(dy, dx)
    ragged = radius * (1 + sum(rng.normal(0, 0.10) * np.cos(k * around + rng.uniform(0, 6.3)) for k in (2, 3, 5)))
    depth = ragged - np.sqrt(dx * dx + dy * dy)
    broken = step(depth, 0.05) * surface.cover
    lost = step(depth - 0.35 * radius, 0.04)
    surface.slope_x += 0.9 * broken * rng.standard_normal(dx.shape).astype(np.float32) * 0.35
    surface.slope_y += 0.9 * broken * rng.standard_normal(dx.shape).astype(np.float32) * 0.35
    surface.gloss *= 1 - 0.8 * broken
    surface.albedo *= 1 - 0.35 * broken
    mask = (broken > 0.25) | ((lost * surface.cover) > 0.25)
    surface.cover *= 1 - lost
    return mask


def burr(surface, severity, rng):
    """A ragged bright lip of metal that stands over the rim or over the edge of a hole."""
    if rng.uniform() < 0.55:
        distance = surface.radius - 1.0
        along = np.arctan2(surface.y, surface.x)
        reach, span, sign = 0.022 + 0.035 * severity, 0.30 + 0.55 * severity, 1.0
    else:
        centre_x, centre_y = hole_centre(rng.integers(HOLES))
        dx, dy = surface.x - centre_x, surface.y - centre_y
        distance = np.hypot(dx, dy) - 0.085
        along = np.arctan2(dy, dx)
        reach, span, sign = 0.022 + 0.026 * severity, 1.2 + 1.6 * severity, -1.0
    reach = max(reach, 0.75 * surface.pixel)
    turned = np.angle(np.exp(1j * (along - rng.uniform(-np.pi, np.pi))))
    teeth = sum(rng.normal(0, 0.28) * np.sin(k * along + rng.uniform(0, 6.3)) for k in (7, 13, 23))
    lip = _inside(np.abs(turned), span / 2, 0.12) * np.clip(1 + teeth, 0.25, 1.7) * reach
    ridge = step(lip - np.abs(distance - sign * 0.4 * lip), 1.2 * surface.pixel) * (lip > 0.15 * reach)
    ridge = ridge.astype(np.float32)
    surface.cover += (1 - surface.cover) * ridge
    surface.open_sky += (1 - surface.open_sky) * ridge
    surface.gloss += (0.35 - surface.gloss) * ridge
    surface.albedo += (0.42 + 0.2 * severity - surface.albedo) * ridge
    surface.rough_along += (0.3 - surface.rough_along) * ridge
    return ridge > 0.3


def missing_hole(surface, severity, rng, which):
    """A bolt hole that nobody drilled; the plate was built without it, so only the mask is left to tell."""
    centre_x, centre_y = hole_centre(which)
    return np.hypot(surface.x - centre_x, surface.y - centre_y) < HOLE_EDGE + 0.5 * surface.pixel


DRAW = {
    "scratch": scratch,
    "dent": dent,
    "crack": crack,
    "porosity": porosity,
    "stain": stain,
    "chip": chip,
    "burr": burr,
}


def _polar(radius, angle):
    return np.array([radius * np.cos(angle), radius * np.sin(angle)])


def _spot_on_face(rng):
    """Draw a point of the turned face, evenly over its area, clear of the bolt holes."""
    while True:
        radius = np.sqrt(rng.uniform(FACE[0] ** 2, FACE[1] ** 2))
        spot = _polar(radius, rng.uniform(0, 2 * np.pi))
        if min(np.hypot(*(spot - hole_centre(which))) for which in range(HOLES)) > HOLE_EDGE + 0.02:
            return spot


def _rotated(surface, centre_x, centre_y, angle):
    dx, dy = surface.x - np.float32(centre_x), surface.y - np.float32(centre_y)
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return cosine * dx + sine * dy, cosine * dy - sine * dx


def _inside(distance, end, softness):
    return step(end - distance, softness)


def _jagged_line(surface, start, heading, length, width, rng):
    """Draw a random walk of short straight pieces as a line, 1 on it and 0 off it; float32 (size, size)."""
    pieces = max(3, round(length / 0.07))
    line = np.zeros_like(surface.x)
    point = np.asarray(start)
    for _ in range(pieces):
        heading = heading + rng.normal(0, 0.42)
        delta = _polar(length / pieces, heading)
        dx, dy = surface.x - np.float32(point[0]), surface.y - np.float32(point[1])
        share = np.clip((dx * delta[0] + dy * delta[1]) / (delta @ delta), 0, 1).astype(np.float32)
        distance = np.hypot(dx - share * np.float32(delta[0]), dy - share * np.float32(delta[1]))
        np.maximum(line, step(width - distance, 1.3 * surface.pixel), out=line)
        point = point + delta
    return line
