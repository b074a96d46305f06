"""Exercises and quiz of lesson 02."""

import functools

import numpy as np
from scipy.special import rel_entr

from gan_helpers.lesson import Exercise, Lesson, Option, Question, all_of, on_cases
from gan_helpers.lesson.comparators import STUB, is_stub, told
from gan_helpers.lesson.distance import rounded
from gan_helpers.settings import SEED, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops


def discriminator_loss(real, made):
    """Return minus the value of the game, from D's raw outputs for real and for made points."""
    return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(made))


def jensen_shannon(p, q, dx):
    """Return the Jensen-Shannon divergence of two densities, given on a grid with the step dx."""
    middle = (p + q) / 2
    to_the_middle = np.sum(rel_entr(p, middle)) + np.sum(rel_entr(q, middle))
    return to_the_middle * dx / 2


def non_saturating_loss(made):
    """Return the mean of minus log s(a), from D's raw outputs a for made points."""
    return ops.mean(ops.softplus(-made))


def slope_penalty(critic, real, made, noise):
    """Return the mean of (length of the critic's slope - 1) squared, taken between real and made points."""
    share = keras.random.uniform((len(real), 1), seed=noise)
    between = share * real + (1 - share) * made
    with tf.GradientTape() as tape:
        tape.watch(between)
        output = critic(between)
    slopes = tape.gradient(output, between)
    lengths = ops.sqrt(ops.sum(ops.square(slopes), axis=1) + 1e-12)
    return ops.mean(ops.square(lengths - 1.0))


def with_slopes(*cases, rtol=1e-4, atol=1e-6):
    """Compare two losses by their value and by their slope with respect to each input.

    A loss in NumPy has the right value and trains nothing, so both are asked for.

    Parameters
    ----------
    cases : tuple of numpy.ndarray
        The inputs of one call each.
    """
    compare = on_cases(list(cases), rtol=rtol, atol=atol)

    def compare_with_slopes(answer, reference):
        if is_stub(answer):
            return STUB
        if not callable(answer):
            return compare(answer, reference)
        return compare(_value_and_slopes(answer), _value_and_slopes(reference))

    return compare_with_slopes


