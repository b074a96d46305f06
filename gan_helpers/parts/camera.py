"""Light and camera: from a `Surface` to grey values.

Four lamps stand in a ring above the plate. Turned metal mirrors them anisotropically: along the machining marks it is
smooth, across them rough, so each lamp draws two bright fans, as on the bottom of a pan. The model is Ward's
(doi:10.1145/142920.134078), written in slopes: a lamp whose half-vector has slope ``p`` lights a facet of slope ``m``
with ``exp(-((p - m)·t)² / a_t² - ((p - m)·r)² / a_r²)``, t along and r across the marks.
"""

import numpy as np

LAMP_SLOPE = 0.27  # slope of the half-vector: lamps 30° off the vertical
LAMPS = 4
HIGHLIGHT = 2.7  # radiance of a mirror-like spot under all lamps together


def shade(surface, turn, balance_x, balance_y):
    """Light the surface and return radiance, float32 (n, size, size), about 1 at the brightest.

    Parameters
    ----------
    surface : Surface
    turn, balance_x, balance_y : numpy.ndarray
        float32 (n,): where the ring of lamps stands (radians) and how its power is shared out.
    """
    slope_x, slope_y = _slopes(surface.height, surface.pixel)
    slope_x += surface.slope_x
    slope_y += surface.slope_y
    tilt = 1 / (1 + slope_x * slope_x + slope_y * slope_y)
    along, across = 1 / surface.rough_along, 1 / surface.rough_across
    light = np.zeros_like(slope_x)
    diffuse_x = diffuse_y = 0.0
    for lamp in range(LAMPS):
        angle = turn + (lamp + 0.5) * 2 * np.pi / LAMPS
        direction_x, direction_y = (f(angle).astype(np.float32)[:, None, None] for f in (np.cos, np.sin))
        power = 1 + (balance_x[:, None, None] * direction_x + balance_y[:, None, None] * direction_y)
        power = power.astype(np.float32) / LAMPS
        off_x = LAMP_SLOPE * direction_x - slope_x
        off_y = LAMP_SLOPE * direction_y - slope_y
        off_along = (off_y * surface.radial_x - off_x * surface.radial_y) * along
        off_across = (off_x * surface.radial_x + off_y * surface.radial_y) * across
        light += power * np.exp(-off_along * off_along - off_across * off_across)
        diffuse_x, diffuse_y = diffuse_x + power * direction_x, diffuse_y + power * direction_y
    highlight = surface.gloss * light * tilt
    # the ring lights a matt surface evenly, up to the balance of its lamps
    matt = surface.albedo * np.sqrt(tilt) * (1 + 0.6 * (diffuse_x * slope_x + diffuse_y * slope_y))
    return surface.open_sky * (matt + HIGHLIGHT * highlight)


def _slopes(height, pixel):
    """Return minus the gradient of the height field (the direction in which a facet faces), by central differences."""
    slope_x, slope_y = np.zeros_like(height), np.zeros_like(height)
    slope_x[:, :, 1:-1] = (height[:, :, :-2] - height[:, :, 2:]) * np.float32(0.5 / pixel)
    slope_y[:, 1:-1, :] = (height[:, :-2, :] - height[:, 2:, :]) * np.float32(0.5 / pixel)
    return slope_x, slope_y


def expose(radiance, gain, noise, full_well=2600.0):
    """Take the picture: vignetting, lens blur, photon noise, gamma, eight bits.

    Parameters
    ----------
    radiance : numpy.ndarray
        float32 (n, size, size).
    gain : numpy.ndarray
        float32 (n,): brightness of the lot's light.
    noise : numpy.ndarray
        float32 (n, size, size): standard normal numbers.
    full_well : float
        Electrons at full scale; photon noise has standard deviation ``sqrt(signal / full_well)``.

    Returns
    -------
    numpy.ndarray
        uint8 (n, size, size).
    """
    size = radiance.shape[-1]
    axis = (np.arange(size, dtype=np.float32) * 2 + 1) / size - 1
    vignette = 1 - 0.11 * (axis[:, None] ** 2 + axis**2)
    signal = _blur(radiance * (gain.astype(np.float32)[:, None, None] * vignette), size)
    np.clip(signal, 0, None, out=signal)
    signal += noise * np.sqrt(signal * np.float32(1 / full_well) + np.float32(4e-6))
    np.clip(signal, 0, 1, out=signal)
    return (np.sqrt(signal) * 255 + np.float32(0.5)).astype(np.uint8)  # gamma 2, as cameras near enough have


def _blur(image, size):
    """Blur as the lens does: a separable three-tap kernel, wider at finer resolution by repetition."""
    for _ in range(max(1, round(size / 96))):
        for axis in (1, 2):
            ahead, behind = np.roll(image, 1, axis), np.roll(image, -1, axis)
            image = 0.68 * image + 0.16 * (ahead + behind)
    return image
