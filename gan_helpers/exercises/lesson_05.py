"""Exercises and quiz of lesson 05."""

import numpy as np
from scipy.ndimage import gaussian_filter

from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases, within


def anogan_score(part, drawn, seen, seen_again, weight):
    """Return A(x), one number a part: absolute differences of pixels and of features, each averaged, then mixed."""
    pixels = np.mean(np.abs(part - drawn), axis=(1, 2, 3))
    features = np.mean(np.abs(seen - seen_again), axis=1)
    return (1 - weight) * pixels + weight * features


def local_maximum(residuals, blur=2.0):
    """Return one score a part: the largest value of its residual once that is blurred."""
    smooth = np.array([gaussian_filter(residual, blur, mode="nearest") for residual in residuals])
    return smooth.max(axis=(1, 2))


def paste(part, piece, outline):
    """Return the part with the piece pasted inside the outline, and the mask of what is visibly changed."""
    spoiled = part + outline * (piece - part)
    mask = np.abs(spoiled - part).max(axis=-1) > 0.02
    return spoiled, mask


OVERKILL_OF_PCA = 0.63
CALIBRATION_PLATES = 240

_RNG = np.random.default_rng(5)
PARTS, DRAWN = _RNG.uniform(-1, 1, (2, 3, 4, 4, 1))
SEEN, SEEN_AGAIN = _RNG.normal(0, 2, (2, 3, 6))
RESIDUALS = _RNG.uniform(0, 0.1, (3, 16, 16))
RESIDUALS[1, 3:6, 9:12] = 1.0
RESIDUALS[2, 0, 0] = 3.0
PART, PIECE = _RNG.uniform(0.4, 0.9, (2, 6, 6, 1))
PIECE[:3] = PART[:3]  # there the piece changes nothing
OUTLINE = np.zeros((6, 6, 1))
OUTLINE[1:5, 1:5] = 1.0
OUTLINE[2:4, 1] = 0.4
PIECE[3, 1] = PART[3, 1] + 0.04  # visible inside, not at the soft edge
PIECE[3, 3] = PART[3, 3] + 0.01  # nowhere visible
COLOURED = np.repeat(PART, 3, axis=-1)
ONE_COLOUR = COLOURED + np.array([0.0, 0.03, 0.0])  # visible in one colour, not on average

