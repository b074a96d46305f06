"""The shipped generators, which lessons set beside what a few minutes give.

A GAN of good plates, a conditional GAN of close-ups, and the classifier that says which kind of close-up it sees.
"""

import json
import time

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score

from gan_helpers import datasets, gan, generation, networks, precision, settings
from gan_helpers.checkpoints.inspectors import CARD, FIGURES

SEED = 0
SIDES = {"plates": 64, "close_ups": 32}
FOLDERS = {"kinds": "close_ups-kind_classifier", "plates": "plates-gan", "close_ups": "close_ups-conditional_gan"}
TITLES = {
    "kinds": "A classifier of close-ups",
    "plates": "A GAN of good cover plates",
    "close_ups": "A conditional GAN of close-ups",
}
GENERATORS = tuple(FOLDERS)  # the classifier first, since the conditional GAN is measured with it
ROUNDS = {"plates": 4000, "close_ups": 6000}  # at the full budget
CLASSIFIER, KINDS = "classifier.keras", "kinds.json"
DRAWN = 300  # pictures for the figures


def folder(name):
    """Return where a shipped generator lives: ``data/checkpoints/<name>-...``; ValueError if there is none."""
    if name not in FOLDERS:
        raise ValueError(f"There is no generator {name!r}; choose one of {', '.join(FOLDERS)}.")
    return settings.data_folder() / "checkpoints" / FOLDERS[name]


def load_gan(name):
    """Load a shipped GAN: ``"plates"`` draws whole good plates, ``"close_ups"`` close-ups of every kind.

    Raises
    ------
    FileNotFoundError
        If it isn't there; the message names the command that makes it.
    """
    if not (folder(name) / "gan.json").is_file():
        raise FileNotFoundError(f"{folder(name)} is missing; make it with `python -m gan_helpers.checkpoints {name}`.")
    return gan.load(folder(name))


def kind_classifier():
    """Load the classifier of close-ups.

    Returns
    -------
    classifier : keras.Model
        Float (n, 32, 32, 1) in [0, 1] -> probabilities (n, kinds).
    kinds : list of str

    Raises
    ------
    FileNotFoundError
        If it isn't there; the message names the command that makes it.
    """
    settings.quiet_tensorflow()
    import keras

    path = folder("kinds") / CLASSIFIER
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; make it with `python -m gan_helpers.checkpoints kinds`.")
    classifier = keras.saving.load_model(path, compile=False, safe_mode=True)
    return classifier, json.loads((folder("kinds") / KINDS).read_text(encoding="utf-8"))


def recognise(images):
    """Say which kind of close-up each picture shows, as a classifier sees it that was trained on real ones.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, 32, 32, 1) in [0, 1].

    Returns
    -------
    numpy.ndarray
        str (n,).
    """
    classifier, kinds = kind_classifier()
    batches = (images[first : first + 128] for first in range(0, len(images), 128))
    chosen = np.concatenate([np.asarray(classifier(batch, training=False)).argmax(axis=1) for batch in batches])
    return np.array(kinds)[chosen]


def make_gan(name, *, log=print):
    """Train, measure and keep what is shipped under a name; takes the budget's time.

    Returns
    -------
    pandas.DataFrame
        The figures, as written beside the networks.
    """
    start = time.perf_counter()
    if name == "kinds":
        row = _make_classifier()
    else:
        model, train, held_out = build(name, seed=SEED)
        model.fit(train, steps=settings.by_budget(smoke=2, lesson=500, full=ROUNDS[name]), callbacks=[gan.Guard()])
        row = measure_gan(model, train, held_out)
        model.save(folder(name))
    row = {"minutes": round((time.perf_counter() - start) / 60, 1)} | row
    log(f"{name}: {row}", flush=True)
    table = pd.DataFrame([row])
    table.to_csv(folder(name) / FIGURES, index=False, float_format="%.5g", lineterminator="\n")
    (folder(name) / CARD).write_text(_card(name, row), encoding="utf-8")
    return table


