"""Exercises and quiz of lesson 01."""

import numpy as np

from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases


def error_rates(labels, rejected):
    """Return (escape rate, overkill rate) of verdicts on parts whose truth is known."""
    escape_rate = np.mean(~rejected[labels == 1])
    overkill_rate = np.mean(rejected[labels == 0])
    return escape_rate, overkill_rate


def standardised(train, test):
    """Return train and test images with the mean 0 and the standard deviation 1 that train gives."""
    mean, std = train.mean(), train.std()
    return (train - mean) / std, (test - mean) / std


def residual_score(images, redrawn):
    """Return one score a part: the mean squared difference between photograph and redrawn part."""
    return np.mean((images - redrawn) ** 2, axis=(1, 2, 3))


LABELS = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 0])
REJECTED = np.array([0, 1, 0, 0, 0, 1, 0, 1, 1, 0], dtype=bool)
_RNG = np.random.default_rng(1)
TRAIN, TEST = _RNG.uniform(0.2, 0.5, (4, 3, 3, 1)), _RNG.uniform(0.5, 0.9, (3, 3, 3, 1))

lesson = Lesson(
    1,
    "Background",
    exercises=[
        Exercise(
            key="1.1",
            kind="code",
            title="Escapes and overkill",
            hints=(
                "Only defective parts can escape: look at `rejected[labels == 1]`.",
                "The mean of an array of true and false is the share of true; `~` turns true into false.",
            ),
            reference=error_rates,
            why="Each rate has its own denominator. Escapes are counted among the defective parts and overkill among "
            "the good ones. Dividing both by all parts makes a line with few defects look fine.",
            compare=on_cases([(LABELS, REJECTED), (LABELS, ~REJECTED), (LABELS, np.ones(10, dtype=bool))]),
        ),
        Exercise(
            key="1.2",
            kind="think",
            title="Deal the cells at random?",
            hints=(
                "Cells of one module were made, soldered and photographed together.",
                "If neighbours of a test cell are in training, what has the detector already seen?",
            ),
            options=[
                Option(
                    "The figure stays the same; a split is a split",
                    reason="It would, if cells were independent. Look at the two rows of cells above once more.",
                ),
                Option(
                    "The figure rises, because the test has become easier than the factory",
                    right=True,
                    reason="Neighbours of the test cells are now in the training set. The detector is tested on "
                    "modules that it knows, and tomorrow's modules are new.",
                ),
                Option(
                    "The figure falls, because the training set is more mixed",
                    reason="More mixed training helps on all modules, and above all on those that it contains.",
                ),
            ],
        ),
        Exercise(
            key="1.3",
            kind="bug",
            title="A leak in the cleaning",
            hints=(
                "Which images does the function look at to find the mean?",
                "The test parts come tomorrow. Today there is nothing but `train` to take a mean of.",
            ),
            reference=standardised,
            why="A mean over train *and* test lets test parts speak before the test. With many defects in test, they "
            "even shift what counts as normal. Whatever a step must know, it learns from train.",
            compare=on_cases([(TRAIN, TEST), (TEST, TRAIN)]),
        ),
        Exercise(
            key="1.4",
            kind="code",
            title="Score by what can't be redrawn",
            hints=(
                "Square the difference, then take the mean over everything but the first axis.",
                "`np.mean(..., axis=(1, 2, 3))` leaves one number a part.",
            ),
            reference=residual_score,
            why="The mean over height, width and colour leaves one number a part, and squaring makes one large "
            "difference count more than many small ones. Nearly every reconstructing detector starts from this score, "
            "the GANs of lesson 05 as well.",
            compare=on_cases([(TRAIN, TRAIN + 0.1), (TEST, TEST[::-1])]),
        ),
    ],
    quiz=[
        Question(
            "1,000 parts, 10 of them defective. A detector accepts everything. What is its *accuracy*, the "
            "share of parts that it judges rightly?",
            [
                Option("1 %", reason="It is right about the 990 good parts, so it is right nearly always."),
                Option(
                    "99 %",
                    right=True,
                    reason="It is right about the 990 good parts, and its escape rate is 100 %. That is why nobody "
                    "should quote accuracy where defects are rare.",
                ),
                Option("50 %", reason="Accuracy counts all parts alike, and most are good."),
            ],
        ),
        Question(
            "After matching the brightness of all cells, the baseline 'mean brightness' finds far less. Why?",
            [
                Option(
                    "The step removed the difference that the baseline lives on",
                    right=True,
                    reason="A step that removes drift removes every defect that shows as a change of overall "
                    "brightness too. Cleaning always takes something away; know what.",
                ),
                Option("The step adds noise", reason="It multiplies an image by one number; it adds nothing."),
                Option(
                    "Matching makes all cells darker", reason="It makes dark cells brighter and bright ones darker."
                ),
            ],
        ),
        Question(
            "Which set may be looked at to choose the number of PCA components?",
            [
                Option("The test set, but only its good parts", reason="Then the test has taken part in the choice."),
                Option(
                    "Parts kept back from train, with forged defects added",
                    right=True,
                    reason="Nothing of them is test, and forged defects show what good parts alone can't: whether a "
                    "defect still stands out. The calibration set stays for the threshold.",
                ),
                Option("It doesn't matter", reason="It does: of many tries, the one that suits the test best wins."),
            ],
        ),
        Question(
            "Why train on good parts only?",
            [
                Option("Defects can't be photographed", reason="They can, once there are any."),
                Option(
                    "A good line makes plenty of good parts, few defects, and tomorrow's defect may be a new one",
                    right=True,
                    reason="What normal looks like can be learned from thousands of parts. What a defect looks like "
                    "can be learned for the defects that have already happened.",
                ),
                Option("Training on defects is always worse", reason="It isn't: lesson 06 shows how much ten help."),
            ],
        ),
    ],
)
