"""Ten defective parts and hundreds of good ones: every arm of lesson 06, five seeds each.

All are close-ups of 32x32 pixels. Each seed draws ten defective ones of its own, from days of the line that are in no
other set, and every arm of that seed learns from the same ten and the same 600 good ones. The test close-ups, from
other lots, are scored once an arm, and nothing is chosen on them. Rows are written as they come in, so that a stopped
benchmark goes on where it was. It takes about half an hour on one core.

With ``--many`` it is 200 defective parts, so that there is something to spoil, and six arms: a control that shows the
200 again where the others show made ones; their defects, pasted on other places; a GAN that was told which parts are
defective; a poor one, stopped early; a blind one, trained on all parts together without being told, whose drawings are
all filed as defective; and more good parts of the same lots filed as defective, as a GAN would draw them that is
perfect and never heeds the kind. Of each it is said beforehand what the made ones are worth, and how well a classifier
tells them from good parts (for the control: the real ones).

python benchmarks/imbalance.py --seeds 0,1 --arms nothing,pasted,gan
python benchmarks/imbalance.py --many
"""

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("GAN_QC_BUDGET", "full")
ONE_CORE = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "TQDM_DISABLE"), "1")
for name, value in ONE_CORE.items():
    os.environ.setdefault(name, value)

import numpy as np

from gan_helpers import balance, datasets, decisions, gan, generation, measured, networks, precision, settings
from gan_helpers.classifier import DefectClassifier, told_apart

SIZE, DEFECTS, MANY = 32, 10, 200
CLOSE_UPS = {"per_kind": 1, "good": 600, "held_out_per_kind": 50, "held_out_good": 400, "size": SIZE, "seed": 606}
FIRST_CAMPAIGN = 600  # seed s takes its ten from campaign 600 + s
MORE_GOOD = 1500  # good close-ups of the training lots, of which `other_good` takes those that nobody learns from
GAN_STEPS = {"smoke": 4, "lesson": 300, "full": 2400}
POOR_SHARE = 1 / 20  # of the steps, after which the poor GAN is stopped
DRAWN = 600
MADE_ARMS = ("gan", "gan_filter", "poor_gan", "gan_once", "poor_gan_once", "pasted_gan", "pasted_poor_gan")
REPEATS = "pasted_repeats"  # the control of the arms before it: no drawing, no more pasted ones than they have
ARMS = (*balance.ARMS, *MADE_ARMS, REPEATS)
MANY_ARMS = ("many_repeats", "many_pasted", "many_gan", "many_poor_gan", "many_blind_gan", "many_good")
KEY = ["arm", "seed", "budget"]
FOLDER = settings.data_folder() / "benchmarks"


def main(arguments=None):
    """Run what is missing; returns 0."""
    options = _options(arguments)
    path = options.out / measured.path_of("imbalance_many" if options.many else "imbalance").name
    train, test = datasets.load_close_ups(**CLOSE_UPS)
    for seed in options.seeds:
        missing = [arm for arm in options.arms if options.again or not measured.known_row(path, run(arm, seed))]
        if not missing:
            continue
        whole = datasets.few_defects(MANY if options.many else DEFECTS, size=128, seed=FIRST_CAMPAIGN + seed)
        ten = datasets.close_ups_of(whole, SIZE, seed=seed)
        made = {}
        for arm in missing:
            row = measure(arm, seed, train.good.images, ten, test, made)
            measured.keep_rows(path, [row], KEY)
            print(f"{arm} seed {seed}: AP {row['average_precision']:.3f}, AUROC {row['auroc']:.3f}", flush=True)
    return 0


