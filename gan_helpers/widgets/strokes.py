"""Brush strokes on a picture: what the defect painter paints, with the exact mask of it."""

import math
from dataclasses import asdict, dataclass, field

import numpy as np

TOOLS = ("darker", "brighter", "stain")
STAIN_TINT = (0.5, 0.36, 0.2)  # dried coolant; a grey camera sees its luminance
LUMINANCE = (0.299, 0.587, 0.114)
MASKED_FROM = 0.15  # a pixel counts as painted from this share of the full strength on
HALF_EDGE = 0.25  # pixels: a hard edge fades over half a pixel, as cameras see it
FEWEST_PIXELS = 0.5  # points of a stroke that lie closer say nothing new
MOST_POINTS = 400


@dataclass(frozen=True)
class Stroke:
    """One stroke of the brush.

    Parameters
    ----------
    points : sequence of (float, float)
        The way of the brush, (x, y) in pixels from the top left corner; one point is a dab.
    width : float
        Of the brush, in pixels.
    strength : float, in (0, 1]
        How far a pixel goes towards black, white or the stain.
    soft : float, in [0, 1]
        Share of the half width over which the edge fades; 0 is a hard edge.
    tool : {"darker", "brighter", "stain"}
    """

    points: tuple = field(default=())
    width: float = 2.0
    strength: float = 0.6
    soft: float = 0.5
    tool: str = "darker"

    def __post_init__(self):
        points = np.asarray(self.points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not np.isfinite(points).all():
            raise ValueError(f"points has shape {points.shape}; give at least one (x, y) in pixels.")
        for name, low, high in (("width", 0, 1000), ("strength", 0, 1), ("soft", 0, 1)):
            value = getattr(self, name)
            if not (low <= value <= high) or (value == 0 and name != "soft"):
                raise ValueError(f"{name} is {value}; give a number above {low} and up to {high}.")
        if self.tool not in TOOLS:
            raise ValueError(f"tool is {self.tool!r}; choose one of {', '.join(TOOLS)}.")
        object.__setattr__(self, "points", tuple(map(tuple, _thinned(points).tolist())))

    def cover(self, height, width):
        """Say how much of the stroke each pixel gets: float32 (height, width) in [0, 1]."""
        reach = self.width / 2
        fade = max(self.soft * reach, 2 * HALF_EDGE)
        away = np.full((height, width), np.inf)
        points = np.array(self.points)
        for start, end in zip(points[: max(len(points) - 1, 1)], points[-max(len(points) - 1, 1) :], strict=True):
            rows, columns = _window(start, end, reach + HALF_EDGE, height, width)
            # pixel (0, 0) has its middle at (0.5, 0.5)
            y, x = np.mgrid[rows, columns] + 0.5
            away[rows, columns] = np.minimum(away[rows, columns], _distance(x, y, start, end))
        return np.clip((reach + HALF_EDGE - away) / fade, 0, 1).astype(np.float32)

    def paint(self, image):
        """Paint on a picture.

        Parameters
        ----------
        image : numpy.ndarray
            Float (h, w, c) in [0, 1].

        Returns
        -------
        (numpy.ndarray, numpy.ndarray)
            The painted picture, float32 (h, w, c), and the mask of the stroke, bool (h, w).
        """
        cover = self.cover(*image.shape[:2])
        tint = np.array(STAIN_TINT) if image.shape[-1] == 3 else np.dot(STAIN_TINT, LUMINANCE)
        # a stain is a film, through which the surface still shows
        target = {"darker": 0.0, "brighter": 1.0, "stain": tint * (0.5 + 0.5 * image)}[self.tool]
        share = (self.strength * cover)[..., None]
        painted = ((1 - share) * image + share * target).astype(np.float32)
        return painted, cover >= MASKED_FROM

    def as_dict(self):
        """Return the stroke in types that JSON can hold."""
        return asdict(self)


def scratch(height, width, rng):
    """Draw the way of a scratch: a slightly bent line, so placed that it fits; list of (x, y)."""
    side = min(height, width)
    length, bend, angle = rng.uniform(0.3, 0.5) * side, rng.uniform(-0.06, 0.06) * side, rng.uniform(0, math.pi)
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    middle = np.array([width, height]) * rng.uniform(0.4, 0.6, 2)
    t = np.linspace(-0.5, 0.5, 9)[:, None]
    return (middle + t * length * along + bend * (1 - 4 * t**2) * across).tolist()


def _thinned(points):
    kept = [points[0]]
    for point in points[1:]:
        if np.hypot(*(point - kept[-1])) >= FEWEST_PIXELS:
            kept.append(point)
    if len(points) > 1 and len(kept) == 1:
        kept.append(points[-1])
    kept = np.array(kept)
    return kept[np.linspace(0, len(kept) - 1, MOST_POINTS).round().astype(int)] if len(kept) > MOST_POINTS else kept


def _window(start, end, reach, height, width):
    """Rows and columns of the pixels that a segment can touch."""
    (left, top), (right, bottom) = np.minimum(start, end) - reach, np.maximum(start, end) + reach
    rows = slice(int(np.clip(top, 0, height)), int(np.clip(math.ceil(bottom), 0, height)))
    return rows, slice(int(np.clip(left, 0, width)), int(np.clip(math.ceil(right), 0, width)))


def _distance(x, y, start, end):
    dx, dy = end - start
    length = dx * dx + dy * dy
    share = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / length, 0, 1) if length else 0.0
    return np.hypot(x - start[0] - share * dx, y - start[1] - share * dy)
