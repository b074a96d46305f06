"""The whole state of a run on disk, so that it can be stopped at any step and go on as if it never was.

Weights, moving average, both optimizers, the noise's seed and the step, as plain arrays without pickle.
"""

import zipfile
from pathlib import Path

import numpy as np

STATE = "run.npz"


def variables(gan):
    """Return everything that a run changes, in a fixed order: weights of D, G and average, seeds, optimizers."""
    return [*gan.variables, *gan.generator_optimizer.variables, *gan.discriminator_optimizer.variables]


def store(gan, folder):
    """Write the state; what was there is replaced only when the new state is whole."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"{place:04d}": np.asarray(variable) for place, variable in enumerate(variables(gan))}
    unfinished = folder / f"unfinished-{STATE}"
    np.savez(unfinished, **arrays)
    unfinished.replace(folder / STATE)


def restore(gan, folder):
    """Read the state into a GAN that was built the same way; a folder without one changes nothing.

    Raises
    ------
    ValueError
        If the file is damaged, or belongs to other networks.
    """
    path = Path(folder) / STATE
    if not path.is_file():
        return
    wanted = variables(gan)
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = [kept[name] for name in sorted(kept.files)]
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as problem:
        raise ValueError(f"{path} is damaged ({problem}); delete it and start again.") from problem
    if [array.shape for array in arrays] != [tuple(variable.shape) for variable in wanted]:
        raise ValueError(f"{path} belongs to other networks; name another folder, or delete it to start anew.")
    for variable, array in zip(wanted, arrays, strict=True):
        variable.assign(array)
