"""Speed of the renderer, the loaders and the detectors on this machine: ``make bench``.

Timings depend on the machine and on what else it does, so none of them is a test. Each row is the median of several
repetitions, and the last column compares with PCA on the same machine in the same run.
"""

import statistics
import subprocess
import sys
import time

import numpy as np

from gan_helpers import balance, checkpoints, datasets, detectors, parts

REPEATS = 7


def seconds(work):
    """Return the median duration of calling ``work``, after one call to warm up."""
    work()
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main():
    """Measure and print."""
    code = "import time; t = time.perf_counter(); import gan_helpers; print(time.perf_counter() - t)"
    starts = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(REPEATS)]
    print(f"import gan_helpers          {1000 * statistics.median(starts):8.1f} ms")
    table = parts.simulate_line(500, seed=0)
    for size in (64, 128):
        rate = len(table) / seconds(lambda size=size: parts.render_parts(table, size))
        print(f"rendering at {size:3}x{size:<3}        {rate:8.0f} parts/s")
    for size in (64, 128):
        good, forger = datasets.load_parts(size).train.images, balance.Forger(size)
        rate = len(good) / seconds(lambda good=good, forger=forger: forger.forge(good, seed=1))
        print(f"forging at   {size:3}x{size:<3}        {rate:8.0f} parts/s")
    split = datasets.load_parts()
    methods = {
        "mean brightness": detectors.MeanBrightness().fit(split.train.images),
        "PCA": detectors.PCAReconstruction().fit(split.train.images),
        "nearest neighbour": detectors.NearestNeighbour().fit(split.train.images),
        "f-AnoGAN (shipped)": checkpoints.load("parts"),
    }
    one, many = split.test.images[:1], np.ascontiguousarray(split.test.images[:512])
    taken = {
        name: (seconds(lambda m=m: m.score(one)), seconds(lambda m=m: m.score(many))) for name, m in methods.items()
    }
    print(f"\n{'scoring, 64x64':24} {'one part':>10} {'of 512, each':>14} {'times PCA':>10}")
    for name, (alone, together) in taken.items():
        each = together / len(many)
        print(f"{name:24} {1000 * alone:7.2f} ms {1000 * each:11.3f} ms {together / taken['PCA'][1]:10.1f}")


if __name__ == "__main__":
    main()
