"""Explanations judged against true masks and against the model: ``data/benchmarks/explanations.csv``.

Two models (a classifier of close-ups, one for each seed, and the shipped repair GAN of whole plates), four explanations
with three baselines each, the detector's own map, the residual of its repair and three controls, on 56 defective test
parts, seven of each kind. Nothing is chosen on them.
Rows are written as they come in, so that a stopped benchmark goes on where it was. It takes about half an hour on one
core; ``GAN_QC_BUDGET=smoke`` tries it out in one.

python benchmarks/explanations.py --models classifier --seeds 0,1
"""

import argparse
import os
import platform
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("GAN_QC_BUDGET", "full")
for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np

from gan_helpers import checkpoints, datasets, explain, measured, settings
from gan_helpers.classifier import DefectClassifier

MODELS = ("classifier", "repair_gan")
SEEDS = (0, 1, 2, 3, 4)
BASELINES = ("repaired", "blurred", "grey")
JUDGED_WITH = ("repaired", "grey")
OWN_MAPS = {"classifier": ("residual",), "repair_gan": ("anomaly_map", "residual")}  # that ask for no explanation
WINDOW_SEED = 8  # the close-up of a part is the same in every run
KEY = ["model", "seed", "method", "baseline", "judged_with", "budget", "n"]
NONE = "-"


def main(arguments=None):
    """Measure what is missing; return 0."""
    parser = argparse.ArgumentParser(prog="benchmarks/explanations.py", description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=_names, default=list(MODELS), help=f"of {','.join(MODELS)} (default: both)")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in _names(text)], default=list(SEEDS))
    parser.add_argument("--per-kind", type=int, default=settings.by_budget(smoke=1, lesson=5, full=7))
    parser.add_argument("--again", action="store_true", help="measure again what was measured before")
    parser.add_argument("--out", type=Path, default=measured.path_of("explanations"))
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.models if name not in MODELS]:
        parser.error(f"there is no model {unknown[0]!r}; choose of {', '.join(MODELS)}")
    parts = Parts(options.per_kind)
    for name in options.models:
        for seed in options.seeds if name == "classifier" else [0]:
            _measure(name, seed, parts, options)
    print(f"Table: {options.out.name}", flush=True)
    return 0


class Parts:
    """The same defective parts for both models, plates and close-ups, with what their places are replaced with."""

    def __init__(self, per_kind):
        test = datasets.load_parts(128).test
        kinds = [kind for kind in np.unique(test.kinds) if kind != "good"]
        plates = test[
            np.concatenate([np.flatnonzero((test.kinds == kind) & test.has_mask)[:per_kind] for kind in kinds])
        ]
        self.detector = checkpoints.load("parts", "repair_gan")
        self.detector.mirror = "none"  # what is explained is one look
        self.of = {"repair_gan": plates, "classifier": datasets.close_ups_of(plates, seed=WINDOW_SEED)}
        repaired = replace(plates, images=self.detector.reconstruct(plates.images))
        close_ups = datasets.close_ups_of(repaired, seed=WINDOW_SEED)  # the same windows, since the masks are the same
        self.repaired = {"repair_gan": repaired.images, "classifier": close_ups.images}

    def baseline(self, model, name):
        """Return the baseline of that name for the parts as that model sees them."""
        return self.repaired[model] if name == "repaired" else explain.baseline_of(self.of[model].images, name)


def _measure(name, seed, parts, options):
    jobs = [(method, baseline) for method in explain.EXPLANATIONS for baseline in BASELINES]
    jobs += [(control, NONE) for control in explain.CONTROLS]
    jobs += [(own, NONE) for own in OWN_MAPS[name]]
    run = {"model": name, "seed": seed, "budget": settings.budget(), "n": len(parts.of[name])}
    jobs = [job for job in jobs if options.again or not _known(run, job, options.out)]
    if not jobs:
        return
    model = _classifier(seed) if name == "classifier" else parts.detector
    score, network = explain.explained(model)
    for method, baseline in jobs:
        start = time.perf_counter()
        maps = _maps(method, baseline, name, parts, score, network, seed)
        ms = 1000 * (time.perf_counter() - start) / len(maps)
        found = {"ms": ms, "machine": _machine()}
        if name == "classifier" and baseline in ("repaired", NONE):
            found["similarity"] = _similarity(maps, method, baseline, name, parts, network, seed)
        rows = []
        for judged_with in JUDGED_WITH:
            figures = explain.judge(
                score, parts.of[name].images, parts.of[name].masks, maps, parts.baseline(name, judged_with)
            )
            row = run | {"method": method, "baseline": baseline, "judged_with": judged_with}
            rows.append(row | explain.summary(figures) | found)
        measured.keep_rows(options.out, rows, KEY)
        print(f"{name} seed {seed} {method} {baseline}: pointing {rows[0]['pointing']:.2f}, {ms:.0f} ms", flush=True)


def _known(run, job, path):
    return measured.known_row(path, run | dict(zip(("method", "baseline"), job, strict=True)))


def _classifier(seed):
    n, good = settings.by_budget(smoke=(2, 16), lesson=(60, 800), full=(60, 800))
    learnt, _ = datasets.load_close_ups(n, good=good, held_out_per_kind=1)
    classifier = DefectClassifier(steps=settings.by_budget(smoke=2, lesson=2000, full=2000), rate=2e-3, seed=seed)
    return classifier.fit(*datasets.in_all_orientations(learnt.images, learnt.labels))


def _maps(method, baseline, name, parts, score, network, seed):
    images = parts.of[name].images
    if method == "anomaly_map":
        return parts.detector.anomaly_map(images)  # blurred as all are
    if method == "residual":
        return explain.smoothed(np.abs(images - parts.repaired[name]).mean(axis=-1))
    instead = None if baseline == NONE else parts.baseline(name, baseline)
    return explain.smoothed(
        explain.attribute(method, score, images, baseline=instead, network=network, seed=seed, **_effort(method))
    )


def _effort(method):
    """Return how hard to try: the defaults, but at the smoke budget hardly at all."""
    if settings.budget() != "smoke":
        return {}
    little = {"shap_gradient": {"samples": 2}, "shap_partition": {"evaluations": 10}, "lime": {"samples": 10}}
    return little.get(method, {"stride": 1 / 8} if method == "occlusion" else {})


def _similarity(maps, method, baseline, name, parts, network, seed):
    ignorant = explain.randomised(network, seed=seed)

    def score(images):
        return np.concatenate(
            [np.asarray(ignorant(images[i : i + 128], training=False))[:, 0] for i in range(0, len(images), 128)]
        )

    others = _maps(method, baseline, name, parts, score, ignorant, seed)
    return float(explain.similarity(np.abs(maps), np.abs(others)).mean())


def _machine():
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, shap {version('shap')}"


def _names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


if __name__ == "__main__":
    sys.exit(main())
