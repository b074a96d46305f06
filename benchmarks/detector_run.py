"""One run of the benchmark of detectors: one method, one data set, one seed -> one row.

Fit on train, threshold from calibration, test once. While a network trains, its AUROC on the test set is written down
at about twenty looks, to show what choosing the best of them would have claimed; nothing is done with it.
"""

import inspect
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan_helpers import checkpoints, datasets, decisions, detectors, settings
from gan_helpers.checkpoints.inspectors import FALSE_ALARM_RATE, SUSPICIOUS_BRIGHTNESS, TITLES

LONGER = settings.by_budget(smoke=4, lesson=4500, full=15000)  # steps, three times as many as usual
ONE_LOOK = {"mirror": "none"}  # nor learnt from; so an ablation differs from `repair_no_mirror` in one idea
METHODS = {  # class and arguments; the trivial ones first
    "mean_brightness": ("MeanBrightness", {}),
    "pca": ("PCAReconstruction", {}),
    "pca_max": ("PCAReconstruction", {"pooling": "max"}),
    "nearest_neighbour": ("NearestNeighbour", {}),
    "autoencoder_l2": ("AutoencoderDetector", {"distance": "l2"}),
    "autoencoder_ssim": ("AutoencoderDetector", {"distance": "ssim"}),
    "vae": ("VAEDetector", {}),
    "patch_random": ("PatchNeighbours", {"features": "random"}),
    "patch_discriminator": ("PatchNeighbours", {"features": "discriminator"}),
    "anogan": ("AnoGAN", {}),
    "f_anogan": ("FAnoGAN", {}),
    "ganomaly": ("GANomaly", {}),
    "repair_gan": ("RepairGAN", {}),
    "repair_reversed": ("RepairGAN", {}),
    "repair_pair": ("RepairPair", {}),
    "repair_as_they_are": ("RepairGAN", {"learn_mirrored": False}),
    "repair_longer": ("RepairGAN", {"steps": LONGER, "learn_mirrored": False}),
    "repair_no_mirror": ("RepairGAN", ONE_LOOK),
    "repair_no_forging": ("RepairGAN", ONE_LOOK | {"forged": False}),
    "repair_no_opponent": ("RepairGAN", ONE_LOOK | {"adversarial": 0.0}),
    "repair_no_average": ("RepairGAN", ONE_LOOK | {"ema_decay": 0.0}),
    "repair_no_cross_fit": ("RepairGAN", ONE_LOOK | {"cross_fit": False}),
}
REVERSED = {"repair_reversed"}  # good parts from the last to the first: the halves change places
THE_SAME = {("parts", "repair_as_they_are"): "repair_gan"}  # so many plates are learnt as they are anyway
CELLS = {"solar": "monocrystalline", "solar_poly": "polycrystalline"}
OWN = ("parts", *CELLS)  # data sets that the course brings; anything else is a folder
REPEATS, PATIENCE = 20, 5.0  # timings are the median of so many, or of what fits into so many seconds
BATCH = 64


@dataclass(frozen=True)
class Run:
    """What is to be run; ``data`` is one of `OWN` or a path, ``cut`` the seed of the cut of the solar cells."""

    data: str
    method: str
    seed: int | None = None
    size: int = 64
    cut: int | None = None
    budget: str = field(default_factory=settings.budget)

    @property
    def title(self):
        """Name of the data set, as files are called after it."""
        if self.data in OWN:
            return self.data
        name = Path(self.data).expanduser().resolve().stem
        return f"{name}_folder" if name in OWN else name

    @property
    def key(self):
        """What tells this run from others of the same data set, as `pandas` reads it back."""
        return {
            name: np.nan if (value := getattr(self, name)) is None else value
            for name in ("size", "cut", "method", "seed", "budget")
        }


def available():
    """Return the methods that this version of the course has, in the order of `METHODS`."""
    return [name for name, (class_name, _) in METHODS.items() if class_name in detectors.__all__]


def size_of(method):
    """Return the side at which a method is measured, unless told otherwise: repair GANs see twice as finely."""
    return 128 if METHODS[method][0].startswith("Repair") else 64


def takes(method, argument):
    """Say whether a method's constructor takes an argument."""
    return argument in inspect.signature(getattr(detectors, METHODS[method][0])).parameters


def load(data, *, size, cut=None):
    """Load a data set: one of `OWN`, or a folder in MVTec AD layout."""
    if data == "parts":
        return datasets.load_parts(size=size)
    if data in CELLS:
        chosen = {} if cut is None else {"seed": cut}
        return datasets.load_solar_cells(size=size, cell_type=CELLS[data], **chosen)
    return datasets.load_folder(data, size=size)


def make(run):
    """Return the unfitted detector of a run."""
    class_name, arguments = METHODS[run.method]
    arguments = dict(arguments)
    if run.method == "mean_brightness":
        arguments["side"] = SUSPICIOUS_BRIGHTNESS.get("solar" if run.data in CELLS else run.data, "both")
    if run.seed is not None:
        arguments["seed"] = run.seed
    return getattr(detectors, class_name)(**arguments)


def measure(run):
    """Fit, judge and time one detector.

    Returns
    -------
    row : dict
        The run's key and figures.
    looks : list of dict
        AUROC on test at each look during training; empty for a method that doesn't train in steps.
    """
    split = load(run.data, size=run.size, cut=run.cut)
    detector = make(run)
    looks, looking = [], 0.0

    def watch(unfinished, share):
        nonlocal looking
        start = time.process_time()
        auroc = decisions.auroc(split.test.labels, unfinished.score(split.test.images))
        looks.append(run.key | {"share": round(share, 4), "auroc_on_test": auroc})
        looking += time.process_time() - start

    start = time.process_time()  # on one core; unlike the clock it doesn't count what other programs take
    detector.fit(split.train.images[:: -1 if run.method in REVERSED else 1], watch=watch)
    minutes = (time.process_time() - start - looking) / 60
    figures = judge(detector, split)
    if looks:
        figures["auroc_chosen_on_test"] = max(figures["auroc"], *(look["auroc_on_test"] for look in looks))
    sizes = {"n_train": len(split.train), "n_calibration": len(split.calibration)}
    return run.key | sizes | figures | {"minutes": minutes} | pace(detector, split.test.images), looks


def judge(detector, split):
    """Return `checkpoints.measure`'s row; without threshold where there are too few calibration parts for one."""
    if math.floor(FALSE_ALARM_RATE * (len(split.calibration) + 1)) >= 1:
        return checkpoints.measure(detector, split)
    test, located = split.test, {}
    if test.masks is not None:
        located = {"masks": test.masks[test.has_mask], "maps": detector.anomaly_map(test.images[test.has_mask])}
    return decisions.evaluate(test.labels, detector.score(test.images), **located)


def pace(detector, images):
    """Return milliseconds a part, alone and in a batch."""
    batch = np.ascontiguousarray(images[:BATCH])
    return {"one_ms": _median_ms(detector, batch[:1]), "batch_ms": _median_ms(detector, batch) / len(batch)}


def _median_ms(detector, images):
    detector.score(images)
    taken = []
    while len(taken) < REPEATS and sum(taken) < 1000 * PATIENCE:
        start = time.perf_counter()
        detector.score(images)
        taken.append(1000 * (time.perf_counter() - start))
    return float(np.median(taken))


def title_of(name):
    """Return what a data set is called in a heading."""
    return f"{CELLS[name]} solar cells" if name in CELLS else TITLES.get(name, name)
