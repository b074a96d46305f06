"""``python -m gan_helpers.checkpoints [names]``: make what is shipped, two at a time, each on a core of its own."""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 2


def main():
    """Make the checkpoints that are named, or all of them."""
    os.environ.setdefault("GAN_QC_BUDGET", "full")
    from gan_helpers.checkpoints import DETECTORS, GENERATORS, make_detector, make_gan

    makers = dict.fromkeys(GENERATORS, make_gan) | dict.fromkeys(DETECTORS, make_detector)
    parser = argparse.ArgumentParser(prog="python -m gan_helpers.checkpoints", description=main.__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(makers)}; all without it")
    names = parser.parse_args().names or list(makers)
    if unknown := set(names) - set(makers):
        parser.error(f"there is no checkpoint {sorted(unknown)[0]!r}; choose of {', '.join(makers)}")
    if len(names) == 1:
        print(makers[names[0]](names[0]).to_string(float_format="%.3f"))
        return
    if "kinds" in names:  # the conditional GAN is measured with it
        names.remove("kinds")
        if code := _make("kinds"):
            sys.exit(code)
    with ThreadPoolExecutor(AT_ONCE) as workers:
        sys.exit(max(workers.map(_make, names)))


def _make(name):
    """Make one in a process of its own, on one core: small networks use one well and two badly."""
    one_core = os.environ | {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    return subprocess.run([sys.executable, "-m", "gan_helpers.checkpoints", name], env=one_core).returncode


if __name__ == "__main__":
    main()
