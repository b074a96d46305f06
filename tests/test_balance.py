"""Forged defects: seeded, masked exactly, faint and plain ones, and never beyond what a picture can hold."""

import numpy as np
import pytest

from gan_helpers import balance
from gan_helpers.balance.forging import FAINTEST

RNG = np.random.default_rng(3)
GREY = np.clip(0.5 + 0.1 * RNG.standard_normal((20, 64, 64, 1)), 0, 1).astype(np.float32)
COLOUR = RNG.uniform(0.2, 0.8, (6, 32, 32, 3)).astype(np.float32)


class TestForger:
    @pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
    def test_what_is_outside_the_mask_is_hardly_changed(self, images):
        forged, masks = balance.Forger(images.shape[1]).forge(images, seed=1)
        change = np.abs(forged - images).max(axis=-1)
        assert forged.shape == images.shape and forged.dtype == np.float32
        assert masks.shape == images.shape[:3] and masks.dtype == bool
        assert masks.any(axis=(1, 2)).all()
        # one defect's own mask leaves out what changes less than a quarter of its strongest change
        assert change[~masks].max() <= 0.5
        assert change[~masks].mean() < 0.1 * change[masks].mean()
        assert (change[masks] > 0).mean() > 0.95
        assert forged.min() >= 0 and forged.max() <= 1

    def test_a_single_defect_is_masked_where_it_is_seen(self):
        forger = balance.Forger(64, families=["blob"], fills=["tone"], most=1)
        forged, masks = forger.forge(GREY, seed=4)
        change = np.abs(forged - GREY).max(axis=-1)
        for part, mask in zip(change, masks, strict=True):
            np.testing.assert_array_equal(mask, part > max(FAINTEST, 0.25 * part.max()))

    def test_the_parts_that_were_given_stay_as_they_are(self):
        before = GREY.copy()
        balance.Forger(64).forge(GREY, seed=1)
        np.testing.assert_array_equal(GREY, before)

    def test_the_same_seed_forges_the_same_and_another_does_not(self):
        forger = balance.Forger(64)
        first, again, other = (forger.forge(GREY, seed=seed)[0] for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert (first != other).any(axis=(1, 2, 3)).all()

    @pytest.mark.parametrize("family", balance.FAMILIES)
    def test_outlines_are_shares_and_leave_nothing_out(self, family):
        for side in (6, 17, 64):
            outlines = np.stack([balance.FAMILIES[family](side, np.random.default_rng(seed)) for seed in range(30)])
            assert outlines.shape == (30, side, side) and outlines.dtype == np.float32
            assert outlines.min() >= 0 and outlines.max() <= 1
            assert np.mean(outlines.max(axis=(1, 2)) > 0.3) > 0.8

    @pytest.mark.parametrize("fill", balance.FILLS)
    def test_every_filling_changes_a_textured_part(self, fill):
        forged, masks = balance.Forger(64, fills=[fill]).forge(GREY, seed=5)
        assert masks.any(axis=(1, 2)).mean() > 0.9
        assert np.isfinite(forged).all()

    def test_scratches_are_thin_and_blobs_are_not(self):
        def thickness(family):
            masks = balance.Forger(64, families=[family], fills=["tone"], most=1).forge(GREY, seed=6)[1]
            inner = (
                masks[:, 1:-1, 1:-1]
                & masks[:, 2:, 1:-1]
                & masks[:, :-2, 1:-1]
                & masks[:, 1:-1, 2:]
                & masks[:, 1:-1, :-2]
            )
            return inner.sum() / masks.sum()

        assert thickness("scratch") < 0.35 < thickness("blob")

    def test_strengths_run_from_hardly_visible_to_plain(self):
        forger = balance.Forger(64, families=["blob"], fills=["tone"], most=1)
        change = np.abs(forger.forge(np.tile(GREY, (20, 1, 1, 1)), seed=7)[0] - np.tile(GREY, (20, 1, 1, 1)))
        strongest = change.max(axis=(1, 2, 3))
        assert np.quantile(strongest, 0.1) < 0.1 and np.quantile(strongest, 0.9) > 0.3

    def test_black_parts_do_not_stop_it(self):
        black = np.zeros((4, 64, 64, 1), np.float32)
        forged, masks = balance.Forger(64, fills=["shade", "tone"]).forge(black, seed=8)
        assert ((forged > FAINTEST).any(axis=(1, 2, 3)) == masks.any(axis=(1, 2))).all()

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            ({"families": ["dragon"]}, "perlin"),
            ({"fills": "tone"}, "list"),
            ({"fills": []}, "list"),
            ({"most": 0}, "least"),
        ],
    )
    def test_what_it_cannot_forge_is_said(self, arguments, word):
        with pytest.raises(ValueError, match=word):
            balance.Forger(64, **arguments)

    def test_another_size_is_met_at_the_door(self):
        with pytest.raises(ValueError, match="64"):
            balance.Forger(64).forge(COLOUR, seed=1)


class TestVary:
    def test_parts_move_by_at_most_the_reach(self):
        dot = np.zeros((50, 64, 64, 1), np.float32)
        dot[:, 30, 40] = 1
        moved = balance.vary(dot, np.random.default_rng(1), move=2 / 64, gain=0, offset=0)
        places = np.array([np.unravel_index(part.argmax(), part.shape)[:2] for part in moved])
        assert np.abs(places - (30, 40)).max() == 2
        assert len(np.unique(places, axis=0)) > 10

    def test_light_changes_as_much_as_asked(self):
        flat = np.full((2000, 8, 8, 1), 0.5, np.float32)
        light = balance.vary(flat, np.random.default_rng(1), gain=0.05, offset=0).mean(axis=(1, 2, 3))
        assert np.log(light / 0.5).std() == pytest.approx(0.05, rel=0.1)

    def test_nothing_changes_when_nothing_is_asked(self):
        same = balance.vary(GREY, np.random.default_rng(1), move=0, gain=0, offset=0)
        np.testing.assert_array_equal(same, GREY)
