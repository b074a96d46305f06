"""The failure clinic: five runs that go wrong in five ways, each with its cause and its cure, in seconds each.

A case is nothing but settings of the same small GAN; the cured run differs in the settings that are to blame.
"""

from dataclasses import dataclass, field

import numpy as np

from gan_helpers import datasets, gan, generation, networks
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras

BASE, LATENT_DIM, BATCH = 12, 16, 16
SHOWN = 64  # pictures drawn to take the vital signs


@dataclass(frozen=True)
class Case:
    """One failure: the diagnosis, how one sees it, where it comes from, what cures it.

    Parameters
    ----------
    letter, diagnosis : str
    pictures : {"plates", "close_ups"}
        What it is shown on: plates look alike, close-ups don't.
    signs, cause, cure : str
        A sentence each.
    broken, cured : dict
        Settings that differ from `HEALTHY`.
    """

    letter: str
    diagnosis: str
    pictures: str
    signs: str
    cause: str
    cure: str
    broken: dict
    cured: dict = field(default_factory=dict)


# the settings of a run, and what they are in a healthy one
HEALTHY = {
    "game": "non_saturating",
    "penalty": "flat",
    "penalty_weight": 1.0,
    "generator_rate": 2e-3,
    "discriminator_rate": 1e-3,
    "momentum": 0.0,
    "discriminator_steps": 1,
    "head_start": 0,  # rounds that D plays before G may learn
    "up": "resize",
    "kernel": 4,
    "unfold": False,
    "pictures": None,  # how many it learns from; None for all
    "rounds": 1.0,  # share of the usual rounds
}


@dataclass(frozen=True, eq=False)
class Run:
    """What is left of a run: curves, pictures from fixed noise, vital signs.

    Attributes
    ----------
    settings : dict
    curves : pandas.DataFrame
        See `gan.Curves`.
    made : numpy.ndarray
        float32 (n, h, w, c) in [0, 1].
    signs : dict of str to float
        See `vital_signs`.
    """

    settings: dict
    curves: object
    made: np.ndarray
    signs: dict


def run(settings, pictures, held_out, *, rounds=None, seed=SEED):
    """Train the clinic's small GAN with given settings and take its vital signs.

    Parameters
    ----------
    settings : dict
        What differs from `HEALTHY`.
    pictures, held_out : numpy.ndarray
        Float (n, 32, 32, c) in [0, 1]; real ones to learn from, and others to compare with.
    rounds : int, optional
        By budget when not given.
    seed : int

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If there is no such setting.
    """
    if unknown := set(settings) - set(HEALTHY):
        raise ValueError(f"There is no setting {sorted(unknown)[0]!r}; there are {', '.join(HEALTHY)}.")
    chosen = HEALTHY | settings
    rounds = by_budget(smoke=3, lesson=300, full=300) if rounds is None else rounds
    rounds = max(2, round(rounds * chosen["rounds"]))
    learnt_from = pictures[: chosen["pictures"]]
    model = _build(chosen, pictures.shape[1:], seed)
    curves = gan.Curves()
    data = datasets.to_tanh(learnt_from)
    head_start = min(chosen["head_start"], 10 * rounds)  # short where all is short
    if head_start:
        model.set_rates(0.0, chosen["discriminator_rate"])
        model.fit(data, steps=head_start, batch_size=BATCH, final_rate=1.0)
        model.set_rates(chosen["generator_rate"], chosen["discriminator_rate"])
    model.fit(
        data,
        steps=int(model.step) + rounds,
        batch_size=BATCH,
        final_rate=0.1,
        callbacks=[curves, gan.Guard(tell=_hush)],
    )
    made = datasets.from_tanh(model.sample(SHOWN, seed=seed, average=False))
    return Run(chosen, curves.table, made, vital_signs(curves.table, made, learnt_from, held_out))


