"""The shape of a part: a turned cover plate with a cast recess, a bore and six bolt holes, as a field over pixels.

Lengths are in plate radii. A `Surface` holds a batch of parts; slopes are what the light sees, height only helps to
find them. Defects (`gan_helpers.parts.defects`) change a `Surface` before it is lit.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter

PLATE_RADIUS = 0.80  # of half the picture's side
BORE, BORE_EDGE, RECESS, GROOVE, CHAMFER = 0.185, 0.225, 0.43, 0.875, 0.955
HOLE_CIRCLE, HOLE, HOLE_EDGE, HOLES = 0.655, 0.085, 0.125, 6
GROOVE_HALF_WIDTH = 0.022
ROUGH_ALONG, ROUGH_ACROSS, ROUGH_CAST = 0.088, 0.26, 0.34  # widths of the highlight, in slope
_TABLE_STEPS = 384  # of the radial profile of the machining marks, up to radius 1.5
_RADIAL_END = 1.5


@dataclass
class Surface:
    """What the light meets, for a batch of parts; every array is float32 (n, size, size).

    ``x, y`` are part coordinates in plate radii, ``radius`` their length, ``radial_x, radial_y`` the unit vector away
    from the centre (across the machining marks). ``height`` is in plate radii; ``slope_x, slope_y`` are slopes on top
    of its gradient. ``cover`` is 1 on the part and 0 beside it, ``albedo`` the diffuse reflectance, ``gloss`` the
    weight of the highlight, ``rough_along`` and ``rough_across`` its widths (slope) along and across the machining
    marks, ``open_sky`` the share of light that reaches the spot.
    """

    x: np.ndarray
    y: np.ndarray
    radius: np.ndarray
    radial_x: np.ndarray
    radial_y: np.ndarray
    height: np.ndarray
    slope_x: np.ndarray
    slope_y: np.ndarray
    cover: np.ndarray
    albedo: np.ndarray
    gloss: np.ndarray
    rough_along: np.ndarray
    rough_across: np.ndarray
    open_sky: np.ndarray
    pixel: float  # side of a pixel in plate radii

    def of_part(self, i):
        """Return part ``i`` alone; its arrays are views, so that what a defect writes into them stays written."""
        fields = {name: value[i] for name, value in vars(self).items() if name != "pixel"}
        return Surface(**fields, pixel=self.pixel)


def step(signed, width):
    """Rise softly from 0 to 1 around ``signed = 0`` over ``width``: an edge that a camera's pixel averages."""
    t = signed * np.float32(1 / width)
    t += np.float32(0.5)
    np.clip(t, 0, 1, out=t)
    return t * t * (3 - 2 * t)


def hole_centre(which):
    """Return (x, y) of bolt hole ``which`` (0..5) in plate radii."""
    angle = which * 2 * np.pi / HOLES
    return HOLE_CIRCLE * np.cos(angle), HOLE_CIRCLE * np.sin(angle)


def _distance_to_nearest_hole(x, y):
    """Fold the plane onto one bolt hole (mirror symmetry of the hexagon) and measure from there."""
    cos30, sin30 = np.float32(np.cos(np.pi / 6)), np.float32(0.5)
    a, b = np.abs(x), np.abs(y)
    beyond = np.maximum(b * cos30 - a * sin30, 0)
    a += 2 * sin30 * beyond
    b -= 2 * cos30 * beyond
    a -= np.float32(HOLE_CIRCLE)
    return np.sqrt(a * a + b * b)


@lru_cache(maxsize=8)
def cast_grain(size):
    """Return slopes (2, 2 size, 2 size) of cast metal at this resolution, periodic, unit variance; float32."""
    rng = np.random.default_rng(7)
    side = 2 * size
    grain = sum(
        weight * gaussian_filter(rng.standard_normal((side, side)), scale * size / 64, mode="wrap") * scale
        for weight, scale in ((1.0, 0.55), (0.7, 1.1), (0.4, 2.6))
    )
    slopes = np.stack([np.roll(grain, -1, axis) - np.roll(grain, 1, axis) for axis in (1, 0)])
    return (slopes / slopes.std()).astype(np.float32)


@lru_cache(maxsize=8)
def cloud(size):
    """Return a periodic (2 size, 2 size) field of soft clouds, unit variance; float32. For films, wear and belts."""
    rng = np.random.default_rng(11)
    side = 2 * size
    field = sum(
        weight * _unit(gaussian_filter(rng.standard_normal((side, side)), scale * size / 64, mode="wrap"))
        for weight, scale in ((1.0, 10.0), (0.6, 4.0), (0.3, 1.5))
    )
    return _unit(field).astype(np.float32)


def _unit(field):
    return (field - field.mean()) / field.std()


def crop(tile, size, fraction_x, fraction_y):
    """Cut a (…, size, size) window out of a periodic (…, 2 size, 2 size) tile; fractions in [0, 1) place it."""
    left, top = int(fraction_x * size), int(fraction_y * size)
    return tile[..., top : top + size, left : left + size]


