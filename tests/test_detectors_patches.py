"""Patch neighbours: greedy choice with its known bound, nearest rows, and scores that know the place."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from test_detectors import NORMAL, SPOILED

from gan_helpers import detectors
from gan_helpers.detectors.coreset import greedy_coreset, nearest
from gan_helpers.detectors.patch_features import imagenet_describer, random_describer

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(4)


def radius(features, chosen):
    return NearestNeighbors(n_neighbors=1).fit(features[chosen]).kneighbors(features)[0].max()


class TestCoreset:
    @settings(max_examples=25, deadline=None)
    @given(seed=st.integers(0, 1000), size=st.integers(2, 12))
    def test_no_row_is_chosen_twice_and_the_radius_falls(self, seed, size):
        features = np.random.default_rng(seed).standard_normal((60, 3)).astype(np.float32)
        chosen = greedy_coreset(features, size, seed=seed)
        assert len(set(chosen)) == size
        assert radius(features, chosen) <= radius(features, chosen[:-1]) + 1e-6

    def test_it_takes_one_row_of_each_heap_before_a_second_of_any(self):
        centres = 100 * RNG.standard_normal((8, 5))
        features = (np.repeat(centres, 20, axis=0) + RNG.standard_normal((160, 5))).astype(np.float32)
        assert set(greedy_coreset(features, 8, seed=1) // 20) == set(range(8))

    def test_the_radius_is_at_most_twice_the_best(self):
        line = np.arange(9, dtype=np.float32)[:, None]  # three points cover it with radius 1
        assert radius(line, greedy_coreset(line, 3, seed=0)) <= 2

    def test_equal_rows_and_too_few_rows_do_no_harm(self):
        assert sorted(greedy_coreset(np.zeros((5, 2), np.float32), 3, seed=0)) == sorted(
            set(greedy_coreset(np.zeros((5, 2), np.float32), 3, seed=0))
        )
        np.testing.assert_array_equal(greedy_coreset(np.zeros((2, 2), np.float32), 3, seed=0), [0, 1])

    def test_the_same_seed_chooses_the_same(self):
        features = RNG.standard_normal((200, 50)).astype(np.float32)
        np.testing.assert_array_equal(greedy_coreset(features, 9, seed=2), greedy_coreset(features, 9, seed=2))


def test_the_nearest_row_is_scikit_learns():
    patches, memory = (RNG.standard_normal((n, 12)).astype(np.float32) for n in (5000, 40))
    distances, places = nearest(patches, memory)
    expected, rows = NearestNeighbors(n_neighbors=1).fit(memory).kneighbors(patches)
    np.testing.assert_array_equal(places, rows[:, 0])
    np.testing.assert_allclose(distances, expected[:, 0], rtol=1e-4)


@pytest.fixture(scope="module", params=["random", "discriminator"])
def fitted(request):
    return detectors.PatchNeighbours(features=request.param, memory_size=300, gan_steps=2, base=8, batch=8).fit(NORMAL)


class TestScores:
    def test_spoiled_parts_score_above_normal_ones(self, fitted):
        assert fitted.score(SPOILED).min() > fitted.score(NORMAL).max()

    def test_the_score_is_the_largest_distance_of_a_patch(self, fitted):
        scores, grids = fitted._judged(SPOILED)
        np.testing.assert_allclose(scores, grids.max(axis=(1, 2)), rtol=1e-6)
        assert grids.shape == (6, 8, 8)


def test_the_map_is_highest_at_the_defect():
    for anomaly_map in detectors.PatchNeighbours(memory_size=300).fit(NORMAL).anomaly_map(SPOILED):
        row, column = np.unravel_index(anomaly_map.argmax(), anomaly_map.shape)
        assert 6 <= row < 18
        assert 16 <= column < 30


def test_a_memory_of_all_patches_finds_each_known_patch():
    detector = detectors.PatchNeighbours(memory_size=10**6).fit(NORMAL)
    assert detector.score(NORMAL).max() < 1e-3


def test_reweighting_is_that_of_the_paper():
    plain = detectors.PatchNeighbours(memory_size=60).fit(NORMAL)
    weighted = detectors.PatchNeighbours(memory_size=60, reweight=True, neighbours=4).fit(NORMAL)
    described = np.asarray(plain.describer(SPOILED[:1], training=False)).reshape(-1, plain.memory.shape[1])
    patches = described / plain.spread
    distances, places = nearest(patches, plain.memory)
    strangest = distances.argmax()
    crowd = np.argsort(np.linalg.norm(plain.memory - plain.memory[places[strangest]], axis=1))[:4]
    to_crowd = np.linalg.norm(plain.memory[crowd] - patches[strangest], axis=1).astype(np.float64)
    expected = (1 - np.exp(distances[strangest]) / np.exp(to_crowd).sum()) * distances[strangest]
    assert weighted.score(SPOILED[:1])[0] == pytest.approx(expected, rel=1e-3)
    assert weighted.score(SPOILED[:1])[0] < plain.score(SPOILED[:1])[0]


class TestDescribers:
    def test_random_features_are_the_same_on_every_call_and_others_with_another_seed(self):
        first, again, other = (
            np.asarray(random_describer((32, 32, 1), seed=seed)(SPOILED, training=False)) for seed in (1, 1, 2)
        )
        assert first.shape == (6, 8, 8, 192)
        np.testing.assert_array_equal(first, again)
        assert np.abs(first - other).max() > 0.01

    def test_weights_from_a_file_serve_in_place_of_a_download(self, tmp_path):
        path = tmp_path / "mobilenet.weights.h5"
        keras.applications.MobileNetV2((128, 128, 3), include_top=False, weights=None).save_weights(path)
        detector = detectors.PatchNeighbours(features="imagenet", weights=path, memory_size=20).fit(NORMAL[:4])
        assert detector.describer(SPOILED, training=False).shape == (6, 16, 16, 128)
        detector.save(tmp_path / "kept")
        np.testing.assert_allclose(detectors.load(tmp_path / "kept").score(SPOILED), detector.score(SPOILED), rtol=1e-4)

    def test_weights_that_can_not_be_had_are_told_with_the_cure(self, monkeypatch, tmp_path):
        def offline(*_, **__):
            raise OSError("URL fetch failure")

        monkeypatch.setattr(keras.applications, "MobileNetV2", offline)
        with pytest.raises(RuntimeError, match=r"imagenet.*URL fetch failure.*weights=.*random"):
            imagenet_describer((32, 32, 1))
        monkeypatch.undo()
        with pytest.raises(RuntimeError, match=r"nowhere\.h5.*features='random'"):
            imagenet_describer((32, 32, 1), weights=str(tmp_path / "nowhere.h5"))

    def test_unknown_features_are_named_with_those_there_are(self):
        with pytest.raises(ValueError, match=r"eyes.*random, discriminator, imagenet"):
            detectors.PatchNeighbours(features="eyes")
