"""Other days of the line: parts that are new, labelled, and photographed like those of the course."""

import numpy as np
import pytest

from gan_helpers import datasets, parts
from gan_helpers.datasets import campaigns


@pytest.fixture(scope="module")
def plates():
    return datasets.fresh_parts(1, seed=77, size=64, good=6)


def test_fresh_parts_are_labelled_in_order_and_not_those_of_the_course(plates):
    assert len(plates.good) == 6
    assert sorted(plates.defective.kinds) == sorted(parts.DEFECT_KINDS)
    assert plates.table["time"].is_monotonic_increasing
    with pytest.raises(ValueError, match="test parts would be among these"):
        datasets.fresh_parts(1, seed=2026)
    with pytest.raises(ValueError, match=r"only \d+ parts of kind"):
        datasets.fresh_parts(10_000, seed=77)


def test_fresh_parts_are_made_small_as_the_course_s_parts_are(plates):
    large = datasets.fresh_parts(1, seed=77, size=128, good=6)
    blocks = large.images.reshape(len(large), 64, 2, 64, 2, 1)
    np.testing.assert_allclose(plates.images, blocks.mean(axis=(2, 4)), atol=1e-6)
    with pytest.raises(ValueError, match="choose one of 32, 64, 128"):
        datasets.fresh_parts(1, seed=77, size=50)


def test_few_defects_are_new_parts_with_masks():
    ten = datasets.few_defects(10, size=32, seed=1)
    assert len(ten) == 10 and ten.labels.all() and ten.masks.any(axis=(1, 2)).all()
    assert set(datasets.few_defects(10, size=32, seed=2).table["seed"]).isdisjoint(ten.table["seed"])
    test = datasets.load_parts(32).test
    assert set(ten.table["seed"]).isdisjoint(test.table["seed"])


def test_few_defects_look_as_if_they_were_loaded(monkeypatch):
    test = datasets.load_parts(64).test.defective[:12]
    monkeypatch.setattr(campaigns.parts, "simulate_line", lambda *_, **__: test.table)
    rendered = datasets.few_defects(12, size=64, seed=1)
    order = np.random.default_rng(1).permutation(12)
    assert np.allclose(rendered.images, test.images[order], atol=1e-3)
    assert np.array_equal(rendered.masks, test.masks[order])


@pytest.mark.parametrize("keywords", [{"seed": 2026}, {"seed": 1, "size": 48}, {"seed": 1, "n": 10**6}])
def test_impossible_wishes_are_told(keywords):
    with pytest.raises(ValueError, match=r"seed|size|n ="):
        datasets.few_defects(**keywords)
