"""The explanation card: all that a quality engineer wants to see of one rejected part, on one page."""

from dataclasses import dataclass

import numpy as np

from gan_helpers import decisions, parts

ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "centre", "right")
ALARM = 0.05
SUSPICIOUS = 0.5  # a place counts to the suspicious area from this share of the map's highest value on
FINGERPRINT = 16  # side of the small pictures by which good parts are compared


@dataclass(frozen=True, eq=False)
class Card:
    """What is known about one part.

    The arrays are for the figure (`plots.explanation_card`); `as_dict` gives the rest, ready for JSON.
    """

    image: np.ndarray
    repaired: np.ndarray
    anomaly_map: np.ndarray
    nearest_good: np.ndarray
    strongest: float
    facts: dict

    def as_dict(self):
        """Return all that fits into words and numbers: part, verdict, p-value, place, kind, settings, neighbour."""
        return dict(self.facts)


def explanation_card(part, detector, good, *, calibration_scores, calibration_maps=None, kinds=None, alarm=ALARM):
    """Fill in the card of one part.

    Parameters
    ----------
    part : PartSet
        One part; its process table, where it has one, gives the settings.
    detector : Detector
        With ``score``, ``anomaly_map`` and ``reconstruct``.
    good : PartSet
        Good parts among which the nearest one is looked for.
    calibration_scores : numpy.ndarray
        Scores of held-out good parts, for the p-value.
    calibration_maps : numpy.ndarray, optional
        Their maps: the 0.999 quantile is drawn in full, so that glow means the same on every card.
    kinds : KindFinder, optional
        Measured; without it the kind is "unknown".
    alarm : float
        The part is rejected if its p-value is at most this.

    Returns
    -------
    Card

    Raises
    ------
    ValueError
        If it is not exactly one part.
    """
    if len(part) != 1:
        raise ValueError(f"A card is about one part, these are {len(part)}; choose one with parts[[i]].")
    image, repaired = part.images[0], detector.reconstruct(part.images)[0]
    anomaly_map, score = detector.anomaly_map(part.images)[0], float(detector.score(part.images)[0])
    p_value = float(decisions.conformal_p_values(calibration_scores, np.array([score]))[0])
    nearest = nearest_good(repaired, good)
    strongest = float(anomaly_map.max() if calibration_maps is None else np.quantile(calibration_maps, 0.999))
    facts = {
        "part": str(part.names[0]),
        "lot": str(part.groups[0]),
        "verdict": "reject" if p_value <= alarm else "accept",
        "p_value": p_value,
        "score": score,
        "calibrated_on": len(calibration_scores),
        **where(anomaly_map),
        **_likely_kind(part, anomaly_map, kinds),
        "nearest_good_part": str(good.names[nearest]),
        "nearest_good_lot": str(good.groups[nearest]),
        "settings": _settings(part),
    }
    return Card(image, repaired, anomaly_map, good.images[nearest], max(strongest, 1e-9), facts)


def nearest_good(repaired, good):
    """Return the row of the good part that looks most like the repaired one.

    The repaired part, not the part itself, is compared: the defect has no say in which part is a fair comparison. Small
    pictures of 16x16 are compared, so that light and position count and single grains don't.
    """
    side = repaired.shape[0] // FINGERPRINT

    def small(images):
        n, height, width, colours = images.shape
        return images.reshape(n, height // side, side, width // side, side, colours).mean(axis=(2, 4))

    return int(((small(good.images) - small(repaired[None])) ** 2).mean(axis=(1, 2, 3)).argmin())


def where(anomaly_map):
    """Say where a map glows: ``place`` in words, ``row`` and ``column`` of its peak, ``area_share`` around it."""
    row, column = (int(place) for place in np.unravel_index(np.argmax(anomaly_map), anomaly_map.shape))
    height, width = anomaly_map.shape
    words = ROWS[min(3 * row // height, 2)], COLUMNS[min(3 * column // width, 2)]
    return {
        "place": "middle" if words == ("middle", "centre") else " ".join(words),
        "row": row,
        "column": column,
        "area_share": float((anomaly_map >= SUSPICIOUS * anomaly_map.max()).mean()),
    }


def _likely_kind(part, anomaly_map, kinds):
    if kinds is None:
        return {"likely_kind": "unknown", "kind_probabilities": {}}
    table = kinds.probabilities(part.images, anomaly_map[None]).iloc[0].sort_values(ascending=False)
    name = kinds.name(part.images, anomaly_map[None])[0]
    told = {"likely_kind": str(name), "kind_probabilities": {kind: float(p) for kind, p in table.head(3).items()}}
    if kinds.accuracy is not None and np.isfinite(kinds.accuracy):
        told |= {"kind_accuracy": kinds.accuracy, "kind_measured_on": kinds.n}
    return told


def _settings(part):
    """Return each setting with its unit and where it usually stands."""
    if part.table is None:
        return {}
    told = {}
    for name, knob in parts.SETTINGS.items():
        if name in part.table:
            value = float(part.table[name].iloc[0])
            told[name] = {"value": value, "unit": knob.unit, "usual": knob.usual}
    return told
