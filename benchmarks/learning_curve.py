"""How many good parts are enough? Rows of lesson 07: ``data/benchmarks/learning_curve.csv``.

PCA, patch neighbours and the repair GAN learn from 30 to 1,000 good parts, drawn anew for each seed. Fit on train, test
once; nothing is chosen on test. Rows are written as they come in, so that a stopped run goes on where it was.

python benchmarks/learning_curve.py --seeds 0,1,2
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("GAN_QC_BUDGET", "full")
for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np

from gan_helpers import datasets, decisions, detectors, measured, parts, settings

FOLDER = measured.path_of("learning_curve").parent
SEEDS = (0, 1, 2)
SMOKE = settings.budget() == "smoke"
KEY = ["method", "n_normal", "seed", "budget"]

SIDE = 64  # of the learning curve's parts
NORMALS = (30, 60, 125, 250, 500, 1000)  # the last with fresh parts of another campaign
ANOTHER_CAMPAIGN = 7
STEPS = settings.by_budget(smoke=2, lesson=600, full=600)
METHODS = {
    "pca_max": lambda seed: detectors.PCAReconstruction(pooling="max"),
    "patch_random": lambda seed: detectors.PatchNeighbours(features="random", seed=seed),
    "repair_gan": lambda seed: detectors.RepairGAN(steps=STEPS, mirror="none", seed=seed),
}


def main(arguments=None):
    """Measure what is missing; returns 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/learning_curve.py", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=list(SEEDS))
    parser.add_argument("--out", type=Path, default=FOLDER, help=f"default: {FOLDER.name}")
    options = parser.parse_args(arguments)
    learning_curve(options.seeds, options.out)
    return 0


def learning_curve(seeds, folder):
    """Write ``learning_curve.csv``: a row for each method, number of good parts and seed."""
    path, split = folder / "learning_curve.csv", datasets.load_parts(SIDE)
    numbers = NORMALS[:: 3 if SMOKE else 1]
    test = split.test[:: 20 if SMOKE else 1]
    more = None
    for seed in seeds:
        for n in numbers:
            if n > len(split.train) and more is None:
                more = _fresh(n - len(split.train))
            normal = some_normal(split.train.images, n, seed)
            normal = normal if n <= len(split.train) else np.concatenate([normal, more])
            for method in METHODS:
                run = dict(zip(KEY, (method, n, seed, settings.budget()), strict=True))
                if measured.known_row(path, run):
                    continue
                start = time.process_time()
                detector = METHODS[method](seed).fit(normal)
                minutes = (time.process_time() - start) / 60
                row = run | {"size": SIDE, "steps": getattr(detector, "steps", 0)}
                row |= decisions.evaluate(test.labels, detector.score(test.images))
                row |= {"n_good": len(test.good), "n_defective": len(test.defective)}
                measured.keep_rows(path, [row | {"minutes": minutes, "machine": _machine()}], KEY)
                print(f"{method}, {n} good parts, seed {seed}: AUROC {row['auroc']:.3f}, {minutes:.1f} min", flush=True)


def some_normal(images, n, seed):
    """Draw n parts at random, in the order in which they were made."""
    rows = np.random.default_rng(seed).permutation(len(images))[:n]
    return images[np.sort(rows)]


def _fresh(n):
    """Render n good parts of another campaign of the line."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "parts"
        parts.write_dataset(place, seed=ANOTHER_CAMPAIGN)
        return datasets.load_parts(SIDE, folder=place).train.images[:n]


def _machine():
    return (
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"TensorFlow {version('tensorflow')}"
    )


if __name__ == "__main__":
    sys.exit(main())
