"""How small may a detector be? Rows of lesson 07: ``data/benchmarks/compression.csv``.

The shipped repair GAN; smaller ones that begin afresh, that learn from its answers, that inherit its best channels or
its largest weights; each as a float32 and as an int8 file: size, milliseconds, AUROC on the test parts. All look once;
the shipped one and the slim one that learns longest also twice, in the mirror as well. Nothing is chosen on test: the
slim ones' shares and the longer training come from trials on renderings of other days, the shares when the test
figures of an earlier variant, two thirds of both, had been seen. Rows are written as they come in, so that a stopped
run goes on where it was; at the end all files take turns on the clock. The first seed's longest learner is kept in
``data/checkpoints/parts-student``.

python benchmarks/compression.py --seeds 0,1,2
"""

import argparse
import gzip
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("GAN_QC_BUDGET", "full")
for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np
import pandas as pd

from gan_helpers import balance, checkpoints, datasets, decisions, deploy, detectors, measured, networks, settings

FOLDER = measured.path_of("compression").parent
SEEDS = (0, 1, 2)
SMOKE = settings.budget() == "smoke"
KEY = ["variant", "file", "seed", "budget"]
STEPS, LONG_STEPS, ZEROING_STEPS = settings.by_budget(
    smoke=(2, 4, 2), lesson=(600, 1800, 200), full=(4000, 12000, 1000)
)
TUNING_RATE, ZEROING_RATE = 1e-3, 5e-4  # two thirds and one third of a fresh network's: much of the teacher stays
BASE = 32  # two thirds of the teacher's channels
ZEROS = 0.8
FILES = ("LiteRT", "LiteRT, int8")
TURNS, IN_A_ROW = 20, 6  # of each turn's parts the first finds the caches full of other networks and doesn't count


class Variant(NamedTuple):
    """A way to a smaller detector: the networks it begins with, and how they learn."""

    begin: Callable  # teacher -> (restorer, marker)
    learn: Callable  # (restorer, marker), teacher, good parts, seed -> student, steps


def narrowed(of_restorer, of_marker):
    """Begin with the teacher's networks, less these shares of their channels."""
    return lambda teacher: (
        deploy.narrowed(teacher.restorer, of_restorer),
        deploy.narrowed(teacher.marker, of_marker),
    )


