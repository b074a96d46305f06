"""Exercises and quiz of lesson 02."""

import numpy as np
from scipy.special import rel_entr

from gan_helpers.lesson import Exercise, Lesson, Option, Question, all_of, on_cases, within
from gan_helpers.lesson.comparators import STUB, is_stub, told
from gan_helpers.lesson.distance import rounded
from gan_helpers.settings import SEED, quiet_tensorflow

quiet_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
import tensorflow as tf  # noqa: E402
from keras import ops  # noqa: E402


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
    share = keras.random.uniform((ops.shape(real)[0], 1), seed=noise)
    between = share * real + (1 - share) * made
    with tf.GradientTape() as tape:
        tape.watch(between)
        output = critic(between)
    slopes = tape.gradient(output, between)
    lengths = ops.sqrt(ops.sum(ops.square(slopes), axis=1) + 1e-12)
    return ops.mean(ops.square(lengths - 1.0))


def with_slopes(*cases, rtol=1e-4, atol=1e-6):
    """Compare two losses by their value and then by their slope with respect to each input.

    A loss in NumPy has the right value and trains nothing, so both are asked for.

    Parameters
    ----------
    cases : tuple of numpy.ndarray
        The inputs of one call each.
    """
    on_all = on_cases(list(cases), rtol=rtol, atol=atol)
    no_slope = (
        "the value is right, but there is no slope to learn from; write it with `keras.ops` from the inputs to what is "
        "returned, since neither NumPy nor `float` lets a slope be taken"
    )

    def compare(answer, reference):
        if is_stub(answer) or not callable(answer):
            return on_all(answer, reference)
        verdict = on_all(_Value(answer), _Value(reference))
        if isinstance(verdict, str):
            return no_slope if on_all(answer, reference) is None else verdict  # right for arrays, not for tensors
        if verdict is None and any(slope is None for slope in _Slopes(answer)(*cases[0])):
            return no_slope
        if verdict is None and (verdict := on_all(_Slopes(answer), _Slopes(reference))):
            return f"the value is right, but not its slope: {verdict}"
        return verdict

    return compare


class _Value:
    """A loss called with tensors, under its own name and code: so an error is told with the learner's line."""

    def __init__(self, loss):
        self._loss = loss
        self.__name__, self.__code__ = getattr(loss, "__name__", "your answer"), getattr(loss, "__code__", None)

    def __call__(self, *inputs):
        return self._loss(*map(tf.constant, inputs))


