"""The simulated line: known odds, exact masks, the same bytes again, hard enough to teach."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation

from gan_helpers import datasets, decisions, detectors, parts, settings
from gan_helpers.parts import line
from gan_helpers.parts.dataset import sample_campaign

NOMINAL = {name: (knob.low + knob.high) / 2 for name, knob in parts.SETTINGS.items()}  # u = 0 everywhere


@pytest.fixture(scope="module")
def table():
    """Return forty parts, five of each defect, from one campaign."""
    table = parts.simulate_line(400, seed=3).iloc[::10].reset_index(drop=True)
    table["kind"] = np.repeat(parts.DEFECT_KINDS, 5)
    table["severity"] = np.tile([0.0, 0.25, 0.5, 0.75, 1.0], 8)
    return table


class TestLine:
    def test_probabilities_sum_to_one(self):
        probabilities = parts.defect_probabilities(parts.simulate_line(500, seed=0))
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)

    @pytest.mark.parametrize("kind", parts.DEFECT_KINDS)
    def test_in_the_middle_of_all_ranges_the_odds_are_the_constant(self, kind):
        probabilities = parts.defect_probabilities(NOMINAL).iloc[0]
        assert np.log(probabilities[kind] / probabilities["good"]) == pytest.approx(line._LOG_ODDS[kind][0])

    def test_the_line_makes_each_defect_as_often_as_its_odds_say(self):
        made = parts.simulate_line(40_000, seed=5)
        expected = parts.defect_probabilities(made).sum()
        for kind in parts.DEFECT_KINDS:
            assert abs((made["kind"] == kind).sum() - expected[kind]) < 4.5 * np.sqrt(expected[kind]), kind

    def test_hot_melt_makes_more_pores_and_cold_melt_more_cracks(self):
        cold, hot = (parts.defect_probabilities(NOMINAL | {"melt_temperature": t}).iloc[0] for t in (670.0, 730.0))
        assert hot["porosity"] > 2 * cold["porosity"]
        assert cold["crack"] > 2 * hot["crack"]

    def test_no_random_settings_are_cheaper_than_the_best(self):
        best, cost = parts.best_settings()
        rng = np.random.default_rng(0)
        tried = pd.DataFrame({n: rng.uniform(k.low, k.high, 4000) for n, k in parts.SETTINGS.items()})
        assert cost == pytest.approx(parts.expected_cost(best)[0])
        assert parts.expected_cost(tried).min() >= cost

    def test_the_usual_settings_leave_something_to_gain(self):
        usual = parts.expected_cost({name: knob.usual for name, knob in parts.SETTINGS.items()})[0]
        assert usual > 1.2 * parts.best_settings()[1]

    def test_the_tool_wears_from_part_to_part_until_it_is_changed(self):
        wear = parts.simulate_line(3000, seed=1)["tool_wear"].to_numpy()
        steps = np.diff(wear)
        changes = steps < 0
        assert np.allclose(steps[~changes], 0.0004, atol=1e-4)
        assert 1 <= changes.sum() <= 5
        assert wear.max() <= parts.SETTINGS["tool_wear"].high

    def test_light_drifts_between_lots_and_stands_still_within(self):
        made = parts.simulate_line(800, seed=2, lot_size=40)
        assert (made.groupby("lot")["light_gain"].nunique() == 1).all()
        assert made["light_gain"].nunique() == 20

    @pytest.mark.parametrize(
        ("settings", "word"),
        [
            ({"melt_temperature": 700.0}, "mould_pressure"),
            (NOMINAL | {"tool_wear": 0.9}, "tool_wear"),
            (NOMINAL | {"coolant_flow": np.nan}, "coolant_flow"),
        ],
    )
    def test_settings_that_the_line_does_not_have_are_named(self, settings, word):
        with pytest.raises(ValueError, match=word):
            parts.defect_probabilities(settings)

    def test_an_empty_production_is_refused(self):
        with pytest.raises(ValueError, match="at least 1"):
            parts.simulate_line(0, seed=0)


class TestRendering:
    def test_the_same_rows_give_the_same_bytes_in_any_batch(self, table):
        whole, masks = parts.render_parts(table)
        again, _ = parts.render_parts(table)
        piece, piece_masks = parts.render_parts(table.iloc[11:14])
        np.testing.assert_array_equal(whole, again)
        np.testing.assert_array_equal(whole[11:14], piece)
        np.testing.assert_array_equal(masks[11:14], piece_masks)

    @pytest.mark.parametrize("size", [64, 128])
    def test_a_defect_changes_the_picture_inside_its_mask_and_nowhere_else(self, table, size):
        spoiled, masks = parts.render_parts(table, size)
        whole, _ = parts.render_parts(table.assign(kind="good"), size)
        change = np.abs(spoiled.astype(int) - whole)
        for i, mask in enumerate(masks):
            name = f"{table['kind'][i]} of severity {table['severity'][i]}"
            near = binary_dilation(mask, iterations=size // 16)
            assert change[i][~near].max() <= 3, name
            assert change[i][mask].mean() >= 6, name  # twice the grain of the camera
            assert change[i][mask].mean() > 4 * change[i][~mask].mean(), name

    def test_good_parts_have_an_empty_mask(self, table):
        _, masks = parts.render_parts(table.assign(kind="good", severity=0.0))
        assert not masks.any()

    def test_every_defect_has_a_mask_even_at_the_least_severity(self, table):
        _, masks = parts.render_parts(table.assign(severity=0.0))
        assert masks.any(axis=(1, 2)).all()

    def test_severity_makes_a_defect_larger(self, table):
        small, large = (parts.render_parts(table.assign(severity=s))[1] for s in (0.0, 1.0))
        for kind in set(parts.DEFECT_KINDS) - {"missing_hole"}:
            rows = (table["kind"] == kind).to_numpy()
            assert large[rows].sum() > 1.2 * small[rows].sum(), kind

    def test_the_picture_uses_the_range_without_clipping(self, table):
        images, _ = parts.render_parts(table.assign(kind="good"), 128)
        assert np.quantile(images, 0.999) > 190
        assert (images == 255).mean() < 1e-3
        assert images.std() > 35

    def test_wear_deepens_the_machining_marks(self, table):
        def roughness(wear):
            images, _ = parts.render_parts(table.assign(kind="good", tool_wear=wear), 128)
            return np.diff(images.astype(float), axis=2).std()

        assert roughness(0.4) > 1.02 * roughness(0.0)

    @pytest.mark.parametrize(
        ("change", "word"),
        [({"kind": "wormhole"}, "wormhole"), ({"melt_temperature": 900.0}, "melt_temperature")],
    )
    def test_a_row_that_can_not_be_rendered_is_named(self, table, change, word):
        with pytest.raises(ValueError, match=word):
            parts.render_parts(table.assign(**change))

    def test_a_missing_column_and_an_odd_size_are_named(self, table):
        with pytest.raises(ValueError, match="light_gain"):
            parts.render_parts(table.drop(columns="light_gain"))
        with pytest.raises(ValueError, match="16"):
            parts.render_parts(table, size=16)


class TestCommittedSet:
    folder = settings.data_folder() / "parts"

    def test_every_file_is_as_its_checksum_says(self):
        sums = dict(reversed(row.split("  ")) for row in (self.folder / "SHA256SUMS").read_text().splitlines())
        present = {p.relative_to(self.folder).as_posix(): p for p in self.folder.rglob("*") if p.is_file()}
        present.pop("SHA256SUMS")
        assert present.keys() == sums.keys()
        assert not [
            name for name, path in present.items() if hashlib.sha256(path.read_bytes()).hexdigest() != sums[name]
        ]

    def test_the_code_still_makes_it(self):
        table = sample_campaign()
        kept = pd.read_csv(self.folder / "process.csv", parse_dates=["time"])
        pd.testing.assert_frame_equal(table, kept, check_dtype=False)
        some = table.iloc[::43]
        images, _ = parts.render_parts(some, 128)
        for name, image in zip(some["name"], images, strict=True):
            with Image.open(self.folder / name) as file:
                difference = np.abs(np.asarray(file).astype(int) - image)
            assert difference.max() <= 1, name  # processors round the last bit of an exponential differently
            assert (difference > 0).mean() < 0.01, name

    def test_it_is_hard_for_trivial_detectors(self):
        split = datasets.load_parts(64)
        for detector, most in (
            (detectors.MeanBrightness(), 0.60),
            (detectors.PCAReconstruction(), 0.80),
            (detectors.PCAReconstruction(128), 0.80),
        ):
            scores = detector.fit(split.train.images).score(split.test.images)
            assert decisions.auroc(split.test.labels, scores) <= most, detector.name

    def test_a_small_set_of_its_kind_can_be_written_and_loaded(self, tmp_path):
        table = parts.write_dataset(tmp_path / "set", size=32, per_kind=12)
        split = datasets.load_parts(32, folder=tmp_path / "set")
        assert len(table) == 12 * 10
        assert len(split.train) + len(split.calibration) == 12
        assert len(split.test.defective) == 12 * 8
        assert not split.shared_groups

    def test_a_folder_with_something_in_it_is_left_alone(self, tmp_path):
        (tmp_path / "mine.txt").write_text("precious")
        with pytest.raises(ValueError, match="not empty"):
            parts.write_dataset(tmp_path)
        assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
