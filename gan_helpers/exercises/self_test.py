"""The self-test over the whole course, two questions a lesson, and the list of lessons for the certificate."""

from importlib import import_module

from gan_helpers.lesson import Option
from gan_helpers.lesson.exam import Choice, Number, SelfTest

LESSONS = range(12)


def course():
    """Return every lesson's title and number of exercises, for the certificate; lessons that aren't there are left out.

    Returns
    -------
    dict of int to (str, int)
    """
    found = {}
    for number in LESSONS:
        try:
            lesson = import_module(f"gan_helpers.exercises.lesson_{number:02d}").lesson
        except ModuleNotFoundError:
            continue
        found[number] = (lesson.title, len(lesson.exercises))
    return found


self_test = SelfTest(
    [
        Number(
            0,
            "Nine good parts that were held out score 0.10, 0.12, 0.13, 0.15, 0.16, 0.18, 0.21, 0.25 and 0.30. A new "
            "part scores 0.22. What is its conformal p-value?",
            value=0.3,
            tolerance=0.005,
            reason="Two of the nine score at least 0.22, and the part counts itself: (1 + 2) / (9 + 1) = 0.3.",
        ),
        Choice(
            0,
            'A supplier says: "Our detector has an AUROC of 0.95." What does the figure say by itself?',
            [
                Option("95 of 100 parts are judged correctly", reason="No threshold, so no verdict, is in the figure."),
                Option(
                    "A defective part, drawn at random, scores higher than a good one with a chance of 95 %",
                    right=True,
                    reason="It ranks. What escapes, and what is rejected by mistake, depends on the threshold.",
                ),
                Option("95 % of the defects are found", reason="That is a rate at a threshold; AUROC has none."),
            ],
        ),
        Number(
            1,
            "Of 1,000 parts 20 are defective. The inspector accepts 5 of these and rejects 49 of the good ones. What "
            "is the overkill rate, in per cent?",
            value=5.0,
            tolerance=0.05,
            unit="%",
            reason="49 of the 980 **good** parts were rejected: 5 %. The escape rate is 5 of 20, 25 %.",
        ),
        Choice(
            1,
            "Neighbouring photographs come from the same solar module. A random cut into train and test gives PCA a "
            "far better figure than a cut by module. Which one do you report?",
            [
                Option("The random one, since it uses the data best", reason="It tests on modules that were learnt."),
                Option(
                    "The one by module",
                    right=True,
                    reason="The next cell to be inspected comes from a module that nobody has seen.",
                ),
                Option("The mean of both", reason="A wrong figure doesn't become right by averaging."),
            ],
        ),
        Number(
            2,
            "At some point the density of the data is 0.3 and that of the generator 0.1. What does the best "
            "discriminator answer there?",
            value=0.75,
            tolerance=0.005,
            reason="D*(x) = p_data / (p_data + p_G) = 0.3 / 0.4 = 0.75 (Goodfellow et al. 2014, arXiv:1406.2661).",
        ),
        Choice(
            2,
            "The generator draws one flawless picture over and over. What is that called, and what shows it?",
            [
                Option("Saturation; the loss of D is high", reason="Saturation is a gradient that vanishes."),
                Option(
                    "Mode collapse; recall is low though precision is high",
                    right=True,
                    reason="Every picture is good (precision), most of the data is never drawn (recall).",
                ),
                Option("Overfitting; KID is zero", reason="One picture is far from the data as a whole: KID is high."),
            ],
        ),
        Number(
            3,
            'A picture of 64 pixels a side passes three convolutions with stride 2 and padding "same". How many '
            "pixels a side are left?",
            value=8,
            tolerance=0,
            unit="pixels",
            reason="Each one halves the side: 64, 32, 16, 8.",
        ),
        Choice(
            3,
            "In a `train_step` of your own, the generator's step takes the gradient with respect to "
            "`generator.trainable_variables` only. Must D be set to `trainable = False` for it?",
            [
                Option("Yes, or D learns to be fooled", reason="What isn't in the list isn't changed."),
                Option(
                    "No; and where it is set and not set back, D quietly stops learning",
                    right=True,
                    reason="The list of variables decides. The switch is a relic of older listings, and a trap.",
                ),
                Option("Only with batch normalisation", reason="That is about statistics, not about gradients."),
            ],
        ),
        Choice(
            4,
            "The generator's pictures look perfect. Before you praise it, which check comes first?",
            [
                Option("The loss of G", reason="Losses of two players who both learn say little about pictures."),
                Option(
                    "Whether they are copies of training pictures",
                    right=True,
                    reason="A generator that copies looks perfect and has learnt nothing that you didn't have.",
                ),
                Option("Whether D can still tell them apart", reason="D may be weak, or have learnt by heart."),
            ],
        ),
        Choice(
            4,
            "KID between two halves of the **real** photographs comes out as 0.002, and once as -0.001. What is wrong?",
            [
                Option(
                    "Nothing: the estimate has no bias, so it scatters around zero",
                    right=True,
                    reason="An unbiased estimate of zero is below it about half of the time (arXiv:1801.01401).",
                ),
                Option("A distance can't be negative: a bug", reason="The distance can't; an unbiased estimate can."),
                Option("The photographs are copies", reason="Copies would not make the figure negative."),
            ],
        ),
        Number(
            5,
            "You want to promise at most 5 % false alarms by a conformal threshold. How many held-out good parts do "
            "you need at the very least?",
            value=19,
            tolerance=0,
            unit="parts",
            reason="The smallest p-value is 1 / (n + 1); it reaches 0.05 from n = 19 on.",
        ),
        Choice(
            5,
            "A paper stops training at the epoch with the best AUROC on the test set. What is the figure worth?",
            [
                Option("It is the method's true figure", reason="It is the best of many looks at the answers."),
                Option(
                    "It is too high by an unknown amount",
                    right=True,
                    reason="At the line there are no labels to choose by. The course measures this gain; it varies.",
                ),
                Option("It is too low, as training stopped early", reason="It stopped where the test looked best."),
            ],
        ),
        Choice(
            6,
            "DiffAugment changes pictures at random before D sees them. Which pictures?",
            [
                Option("The real ones only", reason="Then G learns to draw the changes: they leak."),
                Option(
                    "Real and made ones alike, in the steps of D and of G",
                    right=True,
                    reason="Then the changes tell D nothing, and G isn't asked to draw them (arXiv:2006.10738).",
                ),
                Option("The made ones only", reason="Then D tells them by the changes, at once."),
            ],
        ),
        Choice(
            6,
            "Ten defective parts. Arm A pastes defects, arm B draws them with a GAN. How do you compare?",
            [
                Option(
                    "Same test set, several draws of ten, the gain taken draw by draw",
                    right=True,
                    reason="Which ten were drawn matters more than the arm; pairing takes that out.",
                ),
                Option("One run each; the higher figure wins", reason="The spread between draws is larger than that."),
                Option("The arm with the nicer pictures wins", reason="Pictures are the means, detection is the aim."),
            ],
        ),
        Choice(
            7,
            "How do you see that a discriminator has learnt its training pictures by heart?",
            [
                Option("Its loss oscillates", reason="That is what a game looks like."),
                Option(
                    "It rates real pictures that were held out lower than those it trained on",
                    right=True,
                    reason="Both are real and good. A gap between them can only come from memory.",
                ),
                Option("Its output for made pictures falls", reason="That also happens when D simply is good."),
            ],
        ),
        Choice(
            7,
            "A detector is stored as int8. What has to be done before it judges parts?",
            [
                Option("Nothing, the weights are the same", reason="They are rounded, and so are the scores."),
                Option(
                    "The threshold is set anew from good parts, scored by the int8 file",
                    right=True,
                    reason="The scores move a little, so the old threshold no longer keeps its promise.",
                ),
                Option("The training is repeated", reason="Only the threshold depends on the exact scores."),
            ],
        ),
        Choice(
            8,
            "An explanation covers places with grey, and all over the part the score **rises**. Why?",
            [
                Option("The part is all defect", reason="Then covering it would lower the score."),
                Option(
                    "A grey square is an anomaly itself",
                    right=True,
                    reason="No good part has one. Cover with what a good part shows there, such as the repair.",
                ),
                Option("Occlusion needs smaller squares", reason="Small grey squares are anomalies as well."),
            ],
        ),
        Choice(
            8,
            "A map stays the same when the network's weights are replaced by random ones. What does it explain?",
            [
                Option("The network, robustly", reason="Of what the network learnt, nothing is left."),
                Option(
                    "The picture, not the network",
                    right=True,
                    reason="It is the one thing that both have in common (arXiv:1810.03292).",
                ),
                Option("The defect", reason="An ignorant network can't know it."),
            ],
        ),
        Number(
            9,
            "A chart alarms on a point by mistake with probability 0.0027, independently of all others. After how many "
            "points does the first false alarm come, on average?",
            value=370.4,
            tolerance=1.0,
            unit="points",
            reason="1 / 0.0027 = 370: the ARL0 of a Shewhart chart with limits at three standard deviations.",
        ),
        Choice(
            9,
            "Anomaly scores have a long upper tail. Limits at three standard deviations of the raw score then give",
            [
                Option("fewer false alarms than promised", reason="The tail lies above the limit, not below it."),
                Option(
                    "many more false alarms than promised; go over to p-values, and chart lots of them",
                    right=True,
                    reason="0.27 % holds for the normal distribution. A p-value is uniform whatever the scores look "
                    "like, and lots say whether there are more strange parts than usual.",
                ),
                Option("the same, by the central limit theorem", reason="That is about means of many parts."),
            ],
        ),
        Choice(
            10,
            "Good parts were photographed in the morning, defective ones on another day under another lamp. The "
            "detector reaches an AUROC of 1.00. What has it found?",
            [
                Option("All defects", reason="Perhaps. Perhaps none."),
                Option(
                    "Possibly the lamp",
                    right=True,
                    reason="Light tells the two folders apart without any defect. Take both in one session.",
                ),
                Option("That the task is easy", reason="Sorting photographs by lamp is easy."),
            ],
        ),
        Number(
            10,
            "1 % of the parts are defective. An escape costs 200 euro, a good part rejected by mistake 4 euro. With an "
            "escape rate of 10 % and an overkill rate of 5 %, what do errors cost a part?",
            value=0.398,
            tolerance=0.005,
            unit="euro",
            reason="0.01 x 0.10 x 200 + 0.99 x 0.05 x 4 = 0.200 + 0.198 = 0.398 euro.",
        ),
        Number(
            11,
            "Scoring takes 5 ms a part on one core. How many minutes do 1,000,000 parts take on four cores, if nothing "
            "else slows them down?",
            value=1e6 * 0.005 / 4 / 60,
            tolerance=0.3,
            unit="minutes",
            reason='5,000 s of work, shared by four: 1,250 s. The "if" is to be checked: disk, network, memory.',
        ),
        Choice(
            11,
            "A table of transactions, no labels. Which detector do you start with?",
            [
                Option("A GAN, since it is the most capable", reason="A method is capable of what it was shown to do."),
                Option("The winner of the latest paper", reason="No unsupervised method wins on tables in general."),
                Option(
                    "Two or three plain ones, and whatever follows has to beat them",
                    right=True,
                    reason="ADBench finds none of the unsupervised methods significantly better (arXiv:2206.09426).",
                ),
            ],
        ),
    ]
)
