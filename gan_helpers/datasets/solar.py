"""Real parts: electroluminescence images of solar cells, from the package ``elpv-dataset``."""

from functools import lru_cache
from importlib import resources

import numpy as np
import pandas as pd

from gan_helpers.datasets.partset import DataError, PartSet, Split
from gan_helpers.datasets.reading import checked_size, load_image

CELL_TYPES = {"monocrystalline": "mono", "polycrystalline": "poly"}
# The files are numbered module by module but carry no module number. The package speaks of 44 modules; these are
# the places where cell type or cell design changes between consecutive files, and they add up: 44 modules, 2,624 cells.
MODULE_SIZES = 20 * [60] + [54] + 9 * [60] + [50] + 5 * [60] + [72] + 3 * [60] + [48] + 3 * [60]
REFERENCE_CUT = 27  # the seed, of 0 to 29, nearest to 0.76, 0.85, 0.75: see `load_solar_cells`
SHARES = (0.5, 0.15)  # of the good cells in passable modules: train and calibration at least; the rest is for test
LICENCE = "CC BY-NC-SA 4.0"
SOURCE = (
    "ELPV data set: Deitsch et al. 2019, Solar Energy 185, 455-468, doi:10.1016/j.solener.2019.02.067; "
    "Buerhop-Lutz et al. 2018, 35th European PV Solar Energy Conference, doi:10.4229/35thEUPVSEC20182018-5CV.3.15"
)


def load_solar_cells(size=64, cell_type="monocrystalline", *, split_by="module", defects="all", seed=REFERENCE_CUT):
    """Load solar cells as good (defect probability 0) and defective (1), split by module.

    Under current a cell glows in the near infrared; cracks and dead areas stay dark. Experts gave every cell a
    probability of being defective. Cells on which they were not sure (1/3 and 2/3) are left out, because neither
    label would be honest; ``notes`` says how many.

    Parameters
    ----------
    size : int
        Side in pixels; the files have 300.
    cell_type : {"monocrystalline", "polycrystalline"}
        Monocrystalline cells are even grey, polycrystalline ones a patchwork of grains.
    split_by : {"module", "random"}
        ``"module"`` keeps the good cells of a module together. ``"random"`` deals good cells out one by one and
        so puts neighbours on both sides; it flatters, and is here to show by how much.
    defects : {"all", "unseen"}
        With ``split_by="module"``: ``"all"`` tests on every defective cell. Defective cells are never trained
        on, but some come from modules whose good cells are, which makes them harder to find, not easier.
        ``"unseen"`` leaves those out, so that no module stands on two sides.
    seed : int
        Decides which modules go where, and with eighteen modules that matters more than the choice of a method.
        At 64x64, monocrystalline, as AUROC (PCA: error of 64 components; k-NN: k = 5 among the components):

        ============================  ==============  ============  ===========
        cut                           low brightness  PCA           k-NN
        ============================  ==============  ============  ===========
        default                       0.76            0.85          0.75
        thirty seeds                  0.76 +- 0.05    0.75 +- 0.09  0.70 +- 0.05
        thirty, blocks of 60 files    0.76 +- 0.04    0.81 +- 0.07  0.74 +- 0.04
        thirty, ``"unseen"``          0.81 +- 0.04    0.85 +- 0.09  0.82 +- 0.05
        thirty, ``"random"``          0.78 +- 0.01    0.92 +- 0.01  0.86 +- 0.01
        ============================  ==============  ============  ===========

        The third row shows a leak: not every module has 60 cells, so blocks of 60 files tear some modules apart,
        and a handful of torn cells flatters already. The default is the cut, of the thirty, that gives the
        figures first measured for this course with one such cut. It is kind to PCA; compare methods on several
        cuts before you believe in a difference.

    Returns
    -------
    Split
        Grey images (n, size, size, 1), no masks. ``groups`` holds the module, found from the order of the files.
        Modules with more defective than good cells are always in test: no factory would learn "good" from them.

    Raises
    ------
    DataError
        If an argument is unknown or the package ``elpv-dataset`` is missing.

    References
    ----------
    Deitsch et al. 2019, doi:10.1016/j.solener.2019.02.067; Buerhop-Lutz et al. 2018,
    doi:10.4229/35thEUPVSEC20182018-5CV.3.15. The images are CC BY-NC-SA 4.0.
    """
    if split_by not in ("module", "random"):
        raise DataError(f"split_by is {split_by!r}; choose 'module' or 'random'.")
    if defects not in ("all", "unseen"):
        raise DataError(f"defects is {defects!r}; choose 'all' or 'unseen'.")
    table, images, notes = _cells(cell_type, checked_size(size))
    labels = (table["probability"] == 1).to_numpy(np.int8)
    modules = table["module"].to_numpy(str)
    rng = np.random.default_rng(seed)
    deal = _deal_modules if split_by == "module" else _deal_cells
    sides = deal(labels, modules, rng)
    if split_by == "module" and defects == "unseen":
        seen = np.isin(modules, modules[np.isin(sides, ("train", "calibration"))])
        left_out = (labels == 1) & seen
        sides[left_out] = ""
        notes += (f"{left_out.sum()} defective cells of modules in train or calibration left out.",)
    keep = sides != ""
    table, sides = table[keep], sides[keep]
    parts = PartSet(
        images=images[keep],
        labels=labels[keep],
        groups=modules[keep],
        names=table["path"].to_numpy(str),
        table=table,
        title=f"{cell_type} solar cells",
        licence=LICENCE,
        source=SOURCE,
        notes=notes,
    )
    return Split(*(parts[sides == side] for side in ("train", "calibration", "test")))


