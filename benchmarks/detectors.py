"""Quality of every detector on the course's data sets, three seeds each, or on a folder of your own: ``make bench``.

Each run is a process of its own on one core, two at a time. Rows are written as they come in, so that a stopped
benchmark goes on where it was; ``data/benchmarks/README.md`` holds the tables. It takes hours at the full budget,
minutes at ``GAN_QC_BUDGET=smoke``.

python benchmarks/detectors.py --data my_parts --size 128 --methods pca,repair_gan --seeds 0,1,2
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("GAN_QC_BUDGET", "full")

import detector_run
import detector_table
from detector_run import CELLS, OWN, Run

from gan_helpers import measured, settings
from gan_helpers.checkpoints import SEEDS

SIDES = (32, 64, 128, 256)
REFERENCE_CUT = 27
FOLDER = settings.data_folder() / "benchmarks"
ONE_CORE = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "TQDM_DISABLE"), "1")
_writing = threading.Lock()


def main(arguments=None):
    """Run what is missing and write the tables; return 1 if a run failed."""
    options = _options(arguments)
    if options.one:
        return _run_here(Run(**json.loads(options.one)), Path(options.into))
    for (data, method), usual in detector_run.THE_SAME.items():
        if data in options.data and method in options.methods:
            print(f"{data} {method}: not run, there it is the same as {usual}.", flush=True)
    runs = [run for run in planned(options) if options.again or not _known(run, options.out)]
    print(f"{len(runs)} runs to do, {options.at_once} at a time.", flush=True)
    with ThreadPoolExecutor(options.at_once) as workers:
        failed = sum(workers.map(lambda run: _run_apart(run, options.out), runs))
    if any(options.out.glob("*.csv")):
        detector_table.write(options.out)
        print(f"Tables: {options.out / 'README.md'}")
    if failed:
        print(f"{failed} of {len(runs)} runs failed; what they said stands above.")
    return int(failed > 0)


def planned(options):
    """Return the runs that were asked for; a method without a seed runs once, one that would repeat another not."""
    runs = []
    for data in options.data:
        methods = [name for name in options.methods if (data, name) not in detector_run.THE_SAME]
        for cut in options.cuts if data in CELLS else [None]:
            for method in methods:
                seeds = options.seeds if detector_run.takes(method, "seed") else [None]
                settings_of_run = {"size": options.size or detector_run.size_of(method), "cut": cut}
                runs += [Run(data, method, seed, **settings_of_run) for seed in seeds]
    return runs


def _options(arguments):
    known = detector_run.available()
    parser = argparse.ArgumentParser(prog="benchmarks/detectors.py", description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=list(OWN), help=f"of {', '.join(OWN)}, or folders (default: all)")
    parser.add_argument("--size", type=int, choices=SIDES, help="side in pixels (default: 64, repair GANs 128)")
    parser.add_argument("--methods", type=_names, default=known, help=f"of {','.join(known)} (default: all)")
    parser.add_argument("--seeds", type=_numbers, default=list(SEEDS), help="default: 0,1,2")
    parser.add_argument("--cuts", type=_numbers, default=[REFERENCE_CUT], help="of the solar cells (default: 27)")
    parser.add_argument("--again", action="store_true", help="run again what was run before")
    parser.add_argument("--at-once", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--out", type=Path, default=FOLDER, help=f"default: {FOLDER.name}")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--into", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.methods if name not in known]:
        parser.error(f"there is no method {unknown[0]!r}; choose of {', '.join(known)}")
    if options.at_once < 1:
        parser.error(f"--at-once is {options.at_once}; give at least 1")
    if not options.one:
        for data in options.data:
            _check(data, options, parser)
    return options


def _check(data, options, parser):
    """Read the data once before anything runs, so that trouble is told at once and once only."""
    try:
        split = detector_run.load(data, size=options.size or 64)
    except ValueError as problem:
        parser.error(str(problem))
    if not len(split.test.defective) or not len(split.test.good):
        parser.error(f"{data} has no {'good' if len(split.test.defective) else 'defective'} part in test; add some")
    print(split, flush=True)


def _names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(text):
    return [int(number) for number in _names(text)]


def _known(run, folder):
    return measured.known_row(folder / f"{run.title}.csv", run.key)


def _run_apart(run, folder):
    """Do one run in a process of its own, on one core, and keep its row; return 1 if it failed."""
    name = " ".join(
        [run.title, *([f"cut {run.cut}"] if run.cut is not None else []), run.method]
        + ([f"seed {run.seed}"] if run.seed is not None else [])
    )
    with tempfile.TemporaryDirectory() as scratch:
        into = Path(scratch) / "row.json"
        command = [sys.executable, __file__, "--one", json.dumps(asdict(run)), "--into", str(into)]
        if subprocess.run(command, env=os.environ | ONE_CORE).returncode:
            print(f"{name}: failed", flush=True)
            return 1
        row, looks = json.loads(into.read_text(encoding="utf-8"))
    with _writing:
        measured.keep_rows(folder / f"{run.title}.csv", [row], run.key)
        if looks:
            measured.keep_rows(folder / f"{run.title}{detector_table.LOOKS}", looks, run.key)
    print(f"{name}: AUROC {row['auroc']:.3f} after {row['minutes']:.1f} min", flush=True)
    return 0


def _run_here(run, into):
    warnings.simplefilter("ignore")  # the data's were told when it was checked
    row, looks = detector_run.measure(run)
    into.write_text(json.dumps([row | {"machine": _machine()}, looks]), encoding="utf-8")
    return 0


def _machine():
    """Return the processor's name, as far as the system tells it, and the versions that matter."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    return (
        f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, TensorFlow {version('tensorflow')}"
    )


if __name__ == "__main__":
    sys.exit(main())
