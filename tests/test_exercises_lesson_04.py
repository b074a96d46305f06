"""The checks of lesson 04 ask for what they demand, and for nothing else."""

import numpy as np
import pytest

from gan_helpers.exercises import lesson_04


def verdict(key, answer):
    return lesson_04.lesson.exercises[key].judge(answer)


class TestBetween:
    def test_weights_on_a_circle_keep_the_law(self):
        turn = np.pi / 2
        assert verdict("4.2", lambda a, b, share: np.cos(share * turn) * a + np.sin(share * turn) * b) is None

    def test_the_way_along_the_sphere_is_right(self):
        def slerp(first, second, share):
            cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
            angle = np.arccos(cosine)
            return (np.sin((1 - share) * angle) * first + np.sin(share * angle) * second) / np.sin(angle)

        assert verdict("4.2", slerp) is None

    @pytest.mark.parametrize(
        ("mixture", "complaint"),
        [
            (lambda a, b, share: (1 - share) * a + share * b, "divide the mixture"),
            (lambda a, b, share: a, "has to give `second`"),
            (lambda a, b, share: b if share == 1 else a, "nothing of `second`"),
        ],
    )
    def test_others_are_told_why_not(self, mixture, complaint):
        assert complaint in verdict("4.2", mixture)


def doctor(*, spread=100.0, without_slope=False):
    """Make a doctor who takes too much spread for noise, or one who never looks at the slope."""

    def diagnose(signs):
        if signs["copies"] > 0.3:
            return "copying"
        if signs["checkerboard"] > 1.5:
            return "checkerboard"
        if signs["spread"] > spread:
            return "vanishing gradient"
        if signs["spread"] < 0.2:
            return "mode collapse"
        if without_slope and signs["gap"] > 5:
            return "vanishing gradient" if signs["gap"] > 40 else "D too strong"
        if signs["gap"] > 5:
            return "vanishing gradient" if signs["slope"] < 0.05 else "D too strong"
        return "healthy"

    return diagnose


class TestDoctor:
    def test_one_who_looks_at_slope_and_gap_together_is_right(self):
        assert verdict("4.5", doctor()) is None

    def test_spread_above_that_of_plates_is_no_illness(self):
        assert "patients are right" in verdict("4.5", doctor(spread=1.2))

    def test_the_gap_alone_does_not_tell_a_from_c(self):
        assert "patients are right" in verdict("4.5", doctor(without_slope=True))
