"""Exercises and quiz of lesson 04."""

import numpy as np

from gan_helpers.lesson import Exercise, Lesson, Option, Question, difference, on_cases
from gan_helpers.lesson.comparators import STUB, is_stub
from gan_helpers.lesson.distance import describe, rounded


def between(first, second, share):
    """Return a latent vector on the way from first to second, as long as latent vectors usually are."""
    mixed = (1 - share) * first + share * second
    return mixed / np.sqrt((1 - share) ** 2 + share**2)


def kernel_distance(real, made):
    """Return the kernel inception distance of two sets of features, (n, d) and (m, d)."""

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    def mean_of_different(values):
        n = len(values)
        return (values.sum() - np.trace(values)) / (n * (n - 1))

    within = mean_of_different(kernel(real, real)) + mean_of_different(kernel(made, made))
    return within - 2 * kernel(real, made).mean()


def diagnose(signs):
    """Return what is wrong with a run, from its vital signs."""
    if signs["copies"] > 0.3:
        return "copying"
    if signs["spread"] < 0.2:
        return "mode collapse"
    if signs["gap"] > 5:
        return "vanishing gradient" if signs["slope"] < 1 else "D too strong"
    if signs["checkerboard"] > 1.5:
        return "checkerboard"
    return "healthy"


def _keeps_the_law(answer, reference):
    """Say whether a mixture of latent vectors has the right ends and, in between, both of them and the variance 1."""
    if is_stub(answer):
        return STUB
    if not callable(answer):
        return f"a function is expected, yours is {describe(answer)}"
    # 320 pairs of 64 coordinates: the variance of some 20,000 numbers is within 0.05 of that of their law
    firsts, seconds = np.random.default_rng(4).standard_normal((2, 320, 64))
    for share, end, name in ((0.0, firsts[0], "first"), (1.0, seconds[0], "second")):
        mixed = answer(firsts[0], seconds[0], share)
        if mixed is STUB:
            return STUB
        if (sentence := difference(np.asarray(mixed), end, rtol=1e-5, atol=1e-5)) is not None:
            return f"a share of {share:g} has to give `{name}` itself: {sentence}"
    for share in (0.2, 0.5, 0.8):
        mixed = np.array([answer(first, second, share) for first, second in zip(firsts, seconds, strict=True)])
        variance = float(mixed.var())
        if not abs(variance - 1) < 0.05:
            return (
                f"at a share of {share:g} the coordinates have variance {rounded(variance, 2)} instead of 1; divide "
                "the mixture by what makes the squares of its two weights add up to 1"
            )
        for name, ends in (("first", firsts), ("second", seconds)):
            if np.mean(mixed * ends) < 0.1:
                return f"at a share of {share:g} there is nothing of `{name}` in it; mix the two"
    return None


def _right_for_all(answer, reference):
    """Compare two doctors patient by patient, and name all signs of the first one that is taken for another."""
    if is_stub(answer):
        return STUB
    if not callable(answer):
        return f"a function is expected, yours is {describe(answer)}"
    wrong = []
    for patient in PATIENTS:
        said = answer(dict(patient))
        if said is STUB:
            return STUB
        if (sentence := difference(said, reference(patient))) is not None:
            signs = ", ".join(f"{name} {value:g}" for name, value in patient.items())
            wrong.append(f"a patient with {signs}: {sentence}")
    return f"{wrong[0]} ({len(PATIENTS) - len(wrong)} of {len(PATIENTS)} patients are right)" if wrong else None


_RNG = np.random.default_rng(4)
REAL, MADE = _RNG.standard_normal((7, 4)), 0.5 + _RNG.standard_normal((5, 4))
_WELL = {"slope": 0.1, "gap": 0.2, "spread": 0.7, "checkerboard": 0.3, "copies": 0.0}
PATIENTS = [
    _WELL,
    _WELL | {"slope": 0.02, "gap": 50.0, "spread": 1.2, "checkerboard": 0.6},
    _WELL | {"spread": 0.04, "gap": -0.1, "slope": 0.02},
    _WELL | {"slope": 25.0, "gap": 25.0},
    _WELL | {"checkerboard": 3.0},
    _WELL | {"copies": 0.8, "gap": 1.7, "slope": 0.3},
    # as in the clinic itself: noise spreads more than plates do, and either of A and C may have the larger gap
    _WELL | {"slope": 0.02, "gap": 20.0, "spread": 9.5, "checkerboard": 0.43},
    _WELL | {"slope": 30.0, "gap": 70.0, "spread": 1.6},
    _WELL | {"spread": 0.35, "checkerboard": 2.3, "gap": 0.1},
    _WELL | {"spread": 1.3},
    _WELL | {"spread": 1.6, "gap": 0.1},
]

