"""The failure clinic: settings that differ where they should, and signs that mean what they say."""

import numpy as np
import pandas as pd
import pytest

from gan_helpers import clinic

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    smooth = rng.uniform(0.1, 0.9, (60, 8, 8, 1)).repeat(4, axis=1).repeat(4, axis=2)
    smooth = smooth + rng.normal(0, 0.02, smooth.shape)  # a photograph has some grain
    return smooth[:40].astype(np.float32), smooth[40:].astype(np.float32)


def curves(**values):
    columns = {"slope": 0.1, "real_output": 0.2, "made_output": 0.0} | values
    return pd.DataFrame({name: np.full(20, value) for name, value in columns.items()})


def test_every_case_differs_from_health_only_in_known_settings():
    for case in clinic.CASES.values():
        assert set(case.broken) | set(case.cured) <= set(clinic.HEALTHY)
        assert case.broken != case.cured
        assert all(text.endswith(".") for text in (case.signs, case.cause, case.cure))


@pytest.mark.parametrize("letter", clinic.CASES)
def test_every_case_runs_broken_and_cured(letter, pictures):
    case = clinic.CASES[letter]
    for settings in (case.broken, case.cured):
        run = clinic.run(settings, *pictures, rounds=2)
        assert run.made.shape == (clinic.SHOWN, 32, 32, 1)
        assert 0 <= run.made.min() <= run.made.max() <= 1
        assert np.isfinite(list(run.signs.values())).all()
        assert run.settings == clinic.HEALTHY | settings


def test_a_setting_that_there_is_not_is_named(pictures):
    with pytest.raises(ValueError, match="no setting 'speed'"):
        clinic.run({"speed": 2}, *pictures)


class TestSigns:
    def test_real_pictures_are_healthy(self, pictures):
        learnt_from, held_out = pictures
        signs = clinic.vital_signs(curves(), held_out, learnt_from, held_out)
        assert signs["spread"] == pytest.approx(1)
        assert signs["checkerboard"] == pytest.approx(1)
        assert signs["gap"] == pytest.approx(0.2)
        assert signs["copies"] <= 0.1

    def test_copies_are_found(self, pictures):
        learnt_from, held_out = pictures
        assert clinic.vital_signs(curves(), learnt_from[:20], learnt_from, held_out)["copies"] == 1

    def test_one_picture_again_and_again_has_no_spread(self, pictures):
        learnt_from, held_out = pictures
        alike = np.repeat(held_out[:1], 20, axis=0)
        assert clinic.vital_signs(curves(), alike, learnt_from, held_out)["spread"] < 1e-9

    def test_a_grid_over_the_pictures_is_a_checkerboard(self, pictures):
        learnt_from, held_out = pictures
        grid = 0.2 * (np.indices((32, 32)).sum(axis=0) % 2)[None, ..., None]
        assert clinic.vital_signs(curves(), held_out + grid, learnt_from, held_out)["checkerboard"] > 2

    def test_slope_and_gap_are_those_of_the_end(self, pictures):
        learnt_from, held_out = pictures
        table = curves()
        table.loc[18:, ["slope", "real_output"]] = [3.0, 7.0]
        signs = clinic.vital_signs(table, held_out, learnt_from, held_out)
        assert (signs["slope"], signs["gap"]) == pytest.approx((3.0, 7.0))