def fresh(teacher):
    """Begin with networks that know nothing."""
    shape = teacher.image_shape
    return networks.restorer(shape, base=2 * BASE // 3), networks.marker(shape, base=BASE)


def tuned(begin, teacher, normal, seed, steps=None):
    """Learn on from what was inherited."""
    steps = STEPS if steps is None else steps
    return detectors.Student.from_networks(*begin, seed=seed).tune(normal, steps=steps, rate=TUNING_RATE), steps


def tuned_longer(begin, teacher, normal, seed):
    """Learn on three times as long."""
    return tuned(begin, teacher, normal, seed, LONG_STEPS)


def alone(begin, teacher, normal, seed):
    """Learn afresh, without help: what the size alone costs."""
    return detectors.Student(base=BASE, steps=STEPS, imitation=0.0, seed=seed).fit(normal), STEPS


def distilled(begin, teacher, normal, seed):
    """Learn afresh, from the teacher's answers."""
    return detectors.Student(base=BASE, steps=STEPS, seed=seed).fit(normal, teacher=teacher), STEPS


def zeroed(begin, teacher, normal, seed):
    """Set four fifths of the weights to zero, and tune the others."""
    student = detectors.Student.from_networks(*begin, seed=seed)
    pruning = {name: deploy.MagnitudePruning(ZEROS, steps=ZEROING_STEPS // 2) for name in ("restorer", "marker")}
    return student.tune(normal, steps=ZEROING_STEPS, rate=ZEROING_RATE, after_step=pruning), ZEROING_STEPS


TEACHER, SLIM = "teacher", "slim, inherited"  # slim: 3/4 of the restorer's channels, 5/8 of the marker's
LONGER = "slim, inherited, longer"
TWICE = ", two looks"  # how a name goes on if the detector looks into its mirror as well
VARIANTS = {
    SLIM: Variant(narrowed(1 / 4, 3 / 8), tuned),
    LONGER: Variant(narrowed(1 / 4, 3 / 8), tuned_longer),
    "two thirds of the channels, inherited": Variant(narrowed(1 / 3, 1 / 3), tuned),
    "two thirds of the channels, afresh": Variant(fresh, alone),
    "two thirds of the channels, distilled": Variant(fresh, distilled),
    "half of the channels, inherited": Variant(narrowed(1 / 2, 1 / 2), tuned),
    "a third of the channels, inherited": Variant(narrowed(2 / 3, 2 / 3), tuned),
    "80 % zeros": Variant(narrowed(0, 0), zeroed),
}


def main(arguments=None):
    """Measure what is missing, then time all; returns 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/compression.py", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=list(SEEDS))
    parser.add_argument("--variants", nargs="*", choices=VARIANTS, default=list(VARIANTS), help="default: all")
    parser.add_argument("--out", type=Path, default=FOLDER, help=f"default: {FOLDER.name}")
    options = parser.parse_args(arguments)
    path = options.out / measured.path_of("compression").name
    teacher, split = checkpoints.load("parts", "repair_gan"), datasets.load_parts(128)
    for title in missing_looks(path, TEACHER, teacher.seed, teacher, teacher):
        examine(path, title, teacher.seed, teacher, split, steps=teacher.steps, minutes=None)
    for seed in options.seeds:
        for name in options.variants:
            if any(_missing(path, title, seed) for title in titles(name)):
                start = time.process_time()
                student, steps = VARIANTS[name].learn(VARIANTS[name].begin(teacher), teacher, split.train.images, seed)
                minutes = (time.process_time() - start) / 60
                for title in missing_looks(path, name, seed, student, teacher):
                    examine(path, title, seed, student, split, steps=steps, minutes=minutes)
                if (name, seed) == (LONGER, SEEDS[0]) and not SMOKE:
                    about = {"data": "rendered cover plates", "teacher": "parts-repair_gan", "variant": name}
                    student.save(checkpoints.student_folder(), about=about)
    keep_pace(path, teacher, split)
    if not SMOKE and path == measured.path_of("compression"):
        checkpoints.write_student_card(pd.read_csv(path), LONGER)
    return 0


def titles(name):
    """Return the names of a variant's rows: one for each number of looks that it is measured with."""
    return (name, name + TWICE) if name in (TEACHER, LONGER) else (name,)


def missing_looks(path, name, seed, detector, teacher):
    """Yield the names of the rows that are missing, while the detector looks as that name says; at the end once."""
    for title in titles(name):
        detector.mirror = mirror_of(title, teacher)
        if _missing(path, title, seed):
            yield title
    detector.mirror = "none"


def mirror_of(title, teacher):
    """Return the mirror that a row's detector looks into: the one that the teacher found, or none."""
    return str(teacher.mirror_found) if title.endswith(TWICE) else "none"


def _missing(path, name, seed):
    run = {"variant": name, "seed": seed, "budget": settings.budget()}
    return not all(measured.known_row(path, run | {"file": file}) for file in FILES)


def examine(path, name, seed, detector, split, **about):
    """Export, test, and keep a row for each file."""
    test = split.test[:: 20 if SMOKE else 1]
    both = [detector.restorer, detector.marker]
    weights = [network.count_params() for network in both]
    zeros = np.average([deploy.sparsity(network) for network in both], weights=weights)
    run = {"variant": name, "seed": seed, "budget": settings.budget()} | about
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for file, exported in exports(detector, split, scratch).items():
            network = next(path for path in exported.folder.iterdir() if path.suffix == ".tflite")
            rows.append(
                run
                | {"file": file, "weights": sum(weights), "sparsity": zeros, "kB": exported.kilobytes}
                | {"kB_packed": len(gzip.compress(network.read_bytes())) / 1000, "one_ms": None}
                | decisions.evaluate(test.labels, exported.score(test.images))
                | {"n_good": len(test.good), "n_defective": len(test.defective), "machine": _machine()}
            )
            print("{variant}, {file}, seed {seed}: {kB:.0f} kB, AUROC {auroc:.3f}".format(**rows[-1]), flush=True)
    measured.keep_rows(path, rows, KEY)


def exports(detector, split, folder):
    """Write both files of a detector; file -> ExportedDetector. Ranges of int8 come from good and forged parts."""
    good = split.train.images[:120]
    forged, _ = balance.Forger(good.shape[1], most=5).forge(good[60:], seed=1)
    ranges = np.concatenate([good[:60], forged])
    return {
        file: deploy.export_litert(
            detector, Path(folder) / str(number), int8=file.endswith("int8"), representative=ranges
        )
        for number, file in enumerate(FILES)
    }


def keep_pace(path, teacher, split):
    """Time one part on one thread, all variants in turns within this run, and put the medians into the rows.

    What the weights are makes no difference to the time, so networks that haven't learnt serve.
    """
    rows = pd.read_csv(path)
    with tempfile.TemporaryDirectory() as scratch:
        files = {}
        for name in rows["variant"].unique():
            detector, variant = teacher, name.removesuffix(TWICE)
            if variant != TEACHER:
                detector = detectors.Student.from_networks(*VARIANTS[variant].begin(teacher))
            detector.mirror = mirror_of(name, teacher)
            for file, exported in exports(detector, split, Path(scratch) / str(len(files))).items():
                files[name, file] = exported
        taken = {run: [] for run in files}
        for _ in range(1 if SMOKE else TURNS):
            for run, exported in files.items():
                for part in range(IN_A_ROW):
                    start = time.perf_counter()
                    exported.score(split.test.images[:1])
                    if part:
                        taken[run].append(1000 * (time.perf_counter() - start))
    milliseconds = {run: float(np.median(times)) for run, times in taken.items()}
    rows["one_ms"] = [milliseconds[run] for run in zip(rows["variant"], rows["file"], strict=True)]
    measured.keep_rows(path, rows.to_dict("records"), KEY)


def _machine():
    return (
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"TensorFlow {version('tensorflow')}"
    )


if __name__ == "__main__":
    sys.exit(main())
