"""Real parts: electroluminescence images of solar cells, from the package ``elpv-dataset``."""

from importlib import resources

import numpy as np
import pandas as pd

from gan_helpers.datasets.partset import DataError, PartSet, Split
from gan_helpers.datasets.reading import load_image

CELL_TYPES = {"monocrystalline": "mono", "polycrystalline": "poly"}
BLOCK = 60  # consecutive files; a module has 60 or 72 cells
TYPICAL_CUT = 9  # the seed, of 0 to 29, whose three baseline figures lie nearest their medians
SHARES = (0.5, 0.15)  # of the good cells in passable modules: train and calibration at least; the rest is for test
LICENCE = "CC BY-NC-SA 4.0"
SOURCE = (
    "ELPV data set: Deitsch et al. 2019, Solar Energy 185, 455-468, doi:10.1016/j.solener.2019.02.067; "
    "Buerhop-Lutz et al. 2018, 35th European PV Solar Energy Conference, doi:10.4229/35thEUPVSEC20182018-5CV.3.15"
)


def load_solar_cells(size=64, cell_type="monocrystalline", *, split_by="module", defects="all", seed=TYPICAL_CUT):
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
        Decides which modules go where. With twenty blocks it matters: over thirty seeds the AUROC of PCA
        reconstruction (64 components, 64x64, monocrystalline) is 0.81 +- 0.07 and runs from 0.63 to 0.90, that of
        the mean brightness is 0.76 +- 0.04, of k-NN (k = 5 among the components) 0.74 +- 0.04. The default is
        the cut nearest to their medians: 0.84, 0.78 and 0.72. A random split promises 0.92, 0.78 and 0.86.

    Returns
    -------
    Split
        Grey images (n, size, size, 1), no masks. ``groups`` holds the module block: the files are numbered
        module by module, and a block is 60 consecutive numbers. Blocks with more defective than good cells are
        always in test: no factory would learn "good" from them.

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
    table, folder, notes = _labels(cell_type)
    labels = (table["probability"] == 1).to_numpy(np.int8)
    blocks = table["block"].to_numpy(str)
    rng = np.random.default_rng(seed)
    deal = _deal_modules if split_by == "module" else _deal_cells
    sides = deal(labels, blocks, rng)
    if split_by == "module" and defects == "unseen":
        seen = np.isin(blocks, blocks[np.isin(sides, ("train", "calibration"))])
        left_out = (labels == 1) & seen
        sides[left_out] = ""
        notes += (f"{left_out.sum()} defective cells of modules in train or calibration left out.",)
    keep = sides != ""
    table, sides = table[keep], sides[keep]
    parts = PartSet(
        images=np.stack([load_image(folder / path, size, grey=True) for path in table["path"]]),
        labels=labels[keep],
        groups=blocks[keep],
        names=table["path"].to_numpy(str),
        table=table,
        title=f"{cell_type} solar cells",
        licence=LICENCE,
        source=SOURCE,
        notes=notes,
    )
    return Split(*(parts[sides == side] for side in ("train", "calibration", "test")))


def _labels(cell_type):
    """Read the package's table: the sure cells of one type, the folder of the images, and what was left out."""
    if cell_type not in CELL_TYPES:
        raise DataError(f"cell_type is {cell_type!r}; choose one of {', '.join(CELL_TYPES)}.")
    try:
        folder = resources.files("elpv_dataset") / "data"
    except ModuleNotFoundError:
        raise DataError("The solar cells are missing; install them with: pip install elpv-dataset") from None
    table = pd.read_csv(folder / "labels.csv", sep=r"\s+", names=["path", "probability", "type"])
    table = table[table["type"] == CELL_TYPES[cell_type]].reset_index(drop=True)
    number = table["path"].str.extract(r"(\d+)", expand=False).astype(int)
    table["block"] = [f"module_{block:02d}" for block in (number - 1) // BLOCK]
    sure = table["probability"].isin((0, 1))
    notes = (f"{(~sure).sum()} cells of doubtful label (probability 1/3 or 2/3) left out.",)
    return table[sure].reset_index(drop=True), folder, notes


def _deal_modules(labels, blocks, rng):
    """Deal the good cells block by block; all defective cells are for test."""
    sides = np.full(len(labels), "test", dtype="<U11")
    good = {block: int(((blocks == block) & (labels == 0)).sum()) for block in sorted(set(blocks))}
    passable = [block for block, n in good.items() if n >= ((blocks == block) & (labels == 1)).sum()]
    total = sum(good[block] for block in passable)
    waiting = list(rng.permutation(passable))
    for side, share in zip(("train", "calibration"), SHARES, strict=True):
        dealt = 0
        while dealt < share * total:
            block = waiting.pop()
            sides[(blocks == block) & (labels == 0)] = side
            dealt += good[block]
    return sides


def _deal_cells(labels, blocks, rng):
    """Deal the good cells one by one, blind to blocks; all defective cells are for test."""
    sides = np.full(len(labels), "test", dtype="<U11")
    good = rng.permutation(np.flatnonzero(labels == 0))
    n_train, n_both = round(SHARES[0] * len(good)), round(sum(SHARES) * len(good))
    sides[good[:n_train]] = "train"
    sides[good[n_train:n_both]] = "calibration"
    return sides
