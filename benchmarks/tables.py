"""The table GAN and its four rivals on two tables: process rows spoiled in four ways, and cells of breast tissue.

Every seed draws other days of production, or another half of the benign cases to learn from, and starts another GAN.
All settings were fixed beforehand; nothing is chosen on the rows that are ranked. Rows are written as they come in, so
that a stopped benchmark goes on where it was. A seed takes about a quarter of a minute on one core.

python benchmarks/tables.py --seeds 0,1,2,3,4
"""

import argparse
import os
import sys
import time

os.environ.setdefault("GAN_QC_BUDGET", "full")
for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np

from gan_helpers import measured, tabular

PATH = measured.path_of("tables")
SEEDS = (0, 1, 2, 3, 4)
USUAL, RANKED, BENIGN_LEARNT = 2000, 600, 250


def main(arguments=None):
    """Run what is missing; returns 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/tables.py", description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=tuple(TABLES), default=list(TABLES))
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in text.split(",")], default=list(SEEDS))
    options = parser.parse_args(arguments)
    for data in options.data:
        for seed in options.seeds:
            if measured.known_row(PATH, {"data": data, "seed": seed}):
                continue
            table, seconds = measure(data, seed)
            rows = [
                {"data": data, "seed": seed, "method": method, "kind": kind, "auroc": float(auroc)}
                for method, figures in table.iterrows()
                for kind, auroc in figures.items()
            ]
            measured.keep_rows(
                PATH, [row | {"gan_seconds": seconds} for row in rows], ["data", "seed", "method", "kind"]
            )
            print(f"{data}, seed {seed}: GAN {seconds:.0f} s\n{table.round(3)}", flush=True)
    return 0


def measure(data, seed, *, steps=None):
    """Fit all methods once; returns the table of `tabular.ranked` and the GAN's seconds of processor time."""
    learnt, usual, unusual = TABLES[data](seed)
    encoder = tabular.RowEncoder().fit(learnt)
    rows = encoder.transform(learnt)
    start = time.process_time()
    gan = tabular.TableGAN(seed=seed, **({} if steps is None else {"steps": steps, "encoder_steps": steps})).fit(rows)
    seconds = time.process_time() - start
    scorers = tabular.rivals(rows, seed) | tabular.scorers(gan)
    return tabular.ranked(
        scorers, encoder.transform(usual), {kind: encoder.transform(table) for kind, table in unusual.items()}
    ), seconds


def process(seed):
    """Return rows to learn from, usual rows of another day, and these spoiled in each way."""
    learnt, usual = tabular.process_rows(USUAL, 1000 + seed), tabular.process_rows(RANKED, 2000 + seed)
    return learnt, usual, {kind: tabular.unusual_rows(usual, kind, 3000 + seed) for kind in tabular.KINDS}


def breast(seed):
    """Return benign cases to learn from, the other benign cases, and the malignant ones."""
    table, malignant = tabular.breast_tissue()
    benign = np.random.default_rng(seed).permutation(np.flatnonzero(~malignant))
    return (
        table.iloc[benign[:BENIGN_LEARNT]],
        table.iloc[benign[BENIGN_LEARNT:]],
        {"malignant": table[malignant]},
    )


TABLES = {"process": process, "breast tissue": breast}

if __name__ == "__main__":
    sys.exit(main())