def plate(size, pose, settings, draws, undrilled):
    """Build the surfaces of a batch of plates without defects.

    Parameters
    ----------
    size : int
        Side of the picture in pixels.
    pose : numpy.ndarray
        float32 (n, 4): shift x, shift y (of half the picture's side), rotation in radians, size as a factor.
    settings : numpy.ndarray
        float32 (n, 4): the normalised settings in the order of `line.SETTINGS`. Heat coarsens the cast grain, pressure
        sharpens the edges, wear deepens the machining marks, coolant leaves a film.
    draws : list of PartDraws
        Each part's own random numbers (`gan_helpers.parts.render`).
    undrilled : numpy.ndarray
        int (n,): the bolt hole that was forgotten, -1 for none.
    """
    shift_x, shift_y, turn, scale = (column[:, None, None].astype(np.float32) for column in pose.T)
    heat, pressure, wear, coolant = (column[:, None, None].astype(np.float32) for column in settings.T)
    axis = (np.arange(size, dtype=np.float32) * 2 + 1) / size - 1
    radius_in_picture = PLATE_RADIUS * scale
    right, down = (
        (axis[None, None, :] - shift_x) / radius_in_picture,
        (axis[None, :, None] - shift_y) / radius_in_picture,
    )
    cosine, sine = np.cos(turn), np.sin(turn)
    x, y = cosine * right + sine * down, cosine * down - sine * right
    radius = np.sqrt(x * x + y * y)
    pixel = 2 / size / PLATE_RADIUS
    edge = np.maximum(1.6 * pixel, 0.022)  # an edge is at least as wide as the lens blurs it

    hole = _distance_to_nearest_hole(x, y)
    for i in np.flatnonzero(undrilled >= 0):
        centre_x, centre_y = hole_centre(undrilled[i])
        hole[i][np.hypot(x[i] - centre_x, y[i] - centre_y) < HOLE_CIRCLE / 2] = 1.0

    on_face = step(radius - RECESS, edge)
    in_hole, in_bore = step(HOLE - hole, edge), step(BORE - radius, edge)
    cover = step(1 - radius, edge)

    height = np.float32(-0.10) * (1 - on_face)
    height -= 0.19 * np.square(np.clip(radius - CHAMFER + 0.02, 0, None)) / 0.05
    height -= 0.010 * step((HOLE + HOLE_EDGE) / 2 - hole, np.maximum(HOLE_EDGE - HOLE, 2.5 * pixel))
    height -= 0.026 * step((BORE + BORE_EDGE) / 2 - radius, np.maximum(BORE_EDGE - BORE, 2.5 * pixel))
    height -= 0.03 * step(GROOVE_HALF_WIDTH - np.abs(radius - GROOVE), edge)

    # dark where light can't get in: holes, bore, the foot of the step, the sealing groove
    open_sky = 1 - 0.93 * in_hole
    # the wall of the bore shows on the side that the lens sees from within
    wall = step(radius - 0.78 * BORE, edge) * (1 + x * (0.25 - 12 * shift_x) / BORE + y * (-0.35 - 12 * shift_y) / BORE)
    open_sky *= 1 - in_bore * (0.97 - 0.16 * np.clip(wall, 0, 2))
    open_sky *= 1 - 0.50 * step(GROOVE_HALF_WIDTH + 0.01 - np.abs(radius - GROOVE), edge)
    foot = np.clip(1 - (RECESS - radius) * np.float32(1 / 0.10), 0, 1)
    open_sky *= 1 - (0.55 + 0.1 * pressure) * foot * foot * (1 - on_face)

    inverse = 1 / np.maximum(radius, 1e-3)
    radial_x, radial_y = x * inverse, y * inverse
    marks = np.stack([draw.machining_marks for draw in draws])
    index = np.minimum(radius * np.float32(_TABLE_STEPS / _RADIAL_END), _TABLE_STEPS - 1).astype(np.intp)
    slope = np.take_along_axis(marks, index.reshape(len(marks), -1), axis=1).reshape(radius.shape)
    slope *= (0.085 + 0.03 * wear) * on_face
    grain = np.stack([crop(cast_grain(size), size, *draw.grain_place) for draw in draws])
    roughcast = (0.135 + 0.04 * heat) * (1 - on_face) + 0.012
    film = np.stack([crop(cloud(size), size, *draw.film_place) for draw in draws])
    return Surface(
        x=x,
        y=y,
        radius=radius,
        radial_x=radial_x,
        radial_y=radial_y,
        height=height,
        slope_x=slope * radial_x + roughcast * grain[:, 0],
        slope_y=slope * radial_y + roughcast * grain[:, 1],
        cover=cover,
        albedo=0.13 + 0.03 * (1 - on_face) + 0.008 * film,
        gloss=(0.20 + 0.80 * on_face) * (1 + (0.05 + 0.02 * coolant) * film),
        rough_along=ROUGH_ALONG * (1 + 0.15 * wear) + (ROUGH_CAST - ROUGH_ALONG) * (1 - on_face),
        rough_across=ROUGH_ACROSS * (1 + 0.10 * wear) + (ROUGH_CAST - ROUGH_ACROSS) * (1 - on_face),
        open_sky=open_sky,
        pixel=pixel,
    )