@lru_cache(maxsize=2)  # so that a second cut of the same cells costs nothing
def _cells(cell_type, size):
    """Read the sure cells of one type: the package's table, the images, and what was left out."""
    if cell_type not in CELL_TYPES:
        raise DataError(f"cell_type is {cell_type!r}; choose one of {', '.join(CELL_TYPES)}.")
    try:
        folder = resources.files("elpv_dataset") / "data"
    except ModuleNotFoundError:
        raise DataError("The solar cells are missing; install them with: pip install elpv-dataset") from None
    table = pd.read_csv(folder / "labels.csv", sep=r"\s+", names=["path", "probability", "type"])
    table = table[table["type"] == CELL_TYPES[cell_type]].reset_index(drop=True)
    number = table["path"].str.extract(r"(\d+)", expand=False).astype(int)
    module = np.searchsorted(np.cumsum(MODULE_SIZES), number)  # file numbers begin with 1
    table["module"] = [f"module_{m:02d}" for m in module]
    sure = table["probability"].isin((0, 1))
    notes = (f"{(~sure).sum()} cells of doubtful label (probability 1/3 or 2/3) left out.",)
    table = table[sure].reset_index(drop=True)
    return table, np.stack([load_image(folder / path, size, grey=True) for path in table["path"]]), notes


def _deal_modules(labels, modules, rng):
    """Deal the good cells out by whole modules; all defective cells are for test."""
    sides = np.full(len(labels), "test", dtype="<U11")
    good = {module: int(((modules == module) & (labels == 0)).sum()) for module in sorted(set(modules))}
    passable = [module for module, n in good.items() if n >= ((modules == module) & (labels == 1)).sum()]
    total = sum(good[module] for module in passable)
    waiting = list(rng.permutation(passable))
    for side, share in zip(("train", "calibration"), SHARES, strict=True):
        dealt = 0
        while dealt < share * total:
            module = waiting.pop()
            sides[(modules == module) & (labels == 0)] = side
            dealt += good[module]
    return sides


def _deal_cells(labels, modules, rng):
    """Deal the good cells one by one, blind to modules; all defective cells are for test."""
    sides = np.full(len(labels), "test", dtype="<U11")
    good = rng.permutation(np.flatnonzero(labels == 0))
    n_train, n_both = round(SHARES[0] * len(good)), round(sum(SHARES) * len(good))
    sides[good[:n_train]] = "train"
    sides[good[n_train:n_both]] = "calibration"
    return sides
