"""What lies beside an exported detector so that it can score photographs on its own: no course, no TensorFlow.

`reading_source` is the text of ``reading.py``: the reader of `datasets.reading` word for word, so that a photograph
becomes the same numbers there as here, and the two functions below. `SCRIPT` is the text of ``score.py``.
"""

import hashlib
import inspect
import json
import sys
from pathlib import Path

from gan_helpers.datasets import reading
from gan_helpers.datasets.names import SYSTEM_FILES, hidden
from gan_helpers.datasets.partset import DataError
from gan_helpers.datasets.reading import SUFFIXES, load_image

SCRIPT = '''\
"""Score photographs with the detector beside this file: python score.py FOLDER"""

import pathlib
import numpy, onnxruntime, reading

here = pathlib.Path(__file__).resolve().parent
card = reading.read_card(here)
network = onnxruntime.InferenceSession(str(here / "network.onnx"), providers=["CPUExecutionProvider"])
calibration = numpy.array(card["calibration_scores"])
for name, image in reading.photographs(card["image_shape"]):
    score = next(answer.item() for answer in network.run(None, {"image": image[None]}) if answer.ndim == 1)
    p_value = (1 + numpy.sum(calibration >= score)) / (len(calibration) + 1)
    print(f"{name}\\t{score:.6g}\\t{p_value:.4f}\\t{'reject' if score > card['threshold'] else 'accept'}")
'''
SCRIPT_LINES = sum(bool(line.strip()) for line in SCRIPT.splitlines()[1:])
REQUIREMENTS = "numpy>=2.0\nonnxruntime>=1.23\npillow>=11\n"
HEADER = '"""Read photographs as the course does; made by gan_helpers.capstone, not to be edited."""\n'


def read_card(folder):
    """Read the detector's card and say of which parts it is; refuse a network that the card was not written for."""
    try:
        card = json.loads((folder / "exported.json").read_text(encoding="utf-8"))
        known = hashlib.sha256((folder / "network.onnx").read_bytes()).hexdigest() == card["sha256"]
    except (OSError, ValueError, KeyError) as problem:
        sys.exit(f"The detector in {folder} is not whole ({problem}); export it again.")
    if not known:
        sys.exit(f"{folder / 'network.onnx'} is not the network that exported.json belongs to; export both again.")
    if card.get("threshold") is None:
        sys.exit(f"{folder} has no threshold yet; export it with calibration parts.")
    print(f"This detector knows: {card.get('parts', 'parts that its card does not name')}.", file=sys.stderr)
    return card


def photographs(image_shape):
    """Yield (name, image) for every photograph below the folder on the command line; say what cannot be read."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("Say which folder of photographs to score: python score.py FOLDER")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # Windows writes files in a code page that does not know every name
    folder, refused, scored = Path(sys.argv[1]), 0, 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if any(hidden(above) for above in (path, *path.relative_to(folder).parents)):
            continue
        name = path.relative_to(folder).as_posix()
        try:
            if path.suffix.lower() not in SUFFIXES:
                raise DataError(f"{name} is not a photograph that can be read; save it as PNG or JPEG, or remove it.")
            image = load_image(path, image_shape[0], grey=image_shape[2] == 1)
        except DataError as problem:
            print(f"NOT SCORED: {problem}", file=sys.stderr)
            refused += 1
            continue
        scored += 1
        yield name, image
    print(f"{scored} scored, {refused} not scored.", file=sys.stderr)
    sys.exit(1 if refused or not scored else 0)


def reading_source():
    """Return the text of ``reading.py``, which needs NumPy and Pillow only."""
    source = inspect.getsource(reading)
    _, body = source.split('"""\n', 1)  # the docstring ends on its own first line
    wanted = "from gan_helpers.datasets.partset import DataError\n"
    if wanted not in body:
        raise RuntimeError("datasets.reading imports something new from the course; teach capstone.kit about it.")
    error = (
        'class DataError(ValueError):\n    """A photograph that cannot be used; the message names it and the cure."""\n'
    )
    body = body.replace(wanted, f"\n{error}")
    functions = "\n\n".join(inspect.getsource(function) for function in (hidden, read_card, photographs))
    imports = "import hashlib\nimport json\nimport sys\n"
    return f"{HEADER}\n{imports}{body.lstrip()}\n\nSYSTEM_FILES = {SYSTEM_FILES!r}\n\n\n{functions}"
