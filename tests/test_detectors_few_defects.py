"""The repair GAN with a few labelled defects: they raise their own kind's scores, and nothing else is touched."""

import numpy as np
import pytest
from test_detectors_repair_gan import SIDE, parts, tiny

from gan_helpers import decisions, detectors

pytestmark = pytest.mark.slow

STEPS, ATTENTION = (
    800,
    1.0,
)  # with ten labelled ones and fewer steps it hangs on the processor whether the kind is learnt


def with_a_faint_band(images):
    """A defect that no forged one resembles: every second column of the lower half a little darker."""
    images = images.copy()
    images[:, SIDE // 2 :, ::2] -= 0.03
    return np.clip(images, 0, 1)


@pytest.fixture(scope="module", autouse=True)
def the_same_on_every_processor():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_QC_PRECISION", "float32")  # in bfloat16 the untaught one finds most of that band by itself
        yield


@pytest.fixture(scope="module")
def begun():
    return tiny(steps=300, base=24).fit(parts(60, 0))


@pytest.fixture(scope="module")
def few(begun):
    detector = detectors.FewDefects.from_repair_gan(begun, extra_steps=STEPS, attention=ATTENTION, seed=1)
    return detector.fit(parts(60, 0), defective=with_a_faint_band(parts(60, 5)))


def auroc(detector):
    scores = np.concatenate([detector.score(parts(60, 3)), detector.score(with_a_faint_band(parts(60, 4)))])
    return decisions.auroc(np.repeat([0, 1], 60), scores)


def test_labelled_defects_teach_their_kind(begun, few):
    assert auroc(few) > max(0.9, auroc(begun) + 0.1)


def test_its_history_goes_on_with_the_labelled_ones(few):
    attention = few.history["attention"]
    assert len(attention) == STEPS
    assert np.mean(attention[-30:]) < 0.5 * np.mean(attention[:30])


def test_the_repair_gan_that_it_began_with_stays_as_it_was(begun, few):
    before = begun.score(parts(8, 3))
    after = detectors.FewDefects.from_repair_gan(begun, extra_steps=3).fit(parts(8, 0), defective=parts(2, 1))
    np.testing.assert_array_equal(begun.score(parts(8, 3)), before)
    np.testing.assert_array_equal(few.restorer.get_weights()[0], begun.restorer.get_weights()[0])
    assert not np.array_equal(after.marker.get_weights()[0], begun.marker.get_weights()[0])


def test_without_a_beginning_it_trains_its_own_repair_gan():
    detector = detectors.FewDefects(steps=3, extra_steps=2, base=12, batch=4, seed=1)
    detector.fit(parts(8, 0), defective=parts(2, 1))
    assert {name: len(losses) for name, losses in detector.history.items()} == {
        "repair": 3,
        "adversarial": 3,
        "marking": 3,
        "attention": 2,
    }


def test_it_is_saved_and_loaded_as_it_is(few, tmp_path):
    few.save(tmp_path)
    again = detectors.load(tmp_path)
    assert isinstance(again, detectors.FewDefects)
    np.testing.assert_allclose(again.score(parts(8, 3)), few.score(parts(8, 3)), rtol=1e-5)


def test_parts_of_another_size_are_refused(begun):
    detector = detectors.FewDefects.from_repair_gan(begun)
    with pytest.raises(ValueError, match=r"defective parts have shape \(16, 16, 1\)"):
        detector.fit(parts(8, 0), defective=parts(4, 0)[:, :16, :16])


def test_an_unfitted_beginning_is_refused():
    with pytest.raises(RuntimeError, match="not fitted"):
        detectors.FewDefects.from_repair_gan(tiny())
