"""The defect painter: paint a defect on a good part and watch map, score and p-value answer at once.

The browser (``defect_painter.js``) tells strokes; Python paints them, asks the detector and sends picture, map and mask
back, so that what the learner sees is what the detector saw.
"""

import io
import math
import threading
import time

import anywidget
import numpy as np
import traitlets

from gan_helpers import decisions, plots
from gan_helpers.settings import SEED
from gan_helpers.widgets.strokes import TOOLS, Stroke, scratch
from gan_helpers.widgets.theme import scripted, styled
from gan_helpers.widgets.turns import one_at_a_time

ABOVE_UNTOUCHED = 3  # heat that glows in full, in units of the warmest spot of the untouched parts
LEVELS = 255


class DefectPainter(anywidget.AnyWidget):
    """Paint a defect and let a detector judge it.

    Parameters
    ----------
    detector : Detector or callable
        A fitted detector, or a function ``inspect(image) -> (score, map)`` of one part, float (h, w, c) in [0, 1], with
        a map (h, w), at least 0.
    parts : numpy.ndarray
        Float (n, h, w, c) in [0, 1], or one part (h, w, c): good ones to paint on.
    calibration_scores : array of float, shape (m,)
        Of held-out good parts, for the p-value.
    false_alarm_rate : float, in (0, 1)
        A part is rejected when its p-value is at most this.
    strongest : float, optional
        Value of the map that glows in full; three times the warmest spot of the untouched parts if not given.
    seed : int
        Of the scratch in `still`.

    Attributes
    ----------
    score, p_value : float
    verdict : {"accept", "reject"}
    image : numpy.ndarray
        The painted part, float32 (h, w, c).
    anomaly_map : numpy.ndarray
        Float (h, w).
    mask : numpy.ndarray
        What was painted, bool (h, w).
    heat_in_mask : float
        Share of the map's sum that lies on painted pixels; NaN before the first stroke.
    strokes : list of Stroke

    Raises
    ------
    ValueError
        If the parts or the map have another shape, or a stroke can't be painted; the message says what to give.

    Examples
    --------
    >>> def inspect(image):
    ...     dark = 1 - image[..., 0]
    ...     return dark.max(), dark
    >>> painter = DefectPainter(inspect, np.full((32, 32, 1), 0.9), np.linspace(0.1, 0.2, 99))
    >>> painter.verdict
    'accept'
    >>> painter.stroke([(4, 4), (20, 20)], width=3, strength=0.8)
    'reject'
    >>> painter.p_value, round(painter.heat_in_mask, 1)
    (0.01, 0.4)
    """

    _esm = scripted("defect_painter")
    _css = styled("defect_painter")

    _constants = traitlets.Dict().tag(sync=True)
    _answer = traitlets.Dict().tag(sync=True)
    _picture = traitlets.Bytes().tag(sync=True)
    _heat = traitlets.Bytes().tag(sync=True)
    _mask = traitlets.Bytes().tag(sync=True)

    def __init__(self, detector, parts, calibration_scores, *, false_alarm_rate=0.05, strongest=None, seed=SEED):
        self._turn = threading.RLock()
        self._inspect = _inspector(detector)
        self.parts = _checked_parts(parts)
        self.calibration_scores = np.asarray(calibration_scores, dtype=np.float64)
        decisions.conformal_threshold(self.calibration_scores, false_alarm_rate)  # says if it can't be had
        if strongest is not None and not strongest > 0:
            raise ValueError(f"strongest is {strongest}; give the value of the map that glows in full, above 0.")
        self.false_alarm_rate, self.seed = false_alarm_rate, seed
        self.part, self.strokes, self._number, self._last_id = 0, [], 0, None
        if strongest is None:
            warmest = max(float(self._looked_at(part)[1].max()) for part in self.parts)
            strongest = ABOVE_UNTOUCHED * warmest if warmest > 0 else 1.0
        self.strongest = strongest
        height, width, channels = self.parts.shape[1:]
        super().__init__(
            _constants={
                "height": height,
                "width": width,
                "channels": channels,
                "parts": len(self.parts),
                "tools": list(TOOLS),
                "alarm": false_alarm_rate,
            }
        )
        self._renew()
        self.on_msg(self._on_message)

    # What a learner and an exercise call

    @one_at_a_time
    def stroke(self, points, width=2.0, strength=0.6, *, soft=0.5, tool="darker"):
        """Paint one stroke, as the mouse would.

        Parameters
        ----------
        points : sequence of (float, float)
            (x, y) in pixels from the top left corner; one point is a dab.
        width : float
            Of the brush, in pixels.
        strength : float, in (0, 1]
        soft : float, in [0, 1]
            0 is a hard edge.
        tool : {"darker", "brighter", "stain"}

        Returns
        -------
        str
            The verdict, "accept" or "reject".
        """
        self.strokes = [*self.strokes, Stroke(points, width, strength, soft, tool)]
        self._renew()
        return self.verdict

    @one_at_a_time
    def undo(self):
        """Take the last stroke back; returns the verdict."""
        self.strokes = self.strokes[:-1]
        self._renew()
        return self.verdict

    @one_at_a_time
    def clear(self):
        """Take all strokes back; returns the verdict."""
        self.strokes = []
        self._renew()
        return self.verdict

    @one_at_a_time
    def other_part(self, number=None):
        """Paint on another part, clean; the next one, or the one of that number. Returns the verdict."""
        number = (self.part + 1) % len(self.parts) if number is None else number
        if not 0 <= number < len(self.parts):
            raise ValueError(f"part {number} is not there; there are {len(self.parts)}, counted from 0.")
        self.part, self.strokes = number, []
        self._renew()
        return self.verdict

    @one_at_a_time
    def still(self):
        """Draw part, painted part and map; where nothing is painted yet, with a scratch drawn by the seed.

        Returns
        -------
        matplotlib.figure.Figure
        """
        strokes = self.strokes
        if not strokes:
            height, width = self.parts.shape[1:3]
            way = scratch(height, width, np.random.default_rng(self.seed))
            strokes = [Stroke(way, width=max(1.5, height / 40), strength=0.7)]
        image, mask = self._painted(strokes)
        score, heat = self._looked_at(image)
        p_value = self._p_value(score)
        fig, axes = plots.panels(1, 3, width=7.5, row_height=2.9)
        rejected = p_value <= self.false_alarm_rate
        titles = ("good part", "with a painted defect", f"{'✗ reject' if rejected else '✓ accept'}, p = {p_value:.3g}")
        for axis, picture, title in zip(axes[0], (self.parts[self.part], image, image), titles, strict=True):
            last = axis is axes[0, 2]
            plots.picture(axis, picture, heat if last else None, mask if last else None, strongest=self.strongest)
            axis.set_title(title, fontsize=10)
        plots.frame(axes[0, 2], plots.DEFECTIVE_COLOUR if rejected else plots.GOOD_COLOUR)
        return fig

    # Painting and asking

    def _painted(self, strokes):
        image, mask = self.parts[self.part], np.zeros(self.parts.shape[1:3], bool)
        for stroke in strokes:
            image, touched = stroke.paint(image)
            mask |= touched
        return image, mask

    def _looked_at(self, image):
        score, heat = self._inspect(image)
        heat = np.asarray(heat, dtype=np.float32)
        if heat.shape != image.shape[:2]:
            raise ValueError(f"inspect gave a map of shape {heat.shape}; give one of the part's, {image.shape[:2]}.")
        score = float(np.asarray(score).squeeze())
        if not (math.isfinite(score) and np.isfinite(heat).all()):
            raise ValueError("inspect gave a score or a map that is NaN or infinite; mend what made it.")
        return score, heat

    def _p_value(self, score):
        return float(decisions.conformal_p_values(self.calibration_scores, [score])[0])

    def _renew(self, number=None):
        """Paint, ask, and send what came out."""
        image, mask = self._painted(self.strokes)
        started = time.perf_counter()
        score, heat = self._looked_at(image)
        seconds = time.perf_counter() - started
        self.image, self.mask, self.anomaly_map = image, mask, heat
        self.score, self.p_value = score, self._p_value(score)
        self.verdict = "reject" if self.p_value <= self.false_alarm_rate else "accept"
        total = float(heat.sum())
        self.heat_in_mask = float(heat[mask].sum()) / total if total > 0 and mask.any() else math.nan
        self.seconds = seconds
        self._number += 1
        with self.hold_sync():
            self._picture = _bytes(image, 1.0)
            self._heat = _bytes(heat, self.strongest)
            self._mask = mask.astype(np.uint8).tobytes()
            self._answer = {
                "turn": self._number,  # so that two answers in a row always differ
                "asked": number,
                "part": self.part + 1,
                "strokes": len(self.strokes),
                "verdict": self.verdict,
                "pValue": f"{self.p_value:.3g}",
                "score": f"{score:.4g}",
                "place": float(np.mean(self.calibration_scores < score)),
                "heat": None if math.isnan(self.heat_in_mask) else round(100 * self.heat_in_mask),
                "area": round(100 * float(mask.mean()), 1),
                "pixels": int(mask.sum()),
                "ms": round(1000 * seconds, 1),
            }

    @one_at_a_time
    def _on_message(self, _widget, content, _buffers):
        """Do what the browser asks; it asks again only when this was answered, and then for the newest."""
        kind, number = content.get("kind"), content.get("number")
        try:
            if kind == "stroke":
                self._follow(content["id"], Stroke(**content["stroke"]))
            else:
                self._last_id = None
            if kind == "undo":
                self.strokes = self.strokes[:-1]
            elif kind == "clear":
                self.strokes = []
            elif kind == "part":
                self.part, self.strokes = (self.part + 1) % len(self.parts), []
            self._renew(number)
        except Exception as problem:  # without an answer, the browser would wait for ever
            self._number += 1
            self._answer = {**self._answer, "turn": self._number, "asked": number, "problem": str(problem)}
            raise

    def _follow(self, identity, stroke):
        """Take a stroke that grows while the mouse moves: the same identity replaces, a new one adds."""
        grown = identity == self._last_id and self.strokes
        self.strokes = [*(self.strokes[:-1] if grown else self.strokes), stroke]
        self._last_id = identity

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = io.BytesIO()
        self.still().savefig(picture, format="png", dpi=100)
        data["text/plain"] = (
            "DefectPainter; without a browser: painter.stroke(points), painter.p_value, painter.still()"
        )
        return data | {"image/png": picture.getvalue()}, metadata


def _inspector(detector):
    """Make ``inspect(image) -> (score, map)`` of a detector."""
    if hasattr(detector, "score") and hasattr(detector, "anomaly_map"):
        return lambda image: (detector.score(image[None])[0], detector.anomaly_map(image[None])[0])
    if callable(detector):
        return detector
    raise ValueError("detector has no score and anomaly_map and can't be called; give a fitted detector or a function.")


def _checked_parts(parts):
    parts = np.asarray(parts)
    parts = parts[None] if parts.ndim == 3 else parts
    if parts.ndim != 4 or parts.shape[-1] not in (1, 3) or not len(parts):
        raise ValueError(f"parts has shape {parts.shape}; give at least one part, (n, h, w, 1) or (n, h, w, 3).")
    if not np.issubdtype(parts.dtype, np.floating) or not (parts.min() >= 0 and parts.max() <= 1):
        raise ValueError("parts are not float in [0, 1]; divide 8-bit images by 255, and mend NaN.")
    return parts.astype(np.float32)


def _bytes(values, full):
    return np.round(np.clip(values / full, 0, 1) * LEVELS).astype(np.uint8).tobytes()
