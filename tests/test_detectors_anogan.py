"""AnoGAN: the search goes downhill, finds what the generator can draw, and scores by its paper's formula."""

import keras
import numpy as np
import pytest
from test_detectors import SPOILED

from gan_helpers import detectors, networks


@pytest.fixture(scope="module")
def players():
    """A generator and a critic as they start: they draw grey clouds, which a search can find as well."""
    keras.utils.set_random_seed(7)
    return networks.generator((32, 32, 1), latent_dim=8, base=8), networks.discriminator((32, 32, 1), base=8)


def of(players, **settings):
    return detectors.AnoGAN.from_gan(*players, **settings)


class TestSearch:
    def test_it_shows_the_way_from_the_start_to_the_end(self, players):
        way = list(of(players).search(SPOILED, steps=40, frames=4))
        assert [step for step, _, _ in way] == [0, 10, 20, 30, 40]
        for _, drawn, left in way:
            assert drawn.shape == SPOILED.shape
            assert drawn.min() >= 0
            assert drawn.max() <= 1
            assert left.shape == (len(SPOILED),)

    def test_less_is_left_at_the_end_than_at_the_start(self, players):
        way = list(of(players).search(SPOILED, steps=60, frames=2))
        assert (way[-1][2] < way[0][2]).all()

    def test_frames_on_the_way_do_not_change_the_end(self, players):
        detector = of(players)
        few, many = (list(detector.search(SPOILED, steps=12, frames=frames))[-1] for frames in (1, 6))
        np.testing.assert_allclose(few[1], many[1], atol=1e-4)

    def test_a_part_that_the_generator_drew_is_found_better_than_one_it_can_not_draw(self, players):
        noise = np.random.default_rng(5).standard_normal((4, 8), dtype=np.float32)
        drawn = (players[0](noise, training=False).numpy() + 1) / 2
        spoiled = drawn.copy()
        spoiled[:, 8:16, 8:16] = 1 - spoiled[:, 8:16, 8:16]
        detector = of(players, search_steps=150, restarts=3)
        assert (detector.score(drawn) < detector.score(spoiled)).all()

    def test_more_starts_never_leave_more(self, players):
        one, three = (of(players, search_steps=5, restarts=n).score(SPOILED) for n in (1, 3))
        assert (three <= one + 1e-6).all()


class TestFormula:
    def test_the_score_is_that_of_the_paper_with_means_for_sums(self, players):
        detector = of(players, search_steps=3, feature_weight=0.3)
        again = detector.reconstruct(SPOILED) * 2 - 1
        x = SPOILED * 2 - 1
        f, f_again = (detector.critic(picture, training=False)[0].numpy() for picture in (x, again))
        expected = 0.7 * np.abs(x - again).mean(axis=(1, 2, 3)) + 0.3 * np.abs(f - f_again).mean(axis=1)
        np.testing.assert_allclose(detector.score(SPOILED), expected, rtol=1e-3)

    @pytest.mark.slow
    def test_the_map_is_the_absolute_residual(self, players):
        detector = of(players, search_steps=3)
        residual = 2 * np.abs(SPOILED - detector.reconstruct(SPOILED)).mean(axis=-1)
        np.testing.assert_allclose(detector._anomaly_map(SPOILED), residual, atol=1e-4)

    def test_the_local_maximum_takes_the_place_of_the_pixels_mean_alone(self, players):
        mean, local = (of(players, search_steps=3, pooling=pooling) for pooling in ("mean", "max"))
        gain = 0.9 * (mean.anomaly_map(SPOILED).max(axis=(1, 2)) - mean._anomaly_map(SPOILED).mean(axis=(1, 2)))
        np.testing.assert_allclose(local.score(SPOILED) - mean.score(SPOILED), gain, rtol=1e-3)


def test_it_is_made_from_a_trained_gan_and_kept(players, tmp_path):
    detector = of(players, search_steps=3)
    assert detector.image_shape == (32, 32, 1)
    detector.save(tmp_path)
    np.testing.assert_allclose(detectors.load(tmp_path).score(SPOILED), detector.score(SPOILED), rtol=1e-4)


@pytest.mark.parametrize(("settings", "word"), [({"feature_weight": 1.5}, "1.5"), ({"restarts": 0}, "at least one")])
def test_settings_that_make_no_sense_are_named(settings, word):
    with pytest.raises(ValueError, match=word):
        detectors.AnoGAN(**settings)
