"""Exercises and quiz of lesson 09."""

import numpy as np

from gan_helpers import process
from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases, within

WANTED_ARL = 60  # lots between false alarms: two shifts of thirty lots
SMOOTHING = 0.1


def moving_average(z, smoothing):
    """Return w with w[t] = smoothing * z[t] + (1 - smoothing) * w[t - 1], beginning from 0; float (n,)."""
    averages, last = np.empty(len(z)), 0.0
    for t, value in enumerate(z):
        last = smoothing * value + (1 - smoothing) * last
        averages[t] = last
    return averages


def upper_limit(lot_means, held_out):
    """Return for each lot mean whether it lies above the three-sigma limit; bool (n,)."""
    centre = np.mean(held_out)
    sigma = np.std(held_out, ddof=1)
    return lot_means > centre + 3 * sigma


def begin_of_the_shift(z, alarm):
    """Return the index t for which (alarm + 1 - t) * mean(z[t : alarm + 1])**2 is largest, among positive means."""
    best, begin = 0.0, alarm
    for t in range(alarm + 1):
        mean = np.mean(z[t : alarm + 1])
        if mean > 0 and (alarm + 1 - t) * mean**2 > best:
            best, begin = (alarm + 1 - t) * mean**2, t
    return begin


_RNG = np.random.default_rng(9)
_USUAL = _RNG.normal(size=60)
_FAULTY = np.concatenate([_RNG.normal(size=20), 2.5 + _RNG.normal(size=12)])
_SHIFTED = np.array([0.2, -0.4, 0.1, -0.3, 1.8, 2.2, 0.9, 2.6])
_FALLEN = np.array([-3.0, -3.0, -3.0, -3.0, 0.0, 0.0, 2.5])  # its largest squared mean is a negative one
_SUDDEN = np.array([0.5, 0.5, 0.5, 4.0])  # all lies in the lot with the alarm

