"""Rows of tables: encoded by ranks, spoiled in known ways, ranked by a GAN and by methods with known answers."""

import numpy as np
import pandas as pd
import pytest

from gan_helpers import tabular
from gan_helpers.parts import SETTINGS


@pytest.fixture(scope="module")
def table():
    return tabular.process_rows(400, seed=1)


@pytest.fixture(scope="module")
def encoder(table):
    return tabular.RowEncoder().fit(table)


class TestRows:
    def test_same_seed_same_table(self, table):
        pd.testing.assert_frame_equal(table, tabular.process_rows(400, seed=1))
        assert not table.equals(tabular.process_rows(400, seed=2))

    def test_columns_are_settings_signals_and_press(self, table):
        assert list(table) == [*SETTINGS, *tabular.SIGNALS, "press"]
        assert set(table["press"]) == {"A", "B"}

    def test_a_worn_tool_draws_more_current_and_shakes_more(self, table):
        ranks = table[["tool_wear", "spindle_current", "vibration"]].corr("spearman")["tool_wear"]
        assert (ranks > 0.8).all()

    @pytest.mark.parametrize("kind", tabular.KINDS)
    def test_spoiling_leaves_the_table_as_it_was(self, table, kind):
        before = table.copy()
        spoiled = tabular.unusual_rows(table, kind, seed=3)
        pd.testing.assert_frame_equal(table, before)
        assert spoiled.shape == table.shape and not spoiled.equals(table)

    def test_a_dependency_row_holds_only_values_that_are_there(self, table):
        spoiled = tabular.unusual_rows(table, "dependency", seed=3)
        for name in tabular.SIGNALS:
            assert set(spoiled[name]) <= set(table[name])
        assert ((spoiled != table).sum(axis=1) <= 1).all()

    def test_a_global_row_has_one_value_far_away(self, table):
        moved = (tabular.unusual_rows(table, "global", seed=3) != table).sum(axis=1)
        assert (moved == 1).all()

    def test_the_wrong_press_is_the_other_one(self, table):
        spoiled = tabular.unusual_rows(table, "wrong press", seed=3)
        assert (spoiled["press"] != table["press"]).all()
        pd.testing.assert_frame_equal(spoiled.drop(columns="press"), table.drop(columns="press"))

    def test_an_unknown_kind_is_named(self, table):
        with pytest.raises(ValueError, match=r"'odd'.*dependency"):
            tabular.unusual_rows(table, "odd", seed=1)

    def test_breast_tissue_comes_with_its_labels(self):
        cells, malignant = tabular.breast_tissue()
        assert cells.shape == (569, 30) and malignant.sum() == 212


class TestEncoder:
    def test_numbers_come_out_standard_normal_whatever_their_tail(self, table, encoder):
        rows = encoder.transform(table)[:, : len(encoder.numbers)]
        assert rows.dtype == np.float32
        inner = np.clip(rows, -3, 3)  # the two ends are put at 5.2
        assert np.abs(np.median(inner, axis=0)).max() < 0.05
        assert np.abs(inner.std(axis=0) - 1).max() < 0.1

    def test_a_monotone_change_of_a_column_changes_nothing(self, table, encoder):
        stretched = table.assign(cycle_time=np.exp(table["cycle_time"]))
        again = tabular.RowEncoder().fit(stretched).transform(stretched)
        np.testing.assert_allclose(again, encoder.transform(table), atol=1e-3)

    def test_beyond_the_usual_rows_all_is_alike(self, table, encoder):
        from gan_helpers.tabular.encoding import BEYOND

        far = pd.concat([table.iloc[:1].assign(cycle_time=value) for value in (1e3, 1e9)])
        coded = encoder.transform(far)[:, encoder.names.index("cycle_time")]
        np.testing.assert_allclose(coded, BEYOND, atol=0.01)

    def test_a_category_never_seen_is_zero_everywhere(self, table, encoder):
        coded = encoder.transform(table.iloc[:1].assign(press="C"))
        assert encoder.names[-2:] == ["press = A", "press = B"]
        assert not coded[0, -2:].any()

    def test_the_order_of_columns_does_not_matter(self, table, encoder):
        np.testing.assert_array_equal(encoder.transform(table[table.columns[::-1]]), encoder.transform(table))

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda table: table.drop(columns="vibration"), "vibration"),
            (lambda table: table.assign(vibration=np.nan), r"vibration.*row 0"),
            (lambda table: table.assign(vibration=np.inf), "vibration"),
        ],
    )
    def test_a_bad_column_is_named(self, table, encoder, spoil, said):
        with pytest.raises(ValueError, match=said):
            encoder.transform(spoil(table))

    def test_too_few_rows_are_refused(self, table):
        with pytest.raises(ValueError, match="9 rows"):
            tabular.RowEncoder().fit(table.iloc[:9])