def vital_signs(curves, made, learnt_from, held_out):
    """Put a run into five numbers, one for each thing that goes wrong in the clinic.

    Returns
    -------
    dict of str to float
        ``slope``: mean length of a made picture's slope over the last tenth of the rounds; ``gap``: how far D's raw
        outputs for real and made lie apart then; ``spread``: variance of what is made, as a share of that of the
        held-out pictures; ``checkerboard``: `generation.checkerboard`, as a multiple of the held-out pictures';
        ``copies``: `generation.copy_share` at a level of 5 %.
    """
    last = curves.tail(max(1, len(curves) // 10))
    rows = [images.reshape(len(images), -1) for images in (learnt_from, held_out, made)]
    return {
        "slope": float(last["slope"].mean()),
        "gap": float((last["real_output"] - last["made_output"]).mean()),
        "spread": float(made.var(axis=0).mean() / held_out.var(axis=0).mean()),
        "checkerboard": generation.checkerboard(made) / generation.checkerboard(held_out),
        "copies": generation.copy_share(*rows),
    }


def _build(settings, shape, seed):
    keras.utils.set_random_seed(seed)
    model = gan.GAN(
        networks.generator(
            shape,
            latent_dim=LATENT_DIM,
            base=BASE,
            up=settings["up"],
            kernel=settings["kernel"],
            unfold=settings["unfold"],
        ),
        networks.discriminator(shape, base=BASE),
        game=settings["game"],
        penalty=settings["penalty"],
        penalty_weight=settings["penalty_weight"],
        penalty_batch=BATCH // 2,
        discriminator_steps=settings["discriminator_steps"],
        seed=seed,
    )
    model.compile(
        *(
            keras.optimizers.Adam(settings[rate], beta_1=settings["momentum"], beta_2=0.9)
            for rate in ("generator_rate", "discriminator_rate")
        )
    )
    return model


def _hush(reason):
    """Say nothing: in the clinic the learner makes the diagnosis."""


CASES = {
    case.letter: case
    for case in (
        Case(
            "A",
            "vanishing gradient",
            "plates",
            "The pictures stay noise. D's outputs lie far apart and there is hardly a slope: G hears nothing.",
            "The minimax loss against a D that had a head start: where D is sure, log(1 - s(D)) is flat.",
            "The non-saturating loss: the same aim, and steep where D is sure.",
            broken={"game": "minimax", "penalty_weight": 0.0, "head_start": 800},
            cured={"penalty_weight": 0.0, "head_start": 800},
        ),
        Case(
            "B",
            "mode collapse",
            "close_ups",
            "All pictures look alike: their spread is a few hundredths of the real one.",
            "G runs ahead of D: a hundred times the learning rate, with momentum, and nothing holds it.",
            "Rates of the same size, no momentum, a penalty.",
            broken={
                "generator_rate": 2e-2,
                "discriminator_rate": 2e-4,
                "momentum": 0.5,
                "penalty_weight": 0.0,
                "rounds": 1.5,
            },
            cured={"rounds": 1.5},
        ),
        Case(
            "C",
            "D too strong",
            "plates",
            "D's outputs lie far apart and the slope is steep, yet the pictures get no better: it points everywhere.",
            "D learns five times a round, at five times the rate, and nothing keeps it flat.",
            "A penalty on D's slope (R1 and R2), one step a round at the usual rate.",
            broken={"discriminator_rate": 5e-3, "discriminator_steps": 5, "penalty_weight": 0.0},
        ),
        Case(
            "D",
            "checkerboard",
            "plates",
            "Every other pixel is too bright; all other signs are healthy.",
            "Transposed convolutions with a kernel of 3 and a stride of 2 paint pixels one, two or four times; and too "
            "few rounds to unlearn it.",
            "Repeat the pixels, then convolve; more rounds help as well.",
            broken={"up": "transposed", "kernel": 3, "rounds": 0.7},
        ),
        Case(
            "E",
            "copying",
            "close_ups",
            "D's outputs part slowly, the pictures look varied, and most of them are ones that G was trained on.",
            "Eight pictures, and time enough to learn them by heart.",
            "More pictures; and where there are none, stop earlier.",
            broken={"pictures": 8, "rounds": 1.5},
            cured={"rounds": 1.5},
        ),
    )
}
