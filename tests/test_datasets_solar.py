"""Real solar cells: what is taken, what is left out, and how hard they are."""

import sys
from functools import lru_cache

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from gan_helpers.datasets import DataError, load_solar_cells
from gan_helpers.datasets.solar import MODULE_SIZES


def names(parts):
    return set(parts.names.tolist())


def rows(parts):
    return parts.images.reshape(len(parts), -1)


@pytest.fixture(scope="module")
def cells():
    return load_solar_cells()


@pytest.fixture(scope="module")
def at_random():
    return load_solar_cells(split_by="random")


@lru_cache
def figures(split):
    """Return the AUROC of low brightness, PCA reconstruction and k-NN among the components."""
    labels, train, test = split.test.labels, rows(split.train), rows(split.test)
    pca = PCA(64, svd_solver="randomized", random_state=0).fit(train)
    codes = pca.transform(test)
    error = ((test - pca.inverse_transform(codes)) ** 2).mean(axis=1)
    distance = NearestNeighbors(n_neighbors=5).fit(pca.transform(train)).kneighbors(codes)[0].mean(axis=1)
    return tuple(roc_auc_score(labels, score) for score in (-test.mean(axis=1), error, distance))


def test_the_module_sizes_add_up_to_the_44_modules_and_2624_cells_of_the_package():
    assert (len(MODULE_SIZES), sum(MODULE_SIZES)) == (44, 2624)


def test_every_sure_monocrystalline_cell_is_there_once(cells):
    sides = (cells.train, cells.calibration, cells.test)
    assert sum(int((side.labels == 0).sum()) for side in sides) == 588
    assert sum(int((side.labels == 1).sum()) for side in sides) == 313
    assert len(set.union(*map(names, sides))) == 588 + 313


def test_what_was_left_out_is_said(cells):
    assert cells.train.notes == ("173 cells of doubtful label (probability 1/3 or 2/3) left out.",)
    assert cells.train.licence == "CC BY-NC-SA 4.0" and "10.1016/j.solener.2019.02.067" in cells.train.source


def test_good_cells_of_one_module_stay_on_one_side(cells):
    sides = [set(side.good.groups.tolist()) for side in (cells.train, cells.calibration, cells.test)]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
    assert 0.45 < len(cells.train) / 588 < 0.6
    assert len(cells.calibration.group_names) >= 2


def test_modules_of_mostly_defective_cells_are_never_learnt_from():
    mostly_bad = {"module_00", "module_06", "module_07", "module_08", "module_23"}
    for seed in range(20):
        split = load_solar_cells(seed=seed)
        assert not mostly_bad & {*split.train.group_names, *split.calibration.group_names}
        assert mostly_bad <= set(split.test.group_names)


def test_unseen_defects_share_no_module_with_train_or_calibration():
    split = load_solar_cells(defects="unseen")
    assert split.shared_groups == []
    assert "left out" in split.test.notes[-1]
    left_out = int(split.test.notes[-1].split()[0])
    assert len(split.test.defective) == 313 - left_out


def test_a_seed_gives_one_cut_and_another_seed_another():
    first, again, other = (load_solar_cells(seed=seed) for seed in (5, 5, 6))
    assert first.train.names.tolist() == again.train.names.tolist()
    assert set(first.train.group_names) != set(other.train.group_names)


def test_the_default_cut_gives_the_reference_figures(cells):
    np.testing.assert_allclose(figures(cells), (0.76, 0.85, 0.75), atol=0.03)


def test_a_random_split_flatters(cells, at_random):
    assert at_random.shared_groups
    honest, flattering = figures(cells), figures(at_random)
    assert flattering[1] > honest[1] + 0.05 and flattering[2] > honest[2] + 0.08


@pytest.mark.slow
def test_polycrystalline_cells_are_there_too():
    split = load_solar_cells(size=4, cell_type="polycrystalline")
    assert len(split.test.defective) == 402
    assert len(split.train) + len(split.calibration) + len(split.test.good) == 920


@pytest.mark.parametrize("wrong", [{"cell_type": "mono"}, {"split_by": "block"}, {"defects": "none"}, {"size": 0}])
def test_an_unknown_argument_is_named(wrong):
    (argument,) = wrong
    with pytest.raises(DataError, match=f"{argument} is {wrong[argument]!r}"):
        load_solar_cells(**wrong)


def test_a_missing_package_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "elpv_dataset", None)
    with pytest.raises(DataError, match="pip install elpv-dataset"):
        load_solar_cells(size=7)  # a size that no other test has kept in memory