def measure(arm, seed, good, ten, test, made):
    """Train one arm and judge it: one row.

    Parameters
    ----------
    arm : str
        Of `ARMS`.
    seed : int
    good : numpy.ndarray
        Float (n, h, w, c) in [0, 1], to learn from.
    ten : PartSet
        The defective parts to learn from.
    test : PartSet
    made : dict
        What the GANs of this seed drew; filled on first use, so that two arms share one GAN.

    Returns
    -------
    dict
    """
    start = time.perf_counter()
    told = {}
    if arm.endswith("repeats"):
        repeated = ten.images[np.resize(np.arange(len(ten)), DRAWN)]
        if arm == "many_repeats":
            told = {"apart_made": told_apart(good, ten.images, seed=seed)}
        shown = beside_pasted(repeated, seed, good, ten) if arm == REPEATS else repeated
        training = balance.with_made(good, ten.images, shown, seed=seed)
    elif arm in ("many_pasted", "many_good"):
        if arm == "many_good":
            made_ones = other_good(seed)
        else:
            made_ones, _ = balance.paste_defects(good, ten.images, ten.masks, n=DRAWN, seed=seed)
        training = balance.with_made(good, ten.images, made_ones, seed=seed)
        told = beforehand(made_ones, good, ten.images, seed=seed)
    elif "gan" in arm:
        training, told = made_training_set(arm, seed, good, ten, made)
    else:
        training = balance.ARMS[arm](good, ten.images, ten.masks, seed=seed)
    images, labels, class_weight, augment = training
    classifier = DefectClassifier(seed=seed).fit(images, labels, class_weight=class_weight, augment=augment)
    minutes = (time.perf_counter() - start) / 60
    scores = classifier.score(test.images)
    seen = np.isin(test.kinds, ten.kinds)
    return (
        {"arm": arm, "seed": seed, "budget": settings.budget(), "size": SIZE, "steps": classifier.steps}
        | {"n_train_good": len(good), "n_train_defective": len(ten), "kinds_seen": len(set(ten.kinds.tolist()))}
        | decisions.evaluate(test.labels, scores)
        | {"auroc_seen_kinds": _auroc_of(test, scores, seen), "auroc_new_kinds": _auroc_of(test, scores, ~seen)}
        | told
        | {"minutes": minutes + told.get("gan_minutes", 0.0) * (arm == "gan_filter")}
    )


def made_training_set(arm, seed, good, ten, made):
    """Return the training set of an arm with a GAN, and what was measured of its pictures beforehand."""
    which = next((word for word in ("poor", "blind") if word in arm), "whole")
    if which not in made:
        share = POOR_SHARE if which == "poor" else 1
        steps = max(round(share * GAN_STEPS[settings.budget()]), 1)
        made[which] = draw(good, ten.images, steps=steps, seed=seed, blind=which == "blind")
    drawn, told = made[which]
    kept = drawn[balance.sort_made(drawn, good, ten.images).keep] if arm == "gan_filter" else drawn
    if not len(kept):
        kept = ten.images  # nothing passed: the arm falls back on the real ones
    if arm.startswith("pasted"):
        kept = beside_pasted(drawn, seed, good, ten)
    real_share = len(ten) / len(good) if arm.endswith("_once") else 0.5
    return balance.with_made(good, ten.images, kept, seed=seed, real_share=real_share), told


def other_good(seed):
    """Return good close-ups of the training lots that no arm learns from: float32 (`DRAWN`, h, w, c) in [0, 1]."""
    known, more = (datasets.load_close_ups(**CLOSE_UPS | {"good": n})[0].good for n in (CLOSE_UPS["good"], MORE_GOOD))
    others = more[~np.isin(more.table["part"], known.table["part"])]
    return others.images[np.random.default_rng(seed).permutation(len(others))[:DRAWN]]


def beside_pasted(others, seed, good, ten):
    """Return as many pasted defects as there are others, and these; so the same seed pastes the same ones."""
    pasted, _ = balance.paste_defects(good, ten.images, ten.masks, n=len(others), seed=seed)
    return np.concatenate([pasted, others])