def _value_and_slopes(loss):
    @functools.wraps(loss)
    def told_in_full(*inputs):
        tensors = [tf.constant(array) for array in inputs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = loss(*tensors)
        if value is STUB:
            return STUB
        slopes = tape.gradient(value, tensors) if tf.is_tensor(value) else [None]
        if any(slope is None for slope in slopes):
            raise ValueError("it has no slope; write it with `ops` of Keras, since NumPy takes none")
        names = [f"slope with respect to input {number}" for number in range(1, len(inputs) + 1)]
        return {"loss": value} | dict(zip(names, slopes, strict=True))

    return told_in_full


def asks_between(answer, reference):
    """Say whether a penalty asks the critic at points between real and made ones, evenly spread."""
    if is_stub(answer):
        return STUB
    asked = []

    def critic(points):
        asked.append(np.asarray(points))
        return ops.sum(points, axis=1, keepdims=True)

    try:
        answer(critic, tf.ones((2000, 2)), tf.zeros((2000, 2)), keras.random.SeedGenerator(SEED))
    except Exception as error:  # whatever the learner's code does
        return told(error, answer)
    if not asked:
        return "it never asks the critic"
    shares = asked[-1]
    beyond = float(np.mean((shares < 0) | (shares > 1)))
    if beyond:
        return (
            f"with all real points at 1 and all made ones at 0, {beyond:.0%} of the points at which it asks lie beyond "
            f"both; they run from {rounded(float(shares.min()))} to {rounded(float(shares.max()))}"
        )
    if np.abs(shares[:, 0] - shares[:, 1]).max() > 1e-5:
        return "both coordinates of a point have to be mixed by the same share, or the point leaves the line"
    if abs(shares.mean() - 0.5) > 0.05 or abs(shares.std() - 0.289) > 0.03:
        return (
            f"the shares have to spread evenly from 0 to 1 (mean 0.5, standard deviation 0.29); yours have mean "
            f"{rounded(float(shares.mean()))} and standard deviation {rounded(float(shares.std()))}"
        )
    return None


def learns_where_flat(answer, reference):
    """Say whether a penalty has a finite slope with respect to the weights of a critic that is flat."""
    weights = tf.Variable([[0.0], [0.0]])
    with tf.GradientTape() as tape:
        value = answer(
            lambda points: points @ weights, tf.ones((8, 2)), tf.zeros((8, 2)), keras.random.SeedGenerator(SEED)
        )
    slope = tape.gradient(value, weights)
    if slope is not None and not np.isfinite(slope).all():
        return "for a critic that is flat its value is finite, but its slope with respect to the weights is `nan`"
    return None


def right_for_steep(answer, reference):
    """Compare two penalties on a critic with the slope (3, 4), which has the length 5."""
    arguments = (
        lambda points: points @ tf.constant([[3.0], [4.0]]),
        tf.ones((8, 2)),
        tf.zeros((8, 2)),
        keras.random.SeedGenerator(SEED),
    )
    yours, expected = float(answer(*arguments)), float(reference(*arguments))
    if abs(yours - expected) > 1e-3:
        return f"for a critic with the slope (3, 4) yours is {rounded(yours)}, expected is (5 - 1)² = 16"
    return None


REAL = np.array([[1.0], [3.0], [-0.5]], np.float32)
MADE = np.array([[0.5], [-1.5], [2.0], [0.0]], np.float32)
SURE = np.array([[200.0], [-200.0]], np.float32)
_GRID = np.linspace(-5, 5, 1001)
_STEP = _GRID[1] - _GRID[0]
WIDE = np.exp(-(_GRID**2) / 2) / np.sqrt(2 * np.pi)
LEFT, RIGHT = (np.where(np.abs(_GRID - centre) < 1, 0.5, 0.0) for centre in (-2, 2))

lesson = Lesson(
    2,
    "The GAN objective",
    exercises=[
        Exercise(
            key="2.1",
            kind="code",
            title="The discriminator's loss",
            hints=(
                "For a real point D is punished by `ops.softplus(-real)`. What is the mirror image of that for a made one?",
                "Two means, added: one over `ops.softplus(-real)`, one over `ops.softplus(made)`.",
            ),
            reference=discriminator_loss,
            why="D maximises V, an optimizer minimises, hence the minus. Softplus says the same as minus log s, but "
            "never meets the logarithm of zero.",
            compare=with_slopes((REAL, MADE), (MADE, REAL), (SURE, SURE)),
        ),
        Exercise(
            key="2.2",
            kind="code",
            title="The Jensen-Shannon divergence",
            hints=(
                "First the middle, `(p + q) / 2`. Then how far each of the two is from it: `rel_entr(p, middle)` and the "
                "same for q.",
                "An integral on a grid is a sum times the step `dx`; and the two count half each.",
            ),
            reference=jensen_shannon,
            why="Both densities are compared with their middle, which is nowhere zero where one of them isn't. That is "
            "why the divergence can't exceed log 2, and why it is the same from p to q and from q to p.",
            compare=on_cases([(WIDE, WIDE, _STEP), (WIDE, LEFT, _STEP), (LEFT, RIGHT, _STEP), (RIGHT, WIDE, _STEP)]),
        ),
        Exercise(
            key="2.3",
            kind="code",
            title="The non-saturating loss",
            hints=(
                "G wants D to say 'real' about made points. Which half of D's loss punishes whoever doesn't?",
                "It is what D pays for real points, `ops.softplus(-real)`, with made points put in.",
            ),
            reference=non_saturating_loss,
            why="G is paid as if its points were real ones. Where D is sure that a point is made (a far below zero), the "
            "slope is -1, and not almost 0.",
            compare=with_slopes((MADE,), (REAL,), (SURE,)),
        ),
        Exercise(
            key="2.4",
            kind="think",
            title="Who misses the seven heaps?",
            hints=(
                "Read the loss of G once more: what does it ask about a made point?",
                "The loss is a mean over made points, one by one. Does it know how two of them relate?",
            ),
            options=[
                Option(
                    "G's loss: it grows with every heap that G leaves out",
                    reason="G's loss knows made points only. It asks D about each and takes the mean; a heap that is "
                    "never drawn does not appear in it.",
                ),
                Option(
                    "Nobody: a GAN can't find out that a heap is missing",
                    reason="Somebody does: real points go on coming from all eight heaps, and one player sees them.",
                ),
                Option(
                    "D alone: it sees real points where made ones never are",
                    right=True,
                    reason="G hears of a missing heap only through D, and only once D has changed its mind. That is why "
                    "a G that runs faster than D can gather all its points in one place.",
                ),
            ],
        ),
        Exercise(
            key="2.5",
            kind="bug",
            title="A penalty that breaks",
            hints=(
                "There are two bugs. For the first, print `share`: is a point that is mixed by it always between the "
                "two?",
                "For the second: the slope of the square root at zero is infinite. A tiny number under the root is "
                "enough.",
            ),
            reference=slope_penalty,
            why="Shares from a normal law put half of the points outside, where nobody needs the slope to be 1. And the "
            "root's slope at zero is infinite; infinite times zero is `nan`, and one `nan` ends the training.",
            compare=all_of(asks_between, right_for_steep, learns_where_flat),
        ),
    ],
    quiz=[],
)