class TestRivals:
    def test_mahalanobis_is_the_textbook_distance(self):
        rows = np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32)
        score = tabular.rivals(rows)["Mahalanobis"]
        np.testing.assert_allclose(score(np.array([[3.0, 4.0]])), 25, rtol=0.1)

    def test_those_that_know_correlations_find_a_broken_one(self, table, encoder):
        rows, day = encoder.transform(table), tabular.process_rows(300, seed=2)
        spoiled = encoder.transform(tabular.unusual_rows(day, "dependency", seed=3))
        board = tabular.ranked(tabular.rivals(rows), encoder.transform(day), {"dependency": spoiled})["dependency"]
        assert board["Mahalanobis"] > 0.62  # measured with 2,000 rows to learn from, five seeds: 0.70 to 0.72
        assert board["isolation forest"] < board["Mahalanobis"] - 0.05  # there 0.53 to 0.55

    def test_everybody_finds_what_is_far_outside(self, table, encoder):
        day = tabular.process_rows(300, seed=2)
        far = {"far": encoder.transform(day).copy() + 8}
        assert (
            (tabular.ranked(tabular.rivals(encoder.transform(table)), encoder.transform(day), far) > 0.99).all().all()
        )


@pytest.fixture(scope="module")
def fitted(table, encoder):
    return tabular.TableGAN(seed=1, steps=30, encoder_steps=20, width=16).fit(encoder.transform(table))


class TestTableGAN:
    def test_both_scores_are_one_finite_number_a_row(self, fitted, table, encoder):
        rows = encoder.transform(table)[:7]
        for score in tabular.scorers(fitted).values():
            assert score(rows).shape == (7,) and np.isfinite(score(rows)).all()

    def test_the_score_is_what_is_left_over(self, fitted, table, encoder):
        rows = encoder.transform(table)[:5]
        np.testing.assert_allclose(fitted.score(rows), ((rows - fitted.redraw(rows)) ** 2).mean(axis=1), rtol=1e-5)

    def test_a_row_far_away_scores_higher(self, fitted, table, encoder):
        rows = encoder.transform(table)[:20]
        assert (fitted.score(rows + 20) > fitted.score(rows)).all()

    @pytest.mark.slow
    def test_the_generator_stands_still_while_the_encoder_learns(self, table, encoder):
        rows = encoder.transform(table)
        drawn = [tabular.TableGAN(seed=1, steps=5, encoder_steps=steps, width=8).fit(rows).draw(4) for steps in (1, 10)]
        np.testing.assert_array_equal(*drawn)

    def test_misuse_is_named(self, fitted):
        with pytest.raises(RuntimeError, match="not fitted"):
            tabular.TableGAN().score(np.zeros((1, 3)))
        with pytest.raises(ValueError, match=r"\(1, 3\).*columns"):
            fitted.score(np.zeros((1, 3)))
        with pytest.raises(ValueError, match=r"'mean'.*critic"):
            fitted.score(np.zeros((1, 10)), by="mean")
        with pytest.raises(ValueError, match="two rows"):
            tabular.TableGAN().fit(np.zeros((1, 3)))
