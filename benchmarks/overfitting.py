"""What lesson 07 shows and can't compute in four minutes: how small a detector may be, how many good parts are enough.

``compression``: the shipped repair GAN; smaller ones that begin afresh, that learn from its answers, that inherit its
best channels or its largest weights; each as a float32 and as an int8 file: size, milliseconds, AUROC on the test
parts. ``learning_curve``: PCA, patch neighbours and the repair GAN on few to many good parts. Fit on train, test once;
nothing is chosen on test. Rows are written as they come in, into ``data/benchmarks``, so that a stopped run goes on
where it was. The first seed's student with two thirds of the channels is kept in ``data/checkpoints/parts-student``.

python benchmarks/overfitting.py compression learning_curve --seeds 0,1,2
"""

import argparse
import gzip
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

from gan_helpers import balance, checkpoints, datasets, decisions, deploy, detectors, measured, parts, settings

FOLDER = settings.data_folder() / "benchmarks"
SEEDS = (0, 1, 2)
SMOKE = settings.budget() == "smoke"

STEPS, ZEROING_STEPS = settings.by_budget(smoke=(2, 2), lesson=(600, 200), full=(4000, 1000))
TUNING_RATE, ZEROING_RATE = 1e-3, 5e-4  # two thirds and one third of a fresh network's: much of the teacher stays
BASE = 32  # two thirds of the teacher's
ZEROS = 0.8
FILES = ("LiteRT", "LiteRT, int8")
TIMED = 100  # turns

SIDE = 64  # of the learning curve's parts
NORMALS = (30, 60, 125, 250, 500, 1000)  # the last with fresh parts of another campaign
ANOTHER_CAMPAIGN = 7
CURVE_STEPS = settings.by_budget(smoke=2, lesson=600, full=600)
CURVE_METHODS = {
    "pca_max": lambda seed: detectors.PCAReconstruction(pooling="max"),
    "patch_random": lambda seed: detectors.PatchNeighbours(features="random", seed=seed),
    "repair_gan": lambda seed: detectors.RepairGAN(steps=CURVE_STEPS, seed=seed),
}


def main(arguments=None):
    """Make what is missing; returns 0."""
    options = _options(arguments)
    if "compression" in options.parts:
        compression(options.seeds, options.out)
    if "learning_curve" in options.parts:
        learning_curve(options.seeds, options.out)
    return 0


def compression(seeds, folder):
    """Write ``compression.csv``: a row for each variant, file and seed; the teacher has one seed, its own."""
    path, split = folder / "compression.csv", datasets.load_parts(128)
    teacher = checkpoints.load("parts", "repair_gan")
    if _missing(path, "teacher", teacher.seed):
        _examine(path, "teacher", teacher.seed, teacher, split, steps=teacher.steps, minutes=None)
    for seed in seeds:
        for variant in VARIANTS:
            if _missing(path, variant, seed):
                start = time.process_time()
                student, steps = VARIANTS[variant](teacher, split.train.images, seed)
                minutes = (time.process_time() - start) / 60
                _examine(path, variant, seed, student, split, steps=steps, minutes=minutes)
                if (variant, seed) == (INHERITED, SEEDS[0]) and not SMOKE:
                    about = {"data": "rendered cover plates", "teacher": "parts-repair_gan", "variant": variant}
                    student.save(settings.data_folder() / "checkpoints" / checkpoints.STUDENT, about=about)


COMPRESSION_KEY, CURVE_KEY = ["variant", "file", "seed", "budget"], ["method", "n_normal", "seed", "budget"]


def afresh(teacher, normal, seed):
    """Two thirds of the channels, no help: what the size alone costs."""
    return detectors.Student(base=BASE, steps=STEPS, imitation=0.0, seed=seed).fit(normal), STEPS


def distilled(teacher, normal, seed):
    """Two thirds of the channels, taught by the teacher's answers."""
    return detectors.Student(base=BASE, steps=STEPS, seed=seed).fit(normal, teacher=teacher), STEPS


def inherited(teacher, normal, seed, share=1 / 3):
    """Take the teacher's best channels, all but this share of them, and tune them."""
    student = detectors.Student.from_networks(
        *(deploy.narrowed(network, share) for network in (teacher.restorer, teacher.marker)), seed=seed
    )
    return student.tune(normal, steps=STEPS, rate=TUNING_RATE), STEPS


