"""The repair GAN with ten labelled defects, on both data sets, beside the one that knows none: rows of lesson 06.

It goes on from the shipped repair GAN. Solar cells: ten defective cells are drawn from the modules whose good cells
were trained or calibrated with; test are the cells of all other modules, the same for every draw. `solar_known` judges
the same good cells, and the defective ones that were not drawn of the modules that the ten come from: another set with
each draw, so the repair GAN as it is has a row a draw. Cover plates: ten defective parts of days that are in no data
set. Every other draw differs in the ten and in the training's seed. Nothing is chosen on test, but that the weight of
labelled defects was chosen on cells of `solar_known`, which may flatter there. The control learns on for as many steps
with ten *forged* defects in place of the real ones: what it gains or loses, the real ones didn't bring. Rows are
written as they come in, so that a stopped benchmark goes on where it was.

python benchmarks/few_defects.py --data solar --seeds 0,1,2,3,4
"""

import argparse
import os
import sys
import time

os.environ.setdefault("GAN_QC_BUDGET", "full")

import numpy as np

from gan_helpers import balance, checkpoints, datasets, decisions, detectors, measured, settings

PATH = measured.path_of("few_defects")
KEY = ["data", "method", "seed", "budget"]
UNTOUCHED, REAL, FORGED = "repair_gan", "few_defects", "few_forged"
LABELLED, SIDE = 10, 128
FIRST_CAMPAIGN = 600  # as in benchmarks/imbalance.py
SEEDS = (0, 1, 2, 3, 4)


def main(arguments=None):
    """Run what is missing; returns 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/few_defects.py", description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=list(SEEDS))
    options = parser.parse_args(arguments)
    for data in options.data:
        begun = checkpoints.load(data.removesuffix(KNOWN), method="repair_gan")
        untouched = options.seeds if data.endswith(KNOWN) else [None]
        runs = [(UNTOUCHED, seed) for seed in untouched]
        runs += [(arm, seed) for seed in options.seeds for arm in (REAL, FORGED)]
        for method, seed in runs:
            if not measured.known_row(PATH, dict(zip(KEY, (data, method, seed, settings.budget()), strict=True))):
                row = measure(data, method, seed, begun)
                measured.keep_rows(PATH, [row], KEY)
                print(f"{data} {method} seed {seed}: AUROC {row['auroc']:.3f}", flush=True)
    return 0


def measure(data, method, seed, begun):
    """Fit and judge once; `UNTOUCHED` is the repair GAN as it is shipped."""
    labelled, train, test = DATA[data](0 if seed is None else seed)
    detector, start = begun, time.process_time()
    if method == FORGED:
        labelled, _ = balance.Forger(SIDE).forge(train[: len(train) // 2][:LABELLED], seed=seed)
    if method != UNTOUCHED:
        detector = detectors.FewDefects.from_repair_gan(begun, seed=seed).fit(train, defective=labelled)
    minutes = (time.process_time() - start) / 60
    figures = decisions.evaluate(test.labels, detector.score(test.images))
    return {
        "data": data,
        "method": method,
        "seed": seed,
        "budget": settings.budget(),
        "n_labelled": LABELLED if method == REAL else 0,
        "n_test": len(test),
        **figures,
        "minutes": minutes,
    }


def cells(seed):
    """Draw ten defective cells of known modules; return them, the good ones to learn from, and the test cells."""
    labelled, train, _, unseen = _drawn_cells(seed)
    return labelled.images, train, unseen


def cells_of_known_modules(seed):
    """Draw the same ten; test are the good cells of other modules and the defective ones left of those of the ten."""
    labelled, train, every, unseen = _drawn_cells(seed)
    elsewhere = np.isin(every.names, unseen.defective.names)
    return labelled.images, train, every[~elsewhere & ~np.isin(every.names, labelled.names)]


def _drawn_cells(seed):
    every, unseen = datasets.load_solar_cells(SIDE), datasets.load_solar_cells(SIDE, defects="unseen").test
    pool = every.test[~np.isin(every.test.names, unseen.names)]
    drawn = np.random.default_rng(seed).choice(len(pool), LABELLED, replace=False)
    return pool[drawn], every.train.images, every.test, unseen


def plates(seed):
    """Render ten defective plates; return them, the good ones to learn from, and the test plates."""
    split = datasets.load_parts(SIDE)
    return datasets.few_defects(LABELLED, size=SIDE, seed=FIRST_CAMPAIGN + seed).images, split.train.images, split.test


KNOWN = "_known"
DATA = {"solar": cells, "solar_known": cells_of_known_modules, "parts": plates}

if __name__ == "__main__":
    sys.exit(main())
