"""Exercises and quiz of lesson 10."""

import numpy as np

from gan_helpers import decisions
from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases, within


def p_values(calibration, scores):
    """Return for each score the share of good parts, the part itself counted in, that look at least as suspicious."""
    at_least = (calibration[:, None] >= scores).sum(axis=0)
    return (1 + at_least) / (len(calibration) + 1)


def cost_on_new_parts(labels, scores, chosen, prices):
    """Choose the threshold on the parts where `chosen` is true; return its cost a part on the others."""
    best = decisions.cheapest_threshold(labels[chosen], scores[chosen], **prices)
    at = decisions.rates(labels[~chosen], scores[~chosen], best.threshold)
    return decisions.expected_cost(at.escape_rate, at.overkill_rate, **prices)


_RNG = np.random.default_rng(10)
CALIBRATION = np.round(_RNG.normal(0, 1, 40), 1)  # rounded, so that ties occur
SCORES = np.concatenate([np.round(_RNG.normal(0.5, 1.5, 12), 1), CALIBRATION[:2], [9.0, -9.0]])
LABELS = np.repeat([0, 1], [60, 30])
RANKS = np.concatenate([_RNG.normal(0, 1, 60), _RNG.normal(1.2, 1, 30)])
CHOSEN = np.arange(90) % 2 == 0
PRICES = {"defect_rate": 0.05, "cost_escape": 80.0, "cost_overkill": 4.0}
# likelihood ratio of N(2, 1) and N(0, 1) at the score that 5 % of N(0, 1) exceed: exp(2 * 1.645 - 2) = 3.63;
# (1 - 0.02) * 4 / (0.02 * cost) has to be that
COST_FOR_FIVE_PERCENT = 54.0

lesson = Lesson(
    10,
    "Capstone: your own parts",
    exercises=[
        Exercise(
            key="10.1",
            kind="think",
            title="Which cut",
            hints=(
                "Which of the three tests the detector on what it will meet next week?",
                "Two photographs taken a minute apart share light and tool. Which cut puts them on two sides?",
            ),
            options=[
                Option(
                    "Deal all 400 photographs out at random",
                    reason="Then neighbours of a minute stand on both sides. The test is passed by remembering the "
                    "day, and next week's parts come from a day that nobody remembers.",
                ),
                Option(
                    "Learn from the first three days, calibrate on the fourth, test on the fifth",
                    right=True,
                    reason="The test then asks what the line will ask: parts of a day that was never seen. The figure "
                    "is lower, and true.",
                ),
                Option(
                    "Learn from all five days, and test on new photographs of the same parts",
                    reason="The same part under the same lamp is the same photograph, but for noise. A test on parts "
                    "that were trained on proves nothing.",
                ),
            ],
        ),
        Exercise(
            key="10.2",
            kind="code",
            title="The p-value from calibration scores",
            hints=(
                "Count the calibration scores that are *at least* as high as the part's score, and count the part "
                "itself in: above the line and below it.",
                "`(calibration[:, None] >= scores).sum(axis=0)` counts for all parts at once; then add 1 to it, and "
                "divide by `len(calibration) + 1`.",
            ),
            reference=p_values,
            why="If the part is good, it is one of n + 1 good parts, and each place in their order is as likely as any "
            "other. That is all the theory there is, and the reason of both ones. This line stands in `score.py`.",
            compare=on_cases([(CALIBRATION, SCORES), (CALIBRATION[:7], SCORES), (CALIBRATION, SCORES[:1])]),
        ),
        Exercise(
            key="10.3",
            kind="play",
            title="The price behind a promise",
            hints=(
                "Raise the cost of an escape and go to the cheapest threshold each time. Does it reject more good "
                "parts, or fewer?",
                "It lies between 40 and 70. Without a browser: `practice.cost_escape = 40`, `practice.to_cheapest()`, "
                "`practice.overkill_rate`.",
            ),
            reference=COST_FOR_FIVE_PERCENT,
            why="At the cheapest threshold a part just there costs as much shipped as rejected: share times density "
            "times price is the same for defective and for good parts. At 1.645, which 5 % of the good scores exceed, "
            "defective scores are exp(2 * 1.645 - 2) = 3.63 times as dense. So 0.02 * cost * 3.63 = 0.98 * 4, and the "
            "cost is 54: thirteen good parts thrown away. Ask whether that is your price before you take the 5 %.",
            compare=within(0.15, relative=True),
        ),
        Exercise(
            key="10.4",
            kind="bug",
            title="A threshold that has seen the test",
            hints=(
                "Which parts choose the threshold, and which ones pay for it? They must not be the same.",
                "Choose with `labels[chosen], scores[chosen]`; count the errors with `decisions.rates` on "
                "`labels[~chosen], scores[~chosen]`, and put the two rates into `decisions.expected_cost`.",
            ),
            reference=cost_on_new_parts,
            why="The cheapest threshold fits the luck of the very parts that chose it. On other parts the luck is "
            "gone. `decisions.cost_on_other_parts` does the same with ten piles that take turns.",
            compare=on_cases(
                [(LABELS, RANKS, CHOSEN, PRICES), (LABELS, RANKS, ~CHOSEN, PRICES), (LABELS, -RANKS, CHOSEN, PRICES)]
            ),
        ),
    ],
    quiz=[
        Question(
            "The report recommends PCA, and your GAN took an hour. What do you tell your manager?",
            [
                Option(
                    "That the plain method does as well on these parts, and is cheaper to keep",
                    right=True,
                    reason="A rival that needs a second of training and no graphics card is easier to check, to "
                    "explain and to train again after a change. The hour was the price of knowing that.",
                ),
                Option(
                    "That the GAN needs more layers",
                    reason="Perhaps. Until a test shows it, the plain method stands.",
                ),
                Option(
                    "Nothing, and show the GAN's best picture",
                    reason="The interval of the difference is in the table. Somebody will read it.",
                ),
            ],
        ),
        Question(
            "You have 12 good parts for calibration. Which promise can you make?",
            [
                Option(
                    "1 false alarm in 13, on average, and no better one",
                    right=True,
                    reason="The smallest p-value of 12 calibration parts is 1 / 13. For 5 % it takes 19, and for a "
                    "narrow range a hundred.",
                ),
                Option(
                    "5 % false alarms, as always", reason="5 % of 13 is less than one part: nothing can be counted."
                ),
                Option("None at all", reason="One in 13 is a promise. It may even be enough where overkill is cheap."),
            ],
        ),
        Question(
            "A new lamp is mounted. What do you do first?",
            [
                Option(
                    "Photograph good parts under it, check them, and calibrate anew, before the detector decides again",
                    right=True,
                    reason="Promises hold for parts like those of the calibration. If the check reports a drift, train "
                    "anew as well.",
                ),
                Option("Nothing: the detector has learnt the part, not the lamp", reason="It has learnt photographs."),
                Option(
                    "Lower the threshold to be safe",
                    reason="Without good parts under the new lamp nobody knows which way the scores have moved.",
                ),
            ],
        ),
    ],
)
