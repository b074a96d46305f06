"""What breaks `shap.DeepExplainer`, shown in a process of its own.

DeepExplainer follows the rules of DeepLIFT (Shrikumar et al. 2017, arXiv:1704.02685), one for each kind of operation.
To have them used it swaps the function by which TensorFlow writes operations down for the gradient, so that each is
looked up under a name of shap's own. It has rules for ReLU, dense layers and convolutions. For LeakyReLU and transposed
convolution, which GANs are made of, it has none and stops half way; the rules are then taken back, but the swapped
function is not (shap 0.51 and 0.54, `TFDeep.run`). From then on every new gradient of that process is looked up under
names that don't exist. So the trial is run elsewhere: `deep_explainer_trial` starts fresh Pythons, and the lesson's own
process stays sound.
"""

import json
import subprocess
import sys

import pandas as pd

PATIENCE = 300  # seconds
NETWORKS = ("relu", "leaky_relu", "transposed")
SIDE = 8


def deep_explainer_trial(networks=NETWORKS):
    """Try DeepExplainer on small networks, and GradientExplainer before and after, each in a fresh process.

    Parameters
    ----------
    networks : sequence of str
        Of ``"relu"``, ``"leaky_relu"`` and ``"transposed"`` (a transposed convolution).

    Returns
    -------
    pandas.DataFrame
        A row a network: ``before`` and ``after`` (GradientExplainer) and ``deep``, each ``"works"`` or the last line
        of the error, since TensorFlow writes the cause below where it happened.

    Raises
    ------
    RuntimeError
        If the process itself fails.
    """
    if unknown := [name for name in networks if name not in NETWORKS]:
        raise ValueError(f"There is no network {unknown[0]!r} to try; choose of {', '.join(NETWORKS)}.")
    trials = {  # a process each, all at once: one that is poisoned would spoil the next trial
        name: subprocess.Popen(
            [sys.executable, "-m", "gan_helpers.explain.deep", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in networks
    }
    rows = []
    for name, trial in trials.items():
        told, errors = trial.communicate(timeout=PATIENCE)
        if trial.returncode:
            last = (errors.strip().splitlines() or ["without a word"])[-1]
            raise RuntimeError(f"The trial of DeepExplainer on {name} stopped: {last}")
        rows.append(json.loads(told.strip().splitlines()[-1]))
    return pd.DataFrame(rows).set_index("network")


def _network(name):
    import keras
    from keras import layers

    image = keras.Input((SIDE, SIDE, 1))
    if name == "transposed":
        x = layers.Conv2DTranspose(4, 4, strides=2, padding="same", activation="relu")(image)
    else:
        x = layers.Conv2D(4, 3, padding="same")(image)
        x = layers.LeakyReLU(0.2)(x) if name == "leaky_relu" else layers.ReLU()(x)
    return keras.Model(image, layers.Dense(1)(layers.Flatten()(x)))


def _trial(name):
    import warnings

    from gan_helpers.settings import seed_everything

    warnings.simplefilter("ignore")
    seed_everything(0)
    import numpy as np
    import shap

    images = np.random.default_rng(0).random((4, SIDE, SIDE, 1), dtype=np.float32)
    network = _network(name)

    def told(explain):
        try:
            explain()
        except Exception as problem:
            lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
            return lines[-1] if len(lines) > 1 else f"{type(problem).__name__}: {problem}"
        return "works"

    def gradient():
        shap.GradientExplainer(network, images[:2]).shap_values(images[2:], nsamples=4, rseed=0)

    def deep():
        values = np.asarray(shap.DeepExplainer(network, images[:2]).shap_values(images[2:], check_additivity=False))
        assert np.isfinite(values).all(), "its values are not finite"

    return {"network": name, "before": told(gradient), "deep": told(deep), "after": told(gradient)}


if __name__ == "__main__":
    print(json.dumps(_trial(sys.argv[1])))
