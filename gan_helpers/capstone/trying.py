"""Train the repair GAN on the learner's photographs, and ask what plain rivals reach on the same parts."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gan_helpers import decisions, detectors
from gan_helpers.capstone.counting import FEW_DEFECTS, FEW_GOOD_IN_TEST
from gan_helpers.settings import SEED, by_budget

GAN = "repair GAN"
BRIGHTNESS, PCA, PCA_MAX = "mean brightness", "PCA", "PCA, local maximum"  # from the plainest on
DRAWS = 1000
COLUMNS = ("AUROC", "low", "high", "found at 5 %", "found low", "found high")


@dataclass(frozen=True, eq=False)
class Trial:
    """Detectors fitted on the same parts and judged by the same test; `try_detectors` makes it.

    Attributes
    ----------
    split : datasets.Split
    detectors : dict of str to Detector
    scores, good_scores : dict of str to numpy.ndarray
        Of the test parts and of the calibration parts.
    measured : bool
        Whether there are enough good and defective test parts to compare detectors at all.
    recommended : str
        A key of ``detectors``: the repair GAN where it is better than its best rival beyond doubt, the rival otherwise.
    difference : tuple of float
        AUROC of the repair GAN less that of its best rival, with its 95 % interval; NaN if not measured.
    why : str
        The reason of the recommendation, in words.
    table : pandas.DataFrame
        AUROC and share found at 5 % false alarms, each with its 95 % interval, and minutes; a row a detector.
    """

    split: object
    detectors: dict
    scores: dict
    good_scores: dict
    measured: bool = field(init=False)
    recommended: str = field(init=False)
    rival: str = field(init=False)
    difference: tuple = field(init=False)
    why: str = field(init=False)
    table: pd.DataFrame = field(init=False)

    def __post_init__(self):
        labels = self.split.test.labels
        bad, good = int(labels.sum()), int((labels == 0).sum())
        chosen = {"measured": bad >= FEW_DEFECTS and good >= FEW_GOOD_IN_TEST}
        chosen |= self._compared(labels) if chosen["measured"] else self._not_compared(good, bad)
        chosen["table"] = self._measured()
        for name, value in chosen.items():
            object.__setattr__(self, name, value)

    @property
    def detector(self):
        """The recommended detector."""
        return self.detectors[self.recommended]

    @property
    def labels(self):
        """Of the test parts."""
        return self.split.test.labels

    def _measured(self):
        rows = {}
        for name, scores in self.scores.items():
            row = dict.fromkeys(COLUMNS, np.nan)
            if 0 < self.labels.sum() < len(self.labels):
                figures = []
                for figure, draws in ((decisions.auroc, DRAWS), (decisions.tpr_at_fpr, DRAWS // 4)):
                    interval = decisions.bootstrap_interval(figure, self.labels, scores, draws=draws)
                    figures += [figure(self.labels, scores), *interval]
                row = dict(zip(COLUMNS, figures, strict=True))
            seconds = getattr(self.detectors[name], "fit_seconds", None)
            rows[name] = row | {"minutes of training": (seconds or 0) / 60}
        return pd.DataFrame(rows).T

    def _compared(self, labels):
        areas = {name: decisions.auroc(labels, scores) for name, scores in self.scores.items()}
        rival = max((name for name in areas if name != GAN), key=areas.get)

        low, high = gain_interval(labels, self.scores[GAN], self.scores[rival])
        value = areas[GAN] - areas[rival]
        told = f"AUROC {areas[GAN]:.2f} against {areas[rival]:.2f} of {rival}; the difference is {value:+.2f}"
        told += f" ({low:+.2f} to {high:+.2f})"
        if low > 0:
            why, best = f"The repair GAN ranks these parts better than any plain rival: {told}.", GAN
        elif high < 0:
            why, best = f"The plain rival wins: the repair GAN has {told}. Take {rival}.", rival
        else:
            why, best = f"No difference can be shown, so the plain rival is enough: the repair GAN has {told}.", rival
        return {"recommended": best, "rival": rival, "difference": (value, low, high), "why": why}

    def _not_compared(self, good, bad):
        why = (
            f"Nobody can say which detector is better: the test has {good} good and {bad} defective parts, and it "
            f"takes {FEW_GOOD_IN_TEST} and {FEW_DEFECTS}. The repair GAN stands in until they are there."
        )
        return {"recommended": GAN, "rival": PCA_MAX, "difference": (np.nan,) * 3, "why": why}


def try_detectors(split, *, steps=None, seed=SEED, watch=None):
    """Fit the repair GAN and three plain rivals on the training parts, and score calibration and test with each.

    Nothing is chosen on the way: the repair GAN trains for a fixed number of steps. The choice between the detectors is
    made on the test parts, once; the interval of the difference says what it is worth.

    Parameters
    ----------
    split : datasets.Split
    steps : int, optional
        Of the repair GAN; by budget without it.
    seed : int
    watch : callable, optional
        Called about twenty times with the repair GAN as it is and the share of its training that is done; a progress
        bar without it.

    Returns
    -------
    Trial
    """
    learnt, bar = split.train.images, None
    if watch is None:
        watch, bar = _with_a_bar()
    steps = by_budget(smoke=2, lesson=800, full=5000) if steps is None else steps
    fitted = {
        BRIGHTNESS: detectors.MeanBrightness(),
        PCA: detectors.PCAReconstruction(),
        PCA_MAX: detectors.PCAReconstruction(pooling="max"),
        GAN: detectors.RepairGAN(steps=steps, seed=seed),
    }
    for name, detector in fitted.items():
        detector.fit(learnt, watch=watch if name == GAN else None)
    if bar is not None:
        bar.close()
    scores, good = (
        {name: detector.score(parts.images) for name, detector in fitted.items()}
        for parts in (split.test, split.calibration)
    )
    return Trial(split, fitted, scores, good)


def gain_interval(labels, ours, theirs, *, level=0.95, draws=DRAWS, seed=SEED):
    """Bootstrap the AUROC of one detector less that of another on the same parts: (low, high).

    The AUROC is the share of pairs, defective and good, in which the defective part scores higher (a tie counts half).
    So each draw weighs one table of pairs. Both detectors see the same draws: what is hard for both cancels.
    """
    pairs = (_won(labels, ours) - _won(labels, theirs)).astype(np.float32)
    rng, gains = np.random.default_rng(seed), np.empty(draws)
    evenly = [np.full(n, 1 / n) for n in pairs.shape]
    for i in range(draws):
        bad, good = (rng.multinomial(len(share), share).astype(np.float32) for share in evenly)
        gains[i] = bad @ pairs @ good / pairs.size
    low, high = np.quantile(gains, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _won(labels, scores):
    """Return for each pair of a defective and a good part 1 if the first scores higher, 1/2 for a tie, else 0."""
    bad, good = scores[labels == 1][:, None], scores[labels == 0]
    return (bad > good) + 0.5 * (bad == good)


def _with_a_bar():
    from tqdm.auto import tqdm

    bar = tqdm(total=100, desc=GAN, unit="%")
    return lambda detector, share: bar.update(round(100 * share) - bar.n), bar