def draw(good, defective, *, steps, seed, blind=False):
    """Train a conditional GAN on good parts and the few defective ones, and let it draw defective ones.

    A blind one isn't told which parts are defective, and all its drawings are taken for defective ones.

    Returns
    -------
    drawn : numpy.ndarray
        float32 (`DRAWN`, h, w, c) in [0, 1].
    told : dict
        Steps, minutes, and what can be said of the pictures before any classifier sees them.
    """
    start = time.perf_counter()
    # a quarter of what the players see is defective: the ten again and again
    repeated = np.resize(np.arange(len(defective)), len(good) // 3)
    pictures = datasets.to_tanh(np.concatenate([good, defective[repeated]]))
    kinds = np.repeat(["good", "defective"], [len(good), len(repeated)])
    if blind:
        model = blind_gan(good.shape[1:], seed)
        model.fit(pictures, steps=steps, callbacks=[gan.Guard()])
        drawn = datasets.from_tanh(model.sample(DRAWN, seed=seed))
    else:
        model = conditional_gan(good.shape[1:], seed)
        model.fit((pictures, kinds), steps=steps, callbacks=[gan.Guard()])
        drawn = datasets.from_tanh(model.sample(DRAWN, kinds="defective", seed=seed))
    minutes = (time.perf_counter() - start) / 60
    return drawn, {"gan_steps": steps, "gan_minutes": minutes} | beforehand(drawn, good, defective, seed=seed)


def conditional_gan(shape, seed):
    """Build the conditional GAN of lesson 06: the networks of lesson 04, D's pictures moved and lit at random."""
    return _gan(gan.ConditionalGAN, shape, seed, ["good", "defective"])


def blind_gan(shape, seed):
    """Build the same GAN without kinds."""
    return _gan(gan.GAN, shape, seed)


def _gan(model, shape, seed, *kinds):
    precision.best()  # measuring it draws random numbers, so that comes first
    settings.seed_everything(seed)
    n_kinds = {"kinds": len(kinds[0])} if kinds else {}
    with precision.using():
        return model(
            networks.generator(shape, base=24, **n_kinds),
            networks.discriminator(shape, base=24, **n_kinds),
            *kinds,
            penalty="flat",
            penalty_weight=1.0,
            penalty_batch=8,
            augment=balance.mirror_and_vary,
            seed=seed,
        )


def run(arm, seed):
    """Return what tells this run from others."""
    return dict(zip(KEY, (arm, seed, settings.budget()), strict=True))


def beforehand(drawn, good, defective, *, seed):
    """Say what drawn pictures are worth, from the training parts alone."""
    real, made, all_good = generation.standardised(
        *(generation.random_features(images) for images in (defective, drawn, good))
    )
    _, recall = generation.precision_recall(real, made)
    worth = balance.worth_of_made(drawn, good, defective, seed=seed)
    shares = balance.sort_made(drawn, good, defective).shares()
    return (
        {"kid_to_ten": generation.kernel_inception_distance(real, made)}
        | {"kid_of_good_to_ten": generation.kernel_inception_distance(real, all_good), "recall_of_ten": recall}
        | {f"worth_{name}": value for name, value in worth.items()}
        | {f"share_{name}": value for name, value in shares.items()}
        | ({"apart_made": told_apart(good, drawn, seed=seed)} if len(defective) >= MANY else {})
    )


def _auroc_of(test, scores, chosen):
    rows = chosen & (test.labels == 1) | (test.labels == 0)
    return decisions.auroc(test.labels[rows], scores[rows]) if test.labels[rows].any() else float("nan")


def _options(arguments):
    parser = argparse.ArgumentParser(prog="benchmarks/imbalance.py", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=_numbers, default=list(range(5)), help="default: 0,1,2,3,4")
    parser.add_argument("--many", action="store_true", help=f"{MANY} defective parts: {','.join(MANY_ARMS)}")
    parser.add_argument("--arms", type=_names, help=f"of {','.join(ARMS)} (default: all)")
    parser.add_argument("--again", action="store_true", help="run again what was run before")
    parser.add_argument("--out", type=Path, default=FOLDER, help=f"default: {FOLDER.name}")
    options = parser.parse_args(arguments)
    known = MANY_ARMS if options.many else ARMS
    options.arms = options.arms or list(known)
    if unknown := [name for name in options.arms if name not in known]:
        parser.error(f"there is no arm {unknown[0]!r}; choose of {', '.join(known)}")
    return options


def _names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(text):
    return [int(number) for number in _names(text)]


if __name__ == "__main__":
    sys.exit(main())
