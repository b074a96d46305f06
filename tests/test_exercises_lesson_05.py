"""The checks of lesson 05: right in any form, wrong said so; and what the lesson has built is what the package does."""

import inspect

import numpy as np
import pytest

from gan_helpers import datasets, decisions, detectors
from gan_helpers.detectors import base
from gan_helpers.exercises import lesson_05
from gan_helpers.exercises.lesson_05 import anogan_score, lesson, local_maximum, paste


def judged(key, answer):
    return lesson.exercises[key].judge(answer)


@pytest.fixture(scope="module")
def plates():
    return datasets.load_parts()


class TestAnoganScore:
    def test_a_sum_over_channels_written_out_is_as_right(self):
        def anogan_score(part, drawn, seen, seen_again, weight):
            pixels = np.abs(part - drawn).reshape(len(part), -1).mean(axis=1)
            return pixels + weight * (np.abs(seen - seen_again).mean(axis=-1) - pixels)

        assert judged("5.1", anogan_score) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda part, drawn, seen, again, weight: (
                weight * np.abs(part - drawn).mean(axis=(1, 2, 3)) + (1 - weight) * np.abs(seen - again).mean(axis=1)
            ),
            lambda part, drawn, seen, again, weight: (
                (1 - weight) * np.square(part - drawn).mean(axis=(1, 2, 3)) + weight * np.abs(seen - again).mean(axis=1)
            ),
            lambda part, drawn, seen, again, weight: (
                (1 - weight) * np.abs(part - drawn).sum(axis=(1, 2, 3)) + weight * np.abs(seen - again).sum(axis=1)
            ),
        ],
        ids=["weights swapped", "squares", "sums"],
    )
    def test_other_formulas_are_told_how_far_off_they_are(self, wrong):
        assert "expected" in judged("5.1", wrong)

    def test_one_number_for_the_whole_batch_is_no_score(self):
        assert "shape () instead of (3,)" in judged(
            "5.1", lambda part, drawn, seen, again, weight: np.abs(part - drawn).mean()
        )

    def test_it_is_what_the_search_makes_small(self):
        from gan_helpers import networks

        critic = networks.discriminator((32, 32, 1), base=4)
        searcher = detectors.AnoGAN.from_gan(networks.generator((32, 32, 1), base=4), critic, search_steps=3)
        parts = np.random.default_rng(1).uniform(0, 1, (2, 32, 32, 1)).astype(np.float32)
        *_, (_, drawn, left) = searcher.search(parts)
        pictures = datasets.to_tanh(parts), datasets.to_tanh(drawn)
        features = (np.asarray(critic(picture, training=False)[0]) for picture in pictures)
        assert anogan_score(*pictures, *features, searcher.feature_weight) == pytest.approx(left, rel=1e-3)


class TestLocalMaximum:
    def test_it_is_the_package_s_pooling(self):
        maps = np.random.default_rng(2).uniform(0, 1, (3, 64, 64))
        assert local_maximum(maps) == pytest.approx(base.pooled(maps, "max"), rel=1e-4)

    def test_the_largest_pixel_is_not_the_largest_place(self):
        assert "expected" in judged("5.2", lambda residuals, blur=2.0: residuals.max(axis=(1, 2)))

    def test_a_blur_over_the_parts_as_well_is_noticed(self):
        from scipy.ndimage import gaussian_filter

        wrong = judged("5.2", lambda residuals, blur=2.0: gaussian_filter(residuals, blur, mode="nearest").max((1, 2)))
        assert "expected" in wrong


class TestPaste:
    def test_a_mixture_written_out_is_as_right(self):
        def paste(part, piece, outline):
            spoiled = (1 - outline) * part + outline * piece
            return spoiled, (np.abs(spoiled - part) > 0.02).any(axis=-1)

        assert judged("5.3", paste) is None

    def test_either_fault_alone_is_noticed(self):
        def right_picture(part, piece, outline):
            return part + outline * (piece - part), outline[..., 0] > 0

        def right_mask(part, piece, outline):
            return part + outline * piece, paste(part, piece, outline)[1]

        assert "value 2 of 2" in judged("5.3", right_picture)
        assert "value 1 of 2" in judged("5.3", right_mask)

    def test_where_nothing_changes_nothing_is_marked(self):
        _, mask = paste(lesson_05.PART, lesson_05.PART, lesson_05.OUTLINE)
        assert not mask.any()


class TestPlayed:
    def test_ten_percent_escapes_cost_pca_what_the_lesson_says(self, plates):
        three_lots = plates.train.group_names[-3:]
        learn = plates.train[~np.isin(plates.train.groups, three_lots)]
        scores = detectors.PCAReconstruction(64).fit(learn.images).score(plates.test.images)
        curve = decisions.cost_curve(plates.test.labels, scores, 0.01, 200, 5)
        near = curve.overkill_rates[(curve.escape_rates > 0.095) & (curve.escape_rates <= 0.105)]
        assert all(judged("5.5", float(rate)) is None for rate in near)
        assert len(near)

    def test_the_least_p_value_is_that_of_the_plates_held_out(self, plates):
        assert len(plates.calibration) == lesson_05.CALIBRATION_PLATES
        least = decisions.conformal_p_values(np.arange(len(plates.calibration)), [1e9])[0]
        assert judged("5.6", least) is None
        assert judged("5.6", round(least, 4)) is None

    def test_zero_is_no_p_value(self):
        assert "too low" in judged("5.6", 0.0)


def test_every_function_of_the_exercises_says_what_it_returns():
    for function in (anogan_score, local_maximum, paste):
        assert inspect.getdoc(function).startswith("Return")
