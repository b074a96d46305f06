"""``python -m gan_helpers.parts FOLDER`` renders the set that the course ships."""

import argparse

from gan_helpers.parts.dataset import write_dataset
from gan_helpers.settings import SEED

parser = argparse.ArgumentParser(prog="python -m gan_helpers.parts", description=write_dataset.__doc__.splitlines()[0])
parser.add_argument("folder", help="a new or empty folder")
parser.add_argument("--size", type=int, default=128, help="side of the pictures in pixels (128)")
parser.add_argument("--seed", type=int, default=SEED)
arguments = parser.parse_args()
try:
    written = write_dataset(arguments.folder, size=arguments.size, seed=arguments.seed)
except ValueError as problem:
    parser.error(str(problem))
print(f"{len(written)} parts in {arguments.folder}: {written.groupby('split').size().to_dict()}")
