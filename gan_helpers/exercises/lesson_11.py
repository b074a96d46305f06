"""Exercises and quiz of lesson 11."""

import numpy as np
from scipy.stats import norm

from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases


def normal_scores(values):
    """Return each value's place among all, as a quantile of the standard normal distribution."""
    ranks = np.argsort(np.argsort(values)) + 1
    return norm.ppf((ranks - 0.5) / len(values))


def hours_for(n, seconds_a_part, start_up, workers):
    """Return the hours that n parts take: a start-up in seconds, then the work shared by the workers."""
    return (start_up + n * seconds_a_part / workers) / 3600


def whole_gradient(gradients, sizes):
    """Return the gradient of the whole batch from those of the devices, each a mean over its own share."""
    return np.average(gradients, axis=0, weights=sizes)


_RNG = np.random.default_rng(11)

lesson = Lesson(
    11,
    "Beyond",
    exercises=[
        Exercise(
            key="11.1",
            kind="code",
            title="A column without its tail",
            hints=(
                "The smallest value has rank 1. `np.argsort` twice gives ranks that start at 0.",
                "`norm.ppf((ranks - 0.5) / len(values))` is the quantile; half a rank keeps the largest away from 1.",
            ),
            reference=normal_scores,
            why="Only the order counts, so a column in euro with a tail of millions and one in degrees come out alike. "
            "The half rank keeps the largest value finite.",
            compare=on_cases(
                [
                    np.array([3.0, 1.0, 2.0]),
                    np.array([1.0, 10.0, 100.0, 1e6]),
                    _RNG.permutation(np.exp(_RNG.normal(0, 2, 25))),
                ]
            ),
        ),
        Exercise(
            key="11.2",
            kind="think",
            title="One signal of another part",
            hints=(
                "Look at each column of such a row by itself. Is anything strange?",
                "The method has to know how columns go together.",
            ),
            options=[
                Option(
                    "A limit on every column, from the smallest to the largest usual value",
                    reason="Each value was measured on a good part, so it lies within every limit.",
                ),
                Option(
                    "The distance to the mean, measured in the spreads and correlations of the columns",
                    right=True,
                    reason="Mahalanobis distance knows that current and wear rise together, and sees a row in which "
                    "they don't.",
                ),
                Option(
                    "The number of columns whose value is rare",
                    reason="No value is rare; the combination is, and counting columns can't see it.",
                ),
            ],
        ),
        Exercise(
            key="11.3",
            kind="code",
            title="Hours for an archive",
            hints=(
                "Only the work is shared. Everybody waits for the start-up.",
                "`(start_up + n * seconds_a_part / workers) / 3600`.",
            ),
            reference=hours_for,
            why="The start-up doesn't shrink with more workers, so that for a small archive they hardly help; for a "
            "large one the time falls nearly as 1 over their number, as long as the disk keeps up.",
            compare=on_cases([(1000, 0.01, 5.0, 1), (1_000_000, 0.005, 5.0, 4), (0, 0.005, 36.0, 4)]),
        ),
        Exercise(
            key="11.4",
            kind="bug",
            title="Devices with unequal shares",
            hints=(
                "A batch of 100 on three devices: shares of 34, 33 and 33. And the last batch of a set: 10, 10 and 1.",
                "A share with more parts has to count for more: `np.average` takes `weights`.",
            ),
            reference=whole_gradient,
            why="The mean of means is the mean only for equal shares. Here every part counts once, whichever device it "
            "was on. Frameworks deal out equal shares, or divide by the size of the whole batch and sum.",
            compare=on_cases(
                [
                    (np.array([[1.0, 0.0], [3.0, 1.0]]), np.array([3, 1])),
                    (_RNG.normal(size=(3, 4)), np.array([10, 10, 1])),
                    (_RNG.normal(size=(2, 3)), np.array([32, 32])),
                ]
            ),
        ),
    ],
    quiz=[
        Question(
            'A press release: "Our detector reaches 99.6 % on MVTec AD." What do you ask first?',
            [
                Option(
                    "What it reaches on parts like mine, beside a plain rival, with an interval",
                    right=True,
                    reason="A benchmark ranks methods under its own lamp. Your parts are not in it.",
                ),
                Option(
                    "How large the network is",
                    reason="That is a question of cost. First comes the question whether it works for you.",
                ),
                Option(
                    "Why not 100 %",
                    reason="On a benchmark that is nearly solved, the last tenths say little about any line.",
                ),
            ],
        ),
        Question(
            "On the table, a plain method beats the GAN. What do you ship?",
            [
                Option(
                    "The GAN, since it may improve with more tuning",
                    reason="So may the rival. What is tuned on test rows wins on test rows only.",
                ),
                Option(
                    "The plain method, and the comparison with it",
                    right=True,
                    reason="It is faster, easier to explain, and better on what was measured. Keep the table: it is "
                    "the reason, and the next method starts from it.",
                ),
                Option(
                    "The mean of both scores",
                    reason="Perhaps that is best, perhaps not: it is a third method, to be measured like the others.",
                ),
            ],
        ),
        Question(
            "1,000 photographs take 10 s. What may you say about 1,000,000?",
            [
                Option(
                    "10,000 s",
                    reason="Only with the assumption that a photograph costs as much in the archive as here.",
                ),
                Option(
                    "10,000 s, if a photograph costs there what it costs here; disk and network are to be checked",
                    right=True,
                    reason="It is as good as its assumption, so the assumption belongs into the sentence.",
                ),
                Option(
                    "Nothing",
                    reason="That is too modest: the work is the same for every photograph, and that can be checked.",
                ),
            ],
        ),
    ],
)