def build(name, *, seed, base=32):
    """Build the GAN of a name and fetch what it learns from.

    Returns
    -------
    model : GAN or ConditionalGAN
    train : numpy.ndarray or (numpy.ndarray, numpy.ndarray)
        As the GAN's `fit` takes it.
    held_out : PartSet
        Real pictures of other lots, none of them from a test set.
    """
    settings.quiet_tensorflow()
    import keras

    side = SIDES[name]
    if name == "plates":
        split = datasets.load_parts(side)
        train, held_out, kinds = datasets.to_tanh(split.train.images), split.calibration, []
    else:
        seen, held_out = datasets.load_close_ups()
        images, names = datasets.in_all_orientations(seen.images, seen.kinds)
        train, kinds = (datasets.to_tanh(images), names), sorted(set(seen.kinds.tolist()))
    keras.utils.set_random_seed(seed)
    shape = held_out.images.shape[1:]
    with precision.using():
        players = (
            networks.generator(shape, base=base, kinds=len(kinds)),
            networks.discriminator(shape, base=base, kinds=len(kinds)),
        )
        options = {"penalty": "flat", "penalty_weight": 1.0, "penalty_batch": 8, "seed": seed, "ema_decay": 0.998}
        model = gan.ConditionalGAN(*players, kinds, **options) if kinds else gan.GAN(*players, **options)
    return model, train, held_out


def measure_gan(model, train, held_out):
    """Measure a GAN by what it draws, beside real pictures that it has not seen.

    Parameters
    ----------
    model : GAN or ConditionalGAN
    train : numpy.ndarray or (numpy.ndarray, numpy.ndarray)
        What it has learnt from, as its `fit` takes it.
    held_out : PartSet

    Returns
    -------
    dict
        ``kid``, ``precision``, ``recall`` against held-out pictures and ``copies`` of training pictures, in features of
        `generation.random_features`, standardised by the held-out ones; for a conditional GAN also ``recognised`` (the
        share that `recognise` takes for the kind that was ordered, mean over kinds) and the same of real held-out ones.
    """
    conditional = isinstance(model, gan.ConditionalGAN)
    ordered = np.resize(model.kind_names, DRAWN) if conditional else None
    made = datasets.from_tanh(model.sample(DRAWN, kinds=ordered) if conditional else model.sample(DRAWN))
    learnt_from = datasets.from_tanh(train[0] if conditional else train)
    real, drawn, seen = generation.standardised(
        *(generation.random_features(images) for images in (held_out.images, made, learnt_from))
    )
    close, varied = generation.precision_recall(real, drawn)
    row = {
        "kid": generation.kernel_inception_distance(real, drawn),
        "precision": close,
        "recall": varied,
        "copies": generation.copy_share(seen, real, drawn),
    }
    if conditional:
        row |= {
            "recognised": balanced_accuracy_score(ordered, recognise(made)),
            "recognised_real": balanced_accuracy_score(held_out.kinds, recognise(held_out.images)),
        }
    return row


def _make_classifier():
    settings.quiet_tensorflow()
    import keras
    from keras import layers

    train, held_out = datasets.load_close_ups()
    images, names = datasets.in_all_orientations(train.images, train.kinds)
    kinds = sorted(set(train.kinds.tolist()))
    keras.utils.set_random_seed(SEED)
    image = keras.Input(images.shape[1:])
    x = image
    for width, stride in ((32, 2), (64, 1), (128, 1)):
        x = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    classifier = keras.Model(image, layers.Dense(len(kinds), activation="softmax")(x), name="kind_classifier")
    epochs, batch = settings.by_budget(smoke=1, lesson=4, full=12), 64
    falling = keras.optimizers.schedules.CosineDecay(2e-3, epochs * len(images) // batch)
    classifier.compile(keras.optimizers.Adam(falling), "sparse_categorical_crossentropy")
    classifier.fit(images, np.searchsorted(kinds, names), epochs=epochs, batch_size=batch, verbose=0)
    folder("kinds").mkdir(parents=True, exist_ok=True)
    classifier.save(folder("kinds") / CLASSIFIER)
    (folder("kinds") / KINDS).write_text(json.dumps(kinds) + "\n", encoding="utf-8")
    return {"recognised_real": balanced_accuracy_score(held_out.kinds, recognise(held_out.images))}


def _card(name, row):
    measured = ", ".join(f"{key.replace('_', ' ')} {value:.3f}" for key, value in row.items() if key != "minutes")
    lines = [
        f"# {TITLES[name]}",
        "",
        "- **Data**: rendered cover plates"
        + (", the training lots of `data/parts`." if name == "plates" else ", close-ups of a campaign of their own."),
        "- **Compared with**: real pictures of other lots, none of them from a test set.",
        f"- **Training**: budget `{settings.budget()}`, seed {SEED} (fixed before training), {row['minutes']} minutes.",
        f"- **Figures**: {measured}. Features are those of a fixed random network, so they compare with each other and "
        "with nothing published.",
        "- **Licence**: MIT.",
        "- **Not for**: any other part. It draws what this line makes.",
        "",
    ]
    return "\n".join(lines)
