"""The pair judges as the average of two repair GANs, one a way round, and is as good a teacher as one."""

import numpy as np
import pytest
from test_detectors_repair_gan import parts

from gan_helpers import deploy, detectors

pytestmark = pytest.mark.slow

SMALL = {"steps": 12, "base": 12, "batch": 4, "seed": 1}
GOOD = parts(20, 0)


@pytest.fixture(scope="module")
def pair():
    return detectors.RepairPair(**SMALL).fit(GOOD)


@pytest.fixture(scope="module")
def single():
    """The two that it consists of, each trained alone: parts in their order and in reverse order."""
    return [detectors.RepairGAN(**SMALL).fit(good) for good in (GOOD, GOOD[::-1])]


class TestAverage:
    def test_the_log_odds_of_both_are_averaged(self, pair, single):
        images = parts(6, 1)
        for one in (pair, *single):
            one.mirror = "none"
        mean = np.mean([np.log(np.expm1(one._anomaly_map(images))) for one in single], axis=0)
        np.testing.assert_allclose(pair.score(images), mean.max(axis=(1, 2)), rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(pair._anomaly_map(images), np.log1p(np.exp(mean)), rtol=1e-3, atol=1e-3)
        pair.mirror = "auto"

    def test_repairs_are_averaged_too(self, pair, single):
        images = parts(6, 1)
        mean = np.mean([one.reconstruct(images) for one in single], axis=0)
        np.testing.assert_allclose(pair.reconstruct(images), mean, atol=1e-3)

    def test_the_two_are_not_the_same(self, single):
        images = parts(6, 1)
        assert not np.allclose(*(one.score(images) for one in single), rtol=1e-3)

    def test_parts_in_reverse_order_make_the_same_pair(self, pair):
        images = parts(6, 1)
        turned = detectors.RepairPair(**SMALL).fit(GOOD[::-1])
        np.testing.assert_allclose(turned.score(images), pair.score(images), rtol=1e-3, atol=1e-3)


class TestTraining:
    def test_both_are_watched_as_one_training(self):
        seen = []
        detectors.RepairPair(**SMALL | {"steps": 4}).fit(GOOD, watch=lambda one, share: seen.append((share, one)))
        assert [share for share, _ in seen] == [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0]

    def test_whoever_watches_sees_the_first_alone_and_then_both(self, monkeypatch):
        monkeypatch.setenv("GAN_QC_PRECISION", "float32")  # what still trains would judge in bfloat16
        images, seen = parts(4, 1), []

        def watch(unfinished, share):
            seen.append((share, unfinished.score(images)))

        pair = detectors.RepairPair(**SMALL | {"steps": 4, "mirror": "none"}).fit(GOOD, watch=watch)
        alone = detectors.RepairGAN(**SMALL | {"steps": 4, "mirror": "none"}).fit(GOOD[::-1])
        halfway = dict(seen)[0.5]
        np.testing.assert_allclose(halfway, alone.score(images), rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(seen[-1][1], pair.score(images), rtol=1e-3, atol=1e-3)

    def test_losses_of_both_are_recorded(self, pair):
        assert {len(losses) for losses in pair.history.values()} == {24}


class TestHandedOn:
    def test_it_comes_back_from_disk_and_leaves_as_onnx(self, pair, tmp_path):
        images = parts(5, 5)
        pair.save(tmp_path / "pair")
        loaded = detectors.load(tmp_path / "pair")
        np.testing.assert_allclose(loaded.score(images), pair.score(images), rtol=1e-4, atol=1e-5)
        exported = deploy.export_onnx(pair, tmp_path)
        np.testing.assert_allclose(exported.score(images), pair.score(images), rtol=1e-3, atol=1e-4)

    def test_a_student_learns_from_both(self, pair, single, monkeypatch):
        monkeypatch.setenv("GAN_QC_PRECISION", "float32")  # answers that hardly differ have to be told apart

        def told(teacher):
            return detectors.Student(**SMALL | {"steps": 3}).fit(GOOD, teacher=teacher).history["imitation"]

        of_both, of_one = told(pair), told(single[0])
        assert not np.allclose(of_both, of_one, rtol=1e-4)
        monkeypatch.setattr(pair, "other_restorer", pair.restorer)
        monkeypatch.setattr(pair, "other_marker", pair.marker)
        np.testing.assert_allclose(told(pair), of_one, rtol=1e-5)  # now both are the one

    def test_a_few_labelled_defects_need_a_single_one(self, pair):
        with pytest.raises(ValueError, match="RepairGAN"):
            detectors.FewDefects.from_repair_gan(pair)