lesson = Lesson(
    4,
    "Training",
    exercises=[
        Exercise(
            key="4.1",
            kind="think",
            title="Two curves that meet",
            hints=(
                "D's output says how sure D is. Who else decides how sure D can be?",
                "Think of a D that has learnt nothing yet: what are its outputs for real and for made pictures?",
            ),
            options=[
                Option(
                    "The pictures are perfect now",
                    reason="A D that has learnt nothing answers the same for everything too. The curves alone can't "
                    "tell a good G from a weak D.",
                ),
                Option(
                    "At the moment D can't tell real from made, because G is good or because D is weak",
                    right=True,
                    reason="The curves show a balance, not a quality. Quality needs a judge who doesn't play: that is "
                    "what the numbers below are for.",
                ),
                Option(
                    "The training has converged and should be stopped",
                    reason="Curves of a game have no lowest point to reach. They can meet early, part and meet again.",
                ),
            ],
        ),
        Exercise(
            key="4.2",
            kind="code",
            title="Half-way between two latent vectors",
            hints=(
                "Mix first: `(1 - share) * first + share * second`. At a share of 0.5, how long is that?",
                "Variances add with the squares of the weights: divide by `np.sqrt((1 - share)**2 + share**2)`.",
            ),
            reference=between,
            why="The coordinates of a latent vector are standard normal. The plain mean of two has a variance of one "
            "half, so it is shorter than anything that G was trained on. Dividing by the root of the squared weights "
            "gives the variance of 1 back.",
            compare=_keeps_the_law,
        ),
        Exercise(
            key="4.3",
            kind="code",
            title="The kernel distance",
            hints=(
                "Three means of kernel values: real with real, made with made, real with made. A picture isn't "
                "compared with itself.",
                "`values.sum() - np.trace(values)` leaves out the diagonal; n (n - 1) pairs are left.",
            ),
            reference=kernel_distance,
            why="With the diagonal, every picture would count as a perfect neighbour of itself, and small samples "
            "would look further apart than they are. Without it the estimate is right on average, and so it may even "
            "be slightly negative.",
            compare=on_cases([(REAL, MADE), (REAL, REAL[:4] + 0.1)]),
        ),
        Exercise(
            key="4.4",
            kind="think",
            title="Why show D wrong labels?",
            hints=(
                "Imagine a D that looks at the picture and never at the label. How often is it right about real "
                "against made?",
                "G changes only what D notices.",
            ),
            options=[
                Option(
                    "Otherwise D could win without ever looking at the kind, and G would never hear about it",
                    right=True,
                    reason="Early in the game made pictures give themselves away whatever their kind. A D that is "
                    "never shown a real scratch labelled as stain has no reason to look at the label.",
                ),
                Option(
                    "It balances the kinds, so that rare ones count more",
                    reason="Each kind is shown as often as before. Balancing is a matter of how pictures are dealt.",
                ),
                Option(
                    "It keeps D from becoming too strong",
                    reason="It gives D more to learn, not less. What holds D back is the penalty on its slope.",
                ),
            ],
        ),
        Exercise(
            key="4.5",
            kind="code",
            title="A doctor for GANs",
            hints=(
                "Ask one question at a time. Are most pictures copies? Do all look alike? Is the gap between D's "
                "outputs large? If so, is the slope next to nothing, or steep?",
                "Set each border between the healthy values and the sick ones, far from both: for example a gap above "
                "5, a spread below 0.2, a checkerboard above 1.5, copies above 0.3, a slope below 1.",
            ),
            reference=diagnose,
            why="No single curve names the disease; the combination does. A large gap alone means that D is sure. "
            "Whether G still hears anything is told by the slope, and the two have different cures.",
            compare=_right_for_all,
        ),
    ],
    quiz=[
        Question(
            "A generator draws one perfect plate, again and again. What do precision and recall say?",
            [
                Option(
                    "Precision high, recall low",
                    right=True,
                    reason="What is drawn looks real (precision). Nearly all that is real is never drawn (recall).",
                ),
                Option("Precision low, recall high", reason="The plate is perfect, so it lies among the real ones."),
                Option("Both high", reason="Recall asks how much of the real variety is drawn; one plate is not much."),
            ],
        ),
        Question(
            "Between two pictures of the training you draw new noise each time. What do you lose?",
            [
                Option("Nothing, noise is noise", reason="Then another plate is shown each time."),
                Option(
                    "You can't tell whether a picture has changed because G has learnt",
                    right=True,
                    reason="With fixed noise the same plate is seen getting better, or getting worse.",
                ),
                Option("The training becomes slower", reason="Drawing a few pictures costs next to nothing."),
            ],
        ),
        Question(
            "All five vital signs are healthy. May the made pictures be used to train an inspector?",
            [
                Option(
                    "Not yet: test on real pictures first, beside an inspector that was trained without them",
                    right=True,
                    reason="Healthy signs say that nothing known went wrong. Whether the pictures help is another "
                    "question, with its own test. Lesson 06 asks it.",
                ),
                Option("Yes, that is what the signs are for", reason="They find five known diseases, and no others."),
            ],
        ),
    ],
)
