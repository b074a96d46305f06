"""What scoring an archive costs: decoding alone, scoring alone, and both with Dask, at growing numbers of plates.

The plates come from the simulated line, are written as PNG into a temporary folder, and judged by the shipped repair
GAN in its ONNX form. Each row is one run; the repeats of a size show the spread. Decoding and scoring are timed on one
thread, the archive on one and on two threads of a cluster in this process. Rows are written as they come in, so that a
stopped benchmark goes on where it was. The page cache is warm after the first run: a disk that is slow or far away
makes decoding dearer than here.

python benchmarks/scaling.py --sizes 1000,3000,10000
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("GAN_QC_BUDGET", "full")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from PIL import Image

from gan_helpers import archive, checkpoints, datasets, deploy, measured, parts

PATH = measured.path_of("scaling")
SIZES, REPEATS, SIDE = (1000, 3000, 10_000), 3, 128
THREADS = {"decode": 1, "score": 1, "archive, 1 thread": 1, "archive, 2 threads": 2}
BATCH, SEED = 500, 1100


def main(arguments=None):
    """Run what is missing; returns 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/scaling.py", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=list(SIZES))
    parser.add_argument("--repeats", type=int, default=REPEATS)
    options = parser.parse_args(arguments)
    left = [n for n in options.sizes if not all(_known(n, r, w) for r in range(options.repeats) for w in THREADS)]
    if not left:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        detector = export(Path(folder) / "detector")
        for n in left:
            photographs = write_plates(Path(folder) / f"plates_{n}", n)
            for repeat in range(options.repeats):
                for what in THREADS:
                    if _known(n, repeat, what):
                        continue
                    seconds = measure(what, photographs, detector)
                    _keep({"n": n, "what": what, "threads": THREADS[what], "repeat": repeat, "seconds": seconds})
                    print(f"{n:,} plates, {what}: {seconds:.1f} s, {1000 * seconds / n:.2f} ms each", flush=True)
    return 0


def export(folder):
    """Export the shipped repair GAN with its threshold; returns the folder."""
    calibration = datasets.load_parts(SIDE).calibration.images
    detector = checkpoints.load("parts", "repair_gan")
    detector.mirror = "none"  # one look a part: an archive is large
    deploy.export_onnx(detector, folder, calibration=calibration)
    return folder


def write_plates(folder, n):
    """Write n plates of the line as PNG, a lot of `BATCH` at a time; returns the folder."""
    folder.mkdir(parents=True)
    for first in range(0, n, BATCH):
        table = parts.simulate_line(min(BATCH, n - first), SEED + first)
        for i, image in enumerate(parts.render_parts(table, size=SIDE)[0]):
            Image.fromarray(image).save(folder / f"{first + i:06d}.png")
    return folder


def measure(what, photographs, detector):
    """Time one way once: seconds."""
    names = archive.photographs(photographs)
    if what == "score":
        inspector = deploy.load_exported(detector)
        images = np.stack([datasets.load_image(path, SIDE, grey=True) for path in names[:BATCH]])
        rounds = [images[: min(BATCH, len(names) - first)] for first in range(0, len(names), BATCH)]
        start = time.perf_counter()
        for batch in rounds:
            inspector.score(batch)
        return time.perf_counter() - start
    if what == "decode":
        start = time.perf_counter()
        for path in names:
            datasets.load_image(path, SIDE, grey=True)
        return time.perf_counter() - start
    with archive.connect(threads=THREADS[what]) as client:
        start = time.perf_counter()
        table = archive.score_archive(photographs, detector, client=client)
        seconds = time.perf_counter() - start
    assert len(table) == len(names) and (table["verdict"] != archive.UNREAD).all()
    return seconds


def _known(n, repeat, what):
    return measured.known_row(PATH, {"n": n, "repeat": repeat, "what": what})


def _keep(row):
    measured.keep_rows(PATH, [row | {"cores": os.cpu_count(), "side": SIDE}], ["n", "repeat", "what"])


if __name__ == "__main__":
    sys.exit(main())