lesson = Lesson(
    5,
    "Anomaly detection",
    exercises=[
        Exercise(
            key="5.1",
            kind="code",
            title="What is left of the difference",
            hints=(
                "Two means: one over all pixels of a part, one over all its features. Which axes are left?",
                "`np.mean(np.abs(part - drawn), axis=(1, 2, 3))` is the first. The weight mixes: `(1 - weight)` of it, "
                "and `weight` of the second.",
            ),
            reference=anogan_score,
            why="The pixels say whether the part was found; the features say whether D, which has seen thousands of "
            "good parts, takes the two for the same. The search makes this number small, and what it can't make small "
            "is the score.",
            compare=on_cases(
                [(PARTS, DRAWN, SEEN, SEEN_AGAIN, weight) for weight in (0.1, 0.0, 1.0)],
                rtol=1e-4,
            ),
        ),
        Exercise(
            key="5.2",
            kind="code",
            title="The largest instead of the mean",
            hints=(
                'Blur each residual on its own with `gaussian_filter(residual, blur, mode="nearest")`.',
                "After that, `.max(axis=(1, 2))` leaves one number a part.",
            ),
            reference=local_maximum,
            why="A single pixel can be noise, so the residual is blurred first: each pixel becomes a mean over its "
            "neighbourhood. The largest of these means asks whether there is *a place* that is strange; the mean over "
            "the part asks whether the part is strange on the whole.",
            compare=on_cases([(RESIDUALS, 2.0), (RESIDUALS, 1.0)], rtol=1e-4),
        ),
        Exercise(
            key="5.3",
            kind="bug",
            title="A paste that leaves marks",
            hints=(
                "Where the outline is 1, what should be left of the part below? And where nothing changes, should the "
                "mask say defect?",
                "Go from the part towards the piece: `part + outline * (piece - part)`. Then ask where that differs "
                "from the part by more than 0.02, in any colour: `.max(axis=-1)`.",
            ),
            reference=paste,
            why="Adding the piece on top of the part is a double exposure: every forged defect would be bright, and "
            "the detector would learn that defects are bright. And a mask drawn from the outline marks places where "
            "nothing changed, so that the network is punished for being right.",
            compare=on_cases([(PART, PIECE, OUTLINE), (PART, PART, OUTLINE), (COLOURED, ONE_COLOUR, OUTLINE)]),
        ),
        Exercise(
            key="5.4",
            kind="think",
            title="The best of twenty looks",
            hints=(
                "Imagine twenty detectors that are equally good. Do all of them get the same figure on one test set?",
                "The largest of twenty noisy figures is above their mean, whoever is behind it.",
            ),
            options=[
                Option(
                    "It is fair: the weights of that look exist, and they did reach the figure",
                    reason="They reached it on these test parts. Nobody could have known which look to keep without "
                    "the answers of the test.",
                ),
                Option(
                    "It is too high: part of it is the luck of the look on just these test parts",
                    right=True,
                    reason="The largest of twenty noisy figures is larger than a typical one. On new parts the luck is "
                    "gone. The honest way chooses by other parts, here by forged defects.",
                ),
                Option(
                    "It is too low: with more looks a better one would have been found",
                    reason="More looks raise the figure further, and make it less true.",
                ),
            ],
        ),
        Exercise(
            key="5.5",
            kind="play",
            title="The price of few escapes",
            hints=(
                "Choose the baseline at the desk, then drag the threshold to the left until the escape rate is 10 %. "
                "Without a browser: set `desk.detector` and `desk.threshold`, read `desk.escape_rate`.",
                "It takes the rejection of more than half of the good parts.",
            ),
            reference=OVERKILL_OF_PCA,
            why="An escape rate alone is easily had: reject nearly everything. The two rates are read together, at one "
            "threshold, or one of them is hiding.",
            compare=within(0.04),
        ),
        Exercise(
            key="5.6",
            kind="play",
            title="As small as a p-value gets",
            hints=(
                "Paint the whole part black. The p-value stops falling at a number that has nothing to do with paint.",
                "It compares with the calibration parts, and counts the part itself in: with n of them, the least is "
                "1 / (n + 1).",
            ),
            reference=1 / (CALIBRATION_PLATES + 1),
            why="A p-value is a count. If all n calibration parts look better, the part is the strangest of n + 1, and "
            "no evidence against it can go further. Who wants to promise one false alarm in a thousand needs a "
            "thousand good parts held out.",
            compare=within(0.05, relative=True),
        ),
    ],
    quiz=[
        Question(
            "Why has the restorer of the repair GAN no skip connections?",
            [
                Option(
                    "A defect could pass along them and be repaired into itself",
                    right=True,
                    reason="Everything goes through a narrow code that knows good parts. What does not fit through "
                    "can't come out, and the difference shows it.",
                ),
                Option("They would make it slower", reason="They cost next to nothing. The marker has them."),
                Option("Skip connections need labels", reason="They are wires between layers and need nothing."),
            ],
        ),
        Question(
            "The forged defects look nothing like real ones. Why do they help?",
            [
                Option(
                    "They teach what belongs to a good part: any change of it is suspicious, also one nobody forged",
                    right=True,
                    reason="The network must tell the part from many kinds of change. It can do so only by knowing the "
                    "part.",
                ),
                Option(
                    "By chance",
                    reason="The ablation takes them away, and with them the marker that learns from them. In each of "
                    "six trainings the figure fell by 0.1 or more.",
                ),
                Option(
                    "The network learns the forged defects by heart and finds those",
                    reason="Every forged defect is new, in place, outline and filling: there is nothing to learn by "
                    "heart.",
                ),
            ],
        ),
        Question(
            "A threshold promises 5 % false alarms. In the first week 8 % of the good parts are rejected. Is the "
            "promise broken?",
            [
                Option(
                    "Not necessarily: ask how many calibration parts it rests on, and whether the lot is a new one",
                    right=True,
                    reason="With few calibration parts 8 % may lie in the range. And the promise is for parts like "
                    "those of the calibration: light or material that drifted are not part of it.",
                ),
                Option("Yes, 8 is more than 5", reason="The promise is about a mean over calibrations."),
                Option(
                    "No: p-values hold for any parts",
                    reason="They hold for parts of the same line in the same state. That is an assumption, to be "
                    "watched: lesson 09.",
                ),
            ],
        ),
        Question(
            "A vendor's report says AUROC 0.99 for a GAN. Which question comes first?",
            [
                Option("How many layers has it?", reason="Layers don't make a figure true."),
                Option(
                    "How were training, epochs and threshold chosen, what did PCA with a local maximum reach on the "
                    "same split, and what is the interval?",
                    right=True,
                    reason="Nothing chosen on test, a plain rival in the same table, an interval and a split by what "
                    "will be new tomorrow: with these, 0.99 may be believed.",
                ),
                Option("Which loss was used?", reason="Interesting, later."),
            ],
        ),
    ],
)