def zeroed(teacher, normal, seed):
    """The teacher's channels, all of them, four fifths of the weights zero."""
    student = detectors.Student.from_networks(teacher.restorer, teacher.marker, seed=seed)
    pruning = {name: deploy.MagnitudePruning(ZEROS, steps=ZEROING_STEPS // 2) for name in ("restorer", "marker")}
    return student.tune(normal, steps=ZEROING_STEPS, rate=ZEROING_RATE, after_step=pruning), ZEROING_STEPS


INHERITED = "two thirds of the channels, inherited"
VARIANTS = {
    INHERITED: inherited,
    "half of the channels, inherited": lambda *given: inherited(*given, share=1 / 2),
    "a third of the channels, inherited": lambda *given: inherited(*given, share=2 / 3),
    "two thirds of the channels, afresh": afresh,
    "two thirds of the channels, distilled": distilled,
    "80 % zeros": zeroed,
}


def _missing(path, variant, seed):
    run = {"variant": variant, "seed": seed, "budget": settings.budget()}
    return not all(measured.known_row(path, run | {"file": file}) for file in FILES)


def _examine(path, variant, seed, detector, split, **about):
    """Export, time in turns and test; keep a row for each file."""
    good = split.train.images[:120]
    forged, _ = balance.Forger(good.shape[1], most=5).forge(good[60:], seed=1)
    ranges = np.concatenate([good[:60], forged])
    test = split.test[:: 20 if SMOKE else 1]
    networks = {"restorer": detector.restorer, "marker": detector.marker}
    weights = {name: network.count_params() for name, network in networks.items()}
    zeros = sum(deploy.sparsity(network) * weights[name] for name, network in networks.items()) / sum(weights.values())
    run = {"variant": variant, "seed": seed, "budget": settings.budget()} | about
    with tempfile.TemporaryDirectory() as scratch:
        files = {
            file: deploy.export_litert(
                detector, f"{scratch}/{number}", int8=file.endswith("int8"), representative=ranges
            )
            for number, file in enumerate(FILES)
        }
        milliseconds = _in_turns(files, test.images[:1])
        rows = []
        for file, exported in files.items():
            network = next(path for path in exported.folder.iterdir() if path.suffix == ".tflite")
            scores = exported.score(test.images)
            rows.append(
                run
                | {"file": file, "weights": sum(weights.values()), "sparsity": zeros, "kB": exported.kilobytes}
                | {"kB_packed": len(gzip.compress(network.read_bytes())) / 1000, "one_ms": milliseconds[file]}
                | decisions.evaluate(test.labels, scores)
                | {"n_good": len(test.good), "n_defective": len(test.defective), "machine": _machine()}
            )
            print("{variant}, {file}, seed {seed}: {kB:.0f} kB, {one_ms:.2f} ms, AUROC {auroc:.3f}".format(**rows[-1]))
    measured.keep_rows(path, rows, COMPRESSION_KEY)


def _in_turns(files, image):
    """Return the median milliseconds of one part for each file, all taking turns."""
    taken = {name: [] for name in files}
    for turn in range(TIMED if not SMOKE else 2):
        for name, exported in files.items():
            start = time.perf_counter()
            exported.score(image)
            if turn:
                taken[name].append(1000 * (time.perf_counter() - start))
    return {name: float(np.median(times)) for name, times in taken.items()}


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
            for method in CURVE_METHODS:
                run = dict(zip(CURVE_KEY, (method, n, seed, settings.budget()), strict=True))
                if measured.known_row(path, run):
                    continue
                start = time.process_time()
                detector = CURVE_METHODS[method](seed).fit(normal)
                minutes = (time.process_time() - start) / 60
                row = run | {"size": SIDE, "steps": getattr(detector, "steps", 0)}
                row |= decisions.evaluate(test.labels, detector.score(test.images))
                row |= {"n_good": len(test.good), "n_defective": len(test.defective)}
                measured.keep_rows(path, [row | {"minutes": minutes, "machine": _machine()}], CURVE_KEY)
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


def _options(arguments):
    parser = argparse.ArgumentParser(prog="benchmarks/overfitting.py", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["compression", "learning_curve"], help="default: both")
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=list(SEEDS))
    parser.add_argument("--out", type=Path, default=FOLDER, help=f"default: {FOLDER.name}")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - {"compression", "learning_curve"}:
        parser.error(f"there is no part {sorted(unknown)[0]!r}; choose of compression, learning_curve")
    return options


if __name__ == "__main__":
    sys.exit(main())