class _Slopes(_Value):
    """The slopes of a loss with respect to its inputs; None for each that it doesn't follow."""

    def __call__(self, *inputs):
        tensors = [tf.constant(array) for array in inputs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = self._loss(*tensors)
        return tape.gradient(value, tensors) if tf.is_tensor(value) else [None] * len(tensors)


def asks_between(answer, reference):
    """Say whether a penalty asks the critic at points between real and made ones, evenly spread."""
    if is_stub(answer):
        return STUB
    try:
        shares = _asked(answer, keras.random.SeedGenerator(SEED))
    except Exception as error:  # whatever the learner's code does
        return told(error, answer)
    if shares is None:
        return "it never asks the critic"
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


def draws_from_the_noise(answer, reference):
    """Say whether a penalty draws its shares from the generator that it is given: new at each call, repeatable."""
    noise, same = (keras.random.SeedGenerator(SEED) for _ in range(2))
    first, second, again = _asked(answer, noise), _asked(answer, noise), _asked(answer, same)
    if np.array_equal(first, second):
        return "two calls in a row ask at the very same points; draw the shares with `seed=noise`, not a fixed seed"
    if not np.array_equal(first, again):
        return "the same `noise` leads to other points, so no run can be repeated; draw the shares with `seed=noise`"
    return None


def _asked(penalty, noise):
    # real points at 1, made ones at 0: the points at which the critic is asked are the shares
    asked = []

    def critic(points):
        asked.append(np.asarray(points))
        return ops.sum(points, axis=1, keepdims=True)

    penalty(critic, tf.ones((2000, 2)), tf.zeros((2000, 2)), noise)
    return asked[-1] if asked else None


def right_for_steep(answer, reference):
    """Compare a penalty and its slope with the closed form, for a critic with the slope (3, 4) of length 5."""
    value, slope = _of_linear_critic(answer, [[3.0], [4.0]])
    if not abs(value - 16) <= 1e-3:  # nan is not right either
        return f"for a critic with the slope (3, 4) yours is {rounded(value)}, expected is (5 - 1)² = 16"
    if slope is None or not np.allclose(slope, [4.8, 6.4], atol=1e-2):
        yours = "none" if slope is None else f"({rounded(float(slope[0]))}, {rounded(float(slope[1]))})"
        return (
            "the value is right for a critic with the weights (3, 4), but its slope with respect to them is "
            f"{yours} instead of (4.8, 6.4); it has to reach D's weights, so stop no gradient on the way"
        )
    return None


def right_where_flat(answer, reference):
    """Say whether a penalty is 1 for a critic that is flat, with a finite slope with respect to its weights."""
    value, slope = _of_linear_critic(answer, [[0.0], [0.0]])
    if not abs(value - 1) <= 0.05:
        why = "a slope that is too small costs as much as one that is too large"
        if 0.8 < value < 1:
            why = "what is added under the root is too large; 1e-8 is enough"
        return f"for a critic that is flat yours is {rounded(value)}, expected is (0 - 1)² = 1; {why}"
    if slope is not None and not np.isfinite(slope).all():
        return "for a critic that is flat its value is finite, but its slope with respect to the weights is `nan`"
    return None


def _of_linear_critic(penalty, weights):
    weights = tf.Variable(weights)
    noise = keras.random.SeedGenerator(SEED)
    with tf.GradientTape() as tape:
        value = penalty(lambda points: points @ weights, tf.ones((8, 2)), tf.zeros((8, 2)), noise)
    slope = tape.gradient(value, weights)
    return float(value), None if slope is None else np.ravel(slope)


def right_for_curved(answer, reference):
    """Compare two penalties on a critic whose slope is another one at each point."""
    made = np.random.default_rng(SEED).standard_normal((5000, 2)).astype(np.float32)
    arguments = lambda points: ops.sum(points**2, axis=1, keepdims=True), tf.constant(made[::-1] + 2), tf.constant(made)
    yours, expected = (float(penalty(*arguments, keras.random.SeedGenerator(SEED))) for penalty in (answer, reference))
    if not abs(yours - expected) <= 0.1 * expected:  # who mixes the other way round asks at other points
        return (
            f"for a critic whose slope differs from point to point yours is {rounded(yours)}, expected is about "
            f"{rounded(expected, 2)}; first take (length - 1)² at each point, then the mean"
        )
    return None


REAL = np.array([[1.0], [3.0], [-0.5]], np.float32)
MADE = np.array([[0.5], [-1.5], [2.0]], np.float32)
SURE = np.array([[200.0], [-200.0]], np.float32)
_GRID = np.linspace(-5, 5, 1001)
_STEP = _GRID[1] - _GRID[0]
# each has the mass 1 on the grid, so that an answer which scales its inputs to that is right too
WIDE, LEFT, RIGHT = (
    density / (density.sum() * _STEP)
    for density in (np.exp(-(_GRID**2) / 2), *(np.where(np.abs(_GRID - centre) < 1, 1.0, 0.0) for centre in (-2, 2)))
)

lesson = Lesson(
    2,
    "The GAN objective",
    exercises=[
        Exercise(
            key="2.1",
            kind="code",
            title="The discriminator's loss",
            hints=(
                "A real point costs D `ops.softplus(-real)`. What is the mirror image of that for a made one?",
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
                "First the middle, `(p + q) / 2`. Then how far each of the two is from it: `rel_entr(p, middle)`, and "
                "the same for q.",
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
            why="G is paid as if its points were real ones. Where D is sure that a point is made (a far below zero), "
            "the slope is -1, and not almost 0.",
            compare=with_slopes((MADE,), (REAL,), (SURE,)),
        ),
        Exercise(
            key="2.4",
            kind="think",
            title="Who misses the seven heaps?",
            hints=(
                "Read the loss of G once more: what does it ask about a made point?",
                "The loss is a mean over made points, one by one. If D stood still, would it change when a heap is "
                "left out?",
            ),
            options=[
                Option(
                    "G's loss by itself, without D having to change: it has a term for every heap left out",
                    reason="G's loss asks D about made points, nothing else. It grows only after D has noticed that "
                    "the heaps that are drawn hold too many made points.",
                ),
                Option(
                    "Nobody: a GAN can't find out that a heap is missing",
                    reason="Somebody does: real points go on coming from all eight heaps, and one player sees them.",
                ),
                Option(
                    "D alone: it sees real points where made ones never are",
                    right=True,
                    reason="G hears of a missing heap only through D, and only once D has changed its mind. That is "
                    "why a G that runs faster than D can gather all its points in one place.",
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
            why="Shares from a normal law put two of three points outside, where nobody asked for a slope of 1. And "
            "the root's slope at zero is infinite; infinite times zero is `nan`, and one `nan` ends the training.",
            compare=all_of(asks_between, right_for_steep, right_where_flat, right_for_curved, draws_from_the_noise),
        ),
        Exercise(
            key="2.6",
            kind="play",
            title="Arrows that vanish",
            hints=(
                "D learns while G stands still. Is D sure of G's points? Then look at the figure of the slopes.",
                "Without a browser: `playground.play(200)`; the figure that is asked for is `median_pull`.",
            ),
            reference=0.0,
            why="D is sure of every made point, and there the slope of the minimax loss is almost zero. In eight games "
            "from other random starts the median slope was below 0.01 each time. Non-saturating it was 6 to 31.",
            compare=within(0.05),
        ),
    ],
    quiz=[
        Question(
            "The discriminator's loss of a GAN settles at log 4 = 1.39. What do you know?",
            [
                Option(
                    "D can't tell real from made: G may be perfect, or D too weak",
                    right=True,
                    reason="Log 4 is what a D pays that says one half to everything. Whose merit that is, G's or a "
                    "lazy D's, the loss doesn't say. Judge what G draws, by figures of its own.",
                ),
                Option(
                    "The training has converged, so G is good",
                    reason="A D too weak to see the difference settles there as well.",
                ),
                Option(
                    "G has collapsed",
                    reason="Perhaps, but log 4 doesn't say so. Against a collapsed G a D that keeps up pays far less; "
                    "one that G outruns pays log 4 or more.",
                ),
            ],
        ),
        Question(
            "G's loss rises for an hour, and its pictures get better all the time. Is something broken?",
            [
                Option(
                    "Yes: a loss that rises means that the training diverges",
                    reason="In a game it doesn't: the loss is measured against an opponent that learns as well.",
                ),
                Option(
                    "No: D has become better too, and G's loss is measured against D",
                    right=True,
                    reason="G's loss says how well G does against the D of this minute. It can't be compared with the "
                    "loss of an hour ago, against a weaker D.",
                ),
                Option("Yes: the learning rate of G is too high", reason="Then the pictures would not get better."),
            ],
        ),
        Question(
            "`keras.random.normal((128, 2), seed=7)` stands inside a training step. What happens?",
            [
                Option("Keras raises an error", reason="It doesn't, and that is the trouble."),
                Option(
                    "The run can be repeated; nothing else", reason="It can be repeated, but look at the next round."
                ),
                Option(
                    "Every round gets the same 128 latent vectors",
                    right=True,
                    reason="A number is a fixed seed: the same noise each time, without a warning. G learns 128 points "
                    "by heart. Hand over a `keras.random.SeedGenerator`, which counts its draws.",
                ),
            ],
        ),
        Question(
            "Somebody trains a Wasserstein GAN without any bound on D's slope: no penalty, no clipped weights. What "
            "will D's loss do?",
            [
                Option(
                    "It falls without end, as D gets steeper and steeper",
                    right=True,
                    reason="Twice as steep is twice the difference of means. Without the bound on the slope it "
                    "measures the size of D's weights, and no distance.",
                ),
                Option("It settles at log 4", reason="That is the minimax loss; in this one there is no logarithm."),
                Option("It becomes zero", reason="Only for a flat D, and a flat D is not what minimising gives."),
            ],
        ),
        Question(
            "All pictures of a GAN look perfect, but seven of eight product variants are missing. What shows it?",
            [
                Option("The share of points within a heap", reason="It is 100 %: each picture by itself is fine."),
                Option(
                    "The number of heaps found",
                    right=True,
                    reason="It asks what is left out. For photographs, *recall* asks the same (lesson 04).",
                ),
                Option("G's loss", reason="It asks D about made pictures only, and D may be behind."),
            ],
        ),
    ],
)
