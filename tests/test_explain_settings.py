"""Process settings: exact Shapley values, the simulator's truth, and trees that come near it."""

import numpy as np
import pandas as pd
import pytest

from gan_helpers import explain, parts
from gan_helpers.explain.process_settings import NAMES

BACKGROUND = explain.settings_table(60, seed=1, kind="experiment")[[*NAMES]]
ROWS = explain.settings_table(15, seed=2, kind="experiment")[[*NAMES]]


def test_exact_values_of_a_linear_function_are_weight_times_distance_from_the_mean():
    weights = pd.Series([0.5, -2.0, 30.0, 0.0], index=list(NAMES))
    shares = explain.exact_shapley(lambda table: table[[*NAMES]].to_numpy() @ weights, ROWS, BACKGROUND)
    pd.testing.assert_frame_equal(shares, weights * (ROWS - BACKGROUND.mean()))


def test_exact_values_share_a_product_out_evenly():
    table = pd.DataFrame({"a": [1.0], "b": [1.0]})
    shares = explain.exact_shapley(lambda rows: rows["a"] * rows["b"], table, pd.DataFrame({"a": [0.0], "b": [0.0]}))
    assert shares.iloc[0].tolist() == [0.5, 0.5]


def test_the_lines_true_values_add_up_to_its_log_odds():
    shares = explain.exact_shapley(explain.true_log_odds, ROWS, BACKGROUND)
    expected = explain.true_log_odds(ROWS) - explain.true_log_odds(BACKGROUND).mean()
    np.testing.assert_allclose(shares.sum(axis=1), expected, atol=1e-9)


def test_the_true_rate_is_the_lines_own():
    rate = explain.true_defect_rate(ROWS)
    np.testing.assert_allclose(rate, 1 - parts.defect_probabilities(ROWS)["good"])
    np.testing.assert_allclose(1 / (1 + np.exp(-explain.true_log_odds(ROWS))), rate)


def test_an_experiment_turns_every_knob_through_its_range_and_operation_hardly_three_of_them():
    experiment = explain.settings_table(4000, seed=3, kind="experiment")
    operation = explain.settings_table(4000, seed=3)
    for name, knob in parts.SETTINGS.items():
        used = (operation[name].quantile(0.95) - operation[name].quantile(0.05)) / (knob.high - knob.low)
        tried = (experiment[name].quantile(0.95) - experiment[name].quantile(0.05)) / (knob.high - knob.low)
        assert tried > 0.85
        assert used > 0.8 if name == "tool_wear" else used < 0.5
    assert experiment["defective"].mean() == pytest.approx(explain.true_defect_rate(experiment).mean(), abs=0.01)


def test_an_unknown_kind_of_table_is_named():
    with pytest.raises(ValueError, match=r"'dream'.*operation or experiment"):
        explain.settings_table(10, 1, kind="dream")


def test_tree_shap_gives_the_exact_values_of_the_model_of_trees():
    table = explain.settings_table(3000, seed=4, kind="experiment")
    model = explain.fit_trees(table, trees=12)
    found = explain.tree_shap(model, ROWS[:4], BACKGROUND)
    exact = explain.exact_shapley(lambda rows: model.decision_function(rows[[*NAMES]]), ROWS[:4], BACKGROUND)
    np.testing.assert_allclose(found, exact, atol=1e-5)


def test_on_an_experiment_trees_agree_with_the_line_on_every_setting():
    table = explain.settings_table(30_000, seed=5, kind="experiment")
    compared, _, _ = explain.compare_with_truth(explain.fit_trees(table), ROWS, BACKGROUND)
    assert (compared["agreement"] > 0.5).all()
    assert compared.index[0] == "tool_wear"
