"""Which kind of defect is it, likely? A classifier of close-ups looks at the place that the map points to."""

import numpy as np
import pandas as pd

from gan_helpers import parts

UNKNOWN = "unknown"
SURE = 0.5  # probability below which no kind is named


def close_up(image, anomaly_map, side):
    """Cut a square of so many pixels out of a picture, around the highest place of its map; float32 (side, side, c)."""
    height, width = anomaly_map.shape
    if side > min(height, width):
        raise ValueError(f"A close-up of {side} pixels doesn't fit into a picture of {height}x{width}; load it larger.")
    y, x = np.unravel_index(np.argmax(anomaly_map), anomaly_map.shape)
    top, left = (int(np.clip(place - side // 2, 0, length - side)) for place, length in ((y, height), (x, width)))
    return image[top : top + side, left : left + side]


class KindFinder:
    """Name the likely kind of a defect, or say "unknown", and tell how often that is right.

    Parameters
    ----------
    classifier : keras.Model
        Close-ups float (n, s, s, c) in [0, 1] -> probabilities (n, kinds), such as `checkpoints.kind_classifier` gives.
    kinds : list of str
    sure : float
        Least probability at which a kind is named.

    Attributes
    ----------
    accuracy, named, n
        After `measure`: the share of right names among those given, the share of parts that got one, and on how many
        parts that was measured.
    """

    def __init__(self, classifier, kinds, *, sure=SURE):
        self.classifier, self.kinds, self.sure = classifier, list(kinds), sure
        self.side = classifier.input_shape[1]
        self.accuracy = self.named = self.n = None

    def probabilities(self, images, maps):
        """Return how likely each kind of *defect* is, where the maps point: DataFrame (n rows, a column a kind).

        A detector has rejected the part, so "good" is no answer, and its share is dealt out among the others.
        """
        views = np.stack([close_up(image, one, self.side) for image, one in zip(images, maps, strict=True)])
        table = pd.DataFrame(np.asarray(self.classifier(views, training=False)), columns=self.kinds)
        table = table.drop(columns=[parts.GOOD], errors="ignore")
        return table.div(table.sum(axis=1).clip(lower=1e-9), axis=0)

    def name(self, images, maps):
        """Return the likely kinds, str (n,), `UNKNOWN` where none reaches ``sure``."""
        table = self.probabilities(images, maps)
        return np.where(table.max(axis=1) >= self.sure, table.idxmax(axis=1), UNKNOWN).astype(str)

    def measure(self, defective, maps):
        """Measure how often the name is right, on labelled parts that the classifier has not learnt from.

        Parameters
        ----------
        defective : PartSet
        maps : numpy.ndarray
            The detector's maps of them: where it points to the wrong place, the name will be wrong, and counts so.

        Returns
        -------
        pandas.DataFrame
            A row a true kind, a column a given name; counts.
        """
        given = self.name(defective.images, maps)
        known = given != UNKNOWN
        self.n, self.named = len(given), float(known.mean())
        self.accuracy = float((given[known] == defective.kinds[known]).mean()) if known.any() else float("nan")
        return pd.crosstab(pd.Series(defective.kinds, name="true"), pd.Series(given, name="named"))