lesson = Lesson(
    9,
    "From parts to process",
    exercises=[
        Exercise(
            key="9.1",
            kind="think",
            title="Three sigma on p-values",
            hints=(
                "What is the smallest p-value that one part can have?",
                "With 240 calibration parts it is 1/241. Which z belongs to it? Compare it with 3.",
            ),
            options=[
                Option(
                    "One good part in 741, as for a normal distribution",
                    reason="That would hold if z could get as high as 3. Can it?",
                ),
                Option(
                    "It never alarms, whatever the part looks like",
                    right=True,
                    reason="The smallest p-value is 1/241, so z ends at 2.64. The limit of 3 lies beyond all that one "
                    "part can say. Several parts together can say more.",
                ),
                Option(
                    "It alarms at every defective part",
                    reason="The detector may be as sure as it likes: p doesn't get smaller than 1/241.",
                ),
            ],
        ),
        Exercise(
            key="9.2",
            kind="bug",
            title="Limits that hide the fault",
            hints=(
                "From which values are centre and sigma computed?",
                "A fault in the data moves the centre up and widens sigma. `held_out` is production as it should be.",
            ),
            reference=upper_limit,
            why="Limits say what the line does when nothing is wrong, so they come from such production and from "
            "nothing else. Computed from the shift that is judged, they grow with the fault and hide it.",
            compare=on_cases([(_FAULTY, _USUAL), (_USUAL, _USUAL[:30]), (_FAULTY + 5, _USUAL + 5)]),
        ),
        Exercise(
            key="9.3",
            kind="code",
            title="An EWMA by hand",
            hints=(
                "Keep the last average in a variable that begins at 0.",
                "In the loop: `last = smoothing * value + (1 - smoothing) * last`, then store it.",
            ),
            reference=moving_average,
            why="Each value enters with the weight `smoothing` and then fades by the same factor from lot to lot. With "
            "a small weight many lots are remembered, and small shifts add up.",
            compare=on_cases([(_USUAL[:8], 0.2), (_FAULTY, 0.1), (np.array([1.0, 0.0, 0.0]), 1.0)]),
        ),
        Exercise(
            key="9.4",
            kind="play",
            title="A limit for two quiet shifts",
            hints=(
                "`process.ewma_arl(smoothing=0.1, limit=2.0)` tells the run length of one limit. Try others.",
                "It lies between 1.3 and 1.7.",
            ),
            reference=round(process.limit_for("ewma", WANTED_ARL, smoothing=SMOOTHING), 3),
            why="The limit buys quiet and pays with delay. 2.86, the number of the textbooks, belongs to other "
            "settings: it gives 370 values between false alarms with a weight of 0.2 and two sides.",
            compare=within(0.03),
        ),
        Exercise(
            key="9.5",
            kind="think",
            title="What should be added up?",
            hints=(
                "After the fault, how many parts of a lot are still good?",
                "A mean asks whether all parts are a little worse. What happens here to a few of them?",
            ),
            options=[
                Option(
                    "The mean of z: it uses every part, so it must be best",
                    reason="It uses every part, and nearly all are good: their noise drowns the few that count.",
                ),
                Option(
                    "The number of rejects: a reject is what costs money",
                    reason="It looks at the right parts, but a part that is just beyond the threshold counts as much "
                    "as one with a hole missing, and the many false rejects count in full.",
                ),
                Option(
                    "Something that grows steeply with how rare a score is",
                    right=True,
                    reason="The fault puts a few clearly bad parts among many good ones. A bet on very small p-values "
                    "nearly ignores the good parts and weighs a bad one by how sure the detector is.",
                ),
            ],
        ),
        Exercise(
            key="9.6",
            kind="code",
            title="When did it begin?",
            hints=(
                "Try every t from 0 to the alarm, and remember the best.",
                "`mean = np.mean(z[t : alarm + 1])`; only a positive mean counts, and its weight is `alarm + 1 - t`.",
            ),
            reference=begin_of_the_shift,
            why="A long stretch with a small mean and a short one with a large mean compete; the product weighs them "
            "as the likelihood does. The alarm comes late, the estimate looks back.",
            compare=on_cases([(_SHIFTED, 7), (_FAULTY, 24), (_FAULTY, 31), (_FALLEN, 6), (_SUDDEN, 3)]),
        ),
    ],
    quiz=[
        Question(
            "A chart promises one false alarm in 60 lots. It has alarmed. How likely is a fault?",
            [
                Option(
                    "59 in 60",
                    reason="The run length says how often a quiet line alarms, not how often faults occur.",
                ),
                Option(
                    "That depends on how often the line has faults",
                    right=True,
                    reason="A false alarm comes in every second shift of 30 lots. With a fault as often, about one "
                    "alarm in two is true; with one fault a year nearly all are false. "
                    "The chart says where to look, not what will be found.",
                ),
                Option("Certain: that is what the limit is for", reason="Then there would be no false alarms at all."),
            ],
        ),
        Question(
            "The lot's median was subtracted from each score. Which fault does that hide?",
            [
                Option(
                    "One that spoils a few parts of a lot badly",
                    reason="A few parts don't move the median, so what they stand out by is kept.",
                ),
                Option(
                    "One that makes all parts of a lot look equally worse",
                    right=True,
                    reason="That is just what the light does as well. Scores can't tell the two apart; a chart of the "
                    "medians beside a photograph of a reference part can.",
                ),
                Option("None: the median is a constant", reason="It is another number for each lot."),
            ],
        ),
        Question(
            "Why not let a GAN play the line, and search for the best settings on it?",
            [
                Option(
                    "It would draw what it has seen, and the best settings have not been tried",
                    right=True,
                    reason="A GAN repeats the frequencies of its data. What lies outside them, and how sure one can be "
                    "there, it doesn't say. A Gaussian process says both, and learns from sixty lots.",
                ),
                Option("GANs can't take settings as an input", reason="A conditional GAN can, see lesson 04."),
                Option("It would be too slow", reason="Drawing is fast. Being right where there were no data is hard."),
            ],
        ),
    ],
)
