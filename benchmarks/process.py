"""Scores of production, part by part: the rows from which lesson 09 draws how early its charts alarm.

Twenty shifts with a fault (each of the four faults five times) and normal production, photographed at 128 pixels and
scored by the shipped repair GAN. Nothing is chosen on the shifts. A row a part: which run, which part, defective or
not, its score; all else follows from the run's seed (`process.production`). Then searches for settings, ten seeds each:
which way, how large the lots, how much dearer than the best settings is what was found. Rows are written as they come
in, so that a stopped benchmark goes on where it was.

python benchmarks/process.py --minutes 2
python benchmarks/process.py --minutes 2 --search
"""

import argparse
import itertools
import os
import sys
import time

os.environ.setdefault("GAN_QC_BUDGET", "full")

import numpy as np
import pandas as pd

from gan_helpers import checkpoints, datasets, measured, parts, process
from gan_helpers.process import production

CHUNK = 400  # parts in memory at a time
WAYS = ("bayesian_search", "response_surface", "random_search", "one_factor_at_a_time")
LOT_SIZES = (400, 1000)  # parts in a trial lot
SEEDS = range(100, 110)  # none of them was looked at while the search was built


def main(arguments=None):
    """Do what is missing; returns 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/process.py", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no run after so many minutes")
    parser.add_argument("--search", action="store_true", help="search for settings instead of scoring production")
    options = parser.parse_args(arguments)
    work = searches if options.search else scores
    done = work(time.monotonic() + 60 * options.minutes)
    print("all there" if done else "time is up; run me again", flush=True)
    return 0


def scores(deadline):
    """Score what is missing; returns whether nothing is left."""
    detector = checkpoints.load("parts", "repair_gan")
    detector.mirror = "none"  # one look a part: a line is in a hurry
    for name, run, make in production.runs():
        if measured.known_row(measured.path_of(name), {"run": run}):
            continue
        if time.monotonic() > deadline:
            return False
        measured.keep_rows(measured.path_of(name), scored(detector, run, make()), ["run"])
        print(f"{name} run {run}", flush=True)
    return True


def searches(deadline):
    """Search where a row is missing; returns whether nothing is left."""
    for n_parts, way, seed in itertools.product(LOT_SIZES, WAYS, SEEDS):
        path = measured.path_of("process_search")
        if measured.known_row(path, {"way": way, "n_parts": n_parts, "seed": seed}):
            continue
        if time.monotonic() > deadline:
            return False
        found = getattr(process, way)(n_parts=n_parts, seed=seed)
        row = {"way": way, "n_parts": n_parts, "lots": len(found.lots), "seed": seed, "believed_cost": found.cost}
        regret = process.regret(found.settings)
        measured.keep_rows(path, [row | {"regret": regret} | found.settings], ["way", "n_parts", "seed"])
        print(f"{way}, lots of {n_parts}, seed {seed}: {regret:.1%} dearer", flush=True)
    return True


def scored(detector, run, table):
    """Photograph and score the parts of a run; a row each."""
    scores = [
        detector.score(datasets.photographed(table[first : first + CHUNK], 128).images)
        for first in range(0, len(table), CHUNK)
    ]
    return pd.DataFrame(
        {
            "run": run,
            "part": np.arange(len(table)),
            "defective": (table["kind"] != parts.GOOD).astype(int).to_numpy(),
            "score": np.concatenate(scores).astype(float).round(4),
        }
    )


if __name__ == "__main__":
    sys.exit(main())
