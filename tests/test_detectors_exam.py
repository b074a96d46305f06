"""The exam on forged defects: it sees what training does, chooses without labels, and gives the weights back."""

import numpy as np
import pytest

from gan_helpers import detectors

PARTS = np.clip(0.5 + 0.02 * np.random.default_rng(0).standard_normal((40, 32, 32, 1)), 0, 1).astype(np.float32)


class Pretender:
    """A detector whose sharpness is set by hand."""

    name = "pretender"
    learned_networks = ("network",)

    def __init__(self):
        self.network = self
        self.sharpness = 0.0

    def score(self, images):
        spread = np.abs(images - 0.5).max(axis=(1, 2, 3))
        return self.sharpness * spread + np.random.default_rng(1).standard_normal(len(images))

    def get_weights(self):
        return self.sharpness

    def set_weights(self, sharpness):
        self.sharpness = sharpness


def test_the_best_look_is_kept_and_put_back():
    exam, detector = detectors.ForgedExam(PARTS, seed=3), Pretender()
    for share, sharpness in ((0.25, 1.0), (0.5, 1000.0), (0.75, 10.0), (1.0, -1000.0)):
        detector.sharpness = sharpness
        exam(detector, share)
    shares, figures = zip(*exam.history, strict=True)
    assert shares == (0.25, 0.5, 0.75, 1.0)
    assert exam.best == (0.5, max(figures))
    assert figures[1] > 0.65 > 0.35 > figures[3]
    exam.restore(detector)
    assert detector.sharpness == 1000.0


@pytest.mark.slow
def test_a_training_detector_is_examined_on_the_way(monkeypatch):
    monkeypatch.setenv("GAN_QC_PRECISION", "float32")  # in which it also scores once it is fitted
    exam, seen = detectors.ForgedExam(PARTS[:10]), {}

    def look(detector, share):
        exam(detector, share)
        seen[share] = detector.score(exam.forged)

    detector = detectors.RepairGAN(steps=4, base=12, batch=4, mirror="none").fit(PARTS, watch=look)
    assert [share for share, _ in exam.history] == list(seen) == [0.25, 0.5, 0.75, 1.0]
    exam.restore(detector)
    kept = detector.score(exam.forged)
    apart = {share: np.abs(scores - kept).max() for share, scores in seen.items()}
    best = apart.pop(exam.best[0])  # the weights are the same, sums in another order may differ in the last digits
    assert best < 1e-3 * min(apart.values())


def test_the_same_seed_sets_the_same_exam_and_spoils_every_part():
    first, second, other = (detectors.ForgedExam(PARTS, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.forged, second.forged)
    assert (first.forged != other.forged).any()
    assert (first.forged != first.good).any(axis=(1, 2, 3)).all()


def test_without_a_look_there_is_nothing_to_restore():
    with pytest.raises(RuntimeError, match="as watch"):
        detectors.ForgedExam(PARTS).restore(detectors.PCAReconstruction())
