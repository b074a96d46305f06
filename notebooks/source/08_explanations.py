# %% [markdown]
# # 08 · Explanations
#
# A detector says "reject". The operator asks "why?", and so do the foreman, the customer and the auditor. In this lesson
# you let SHAP, LIME and occlusion answer, set them beside the map that a repair GAN draws anyway, and find out which
# answers are true. For once the truth is known: every rendered defect has a mask, and the line has its equations.
#
# You will be able to
#
# - explain a rejection by occlusion, LIME, SHAP and the anomaly map, for a classifier and for a detector,
# - choose what a covered place is replaced with, and show why grey misleads,
# - judge explanations by pointing game, precision, deletion and insertion, with controls and a sanity check,
# - say which setting drives the defect rate, and how far SHAP of process data can be trusted,
# - read an explanation card of a rejected part, and say how far each line of it can be trusted.
#
# **Before you start:** lessons 05 and 06.
#
# Reading: about 40 minutes. Running: about 2 minutes.

# %% [markdown]
# ## Two inspectors
#
# A reason is asked of somebody, so we need inspectors. The **detector** is the repair GAN of lesson 05, as it is
# shipped: it knows good plates only, looks at 128x128 pixels, and its score is the largest log-odds of a defect over
# the plate. The **classifier** is that of lesson 06: it has seen good and defective examples, and its score is one
# logit (log-odds of "defective"). Most defects are small on the plate, and with a few hundred examples it learns them
# far better from *close-ups* of 32x32 pixels, as a second camera would take them. We train it here, on close-ups of a
# campaign whose parts are in no test set, turned and mirrored.

# %%
import time
from dataclasses import replace

import numpy as np
import pandas as pd
from gan_helpers import checkpoints, datasets, decisions, explain, measured, plots
from gan_helpers.classifier import DefectClassifier
from gan_helpers.exercises.lesson_08 import lesson
from gan_helpers.settings import budget, by_budget, seed_everything

seed_everything(8)
detector = checkpoints.load("parts", "repair_gan")
detector.mirror = "none"  # what is explained here is one look at a part
fine = datasets.load_parts(128)
test = fine.test[fine.test.has_mask]

# %% [markdown]
# That was the detector, ready to use, and the plates. Now the classifier learns.

# %%
n, n_good = by_budget(smoke=(2, 16), lesson=(60, 800), full=(100, 1200))
learnt, _ = datasets.load_close_ups(n, good=n_good, held_out_per_kind=1)
steps = by_budget(smoke=2, lesson=2000, full=4000)
classifier = DefectClassifier(steps=steps, rate=2e-3, seed=8)
classifier.fit(*datasets.in_all_orientations(learnt.images, learnt.labels))
print(len(learnt), "close-ups,", int(learnt.labels.sum()), "of them defective")

# %% [markdown]
# An explanation of a bad inspector explains little. How good are they? (The test set is used for that, and for judging
# explanations. Nothing is chosen on it.)

# %%
close_ups = datasets.close_ups_of(test, seed=8)
skill = {
    "classifier of close-ups": decisions.auroc(test.labels, classifier.score(close_ups.images)),
    "detector of plates": decisions.auroc(test.labels, detector.score(test.images)),
}
print({name: round(float(figure), 3) for name, figure in skill.items()})

# %% [markdown]
# The two figures are no contest: the classifier is shown the place, and has seen each kind of defect; the detector has
# neither help. Both are good enough to be asked for reasons.

# %%
if budget() != "smoke":
    assert skill["classifier of close-ups"] > 0.88
    assert skill["detector of plates"] > 0.9

# %% [markdown]
# Now the parts that are to be explained: some of each kind of defect, the first ones whose defect is visible. The
# detector gets the plates, the classifier the close-ups of the same plates.

# %%
kinds = [str(kind) for kind in np.unique(test.kinds) if kind != "good"]
per_kind = by_budget(smoke=1, lesson=2, full=10)
rows = np.concatenate([np.flatnonzero(test.kinds == kind)[:per_kind] for kind in kinds])
parts, repaired = test[rows], detector.reconstruct(test.images[rows])
views = datasets.close_ups_of(parts, seed=8)
repaired_views = datasets.close_ups_of(replace(parts, images=repaired), seed=8).images
print(f"{len(parts)} parts; the defect covers {parts.masks.mean():.1%} of the plate,")
print(f"{views.masks.mean():.1%} of the close-up")

# %% [markdown]
# ## Cover a place and look
#
# The oldest way is the simplest (Zeiler & Fergus 2014): cover a place, look how far the score falls, move on. A large
# fall says: what stood here raised the score.
#
# ### Exercise 8.1 · Cover and look
#
# Walk over the part in squares of `patch` pixels that don't overlap. In each round put the square of `baseline`, a
# picture of the same size, into a copy of the part, and write down how far the score falls. `score` takes a batch.


# %% tags=["exercise"] exercise="8.1"
def occlusion_map(score, image, baseline, patch):
    """Return how far the score falls where a square of the baseline covers the part; float (h, w)."""
    ...


# %%
occlusion_map = lesson.check("8.1", occlusion_map)

# %% [markdown]
# What is put in the place? Most tutorials take grey.
#
# ### Exercise 8.2 · A grey square on a good part
#
# Take a *good* plate that the detector accepts, and cover a square of it with grey. What does its score do?
#
# - **a)** It stays: grey is neutral and says nothing
# - **b)** It falls: less of the part is left to be suspicious
# - **c)** It rises: the square is a defect itself

# %% tags=["exercise"] exercise="8.2"
answer_8_2 = ...  # a letter in quotation marks, such as "a"

# %%
answer_8_2 = lesson.check("8.2", answer_8_2)

# %% [markdown]
# Measure it: forty good plates of the calibration lots, a square of 16 pixels at a random place of each covered with
# grey (the plate's own mean brightness), with the plate blurred, or with the plate as the repair GAN would make it. The
# threshold is that for 5 % false alarms.

# %%
score, network = explain.explained(detector)
calm = detector.score(fine.calibration.images)
threshold = decisions.conformal_threshold(calm, 0.05)
good = fine.calibration[:: by_budget(smoke=40, lesson=6, full=2)]
rng = np.random.default_rng(8)
ways = {name: explain.baseline_of(good.images, name) for name in explain.BASELINES}
ways |= {"repaired": detector.reconstruct(good.images)}
places = rng.integers(24, 88, (len(good), 2))
rejected = {"untouched": np.mean(score(good.images) > threshold)}
for name, baseline in ways.items():
    covered = good.images.copy()
    for part, instead, (y, x) in zip(covered, baseline, places, strict=True):
        part[y : y + 16, x : x + 16] = instead[y : y + 16, x : x + 16]
    rejected[name] = np.mean(score(covered) > threshold)
assert budget() == "smoke" or rejected["grey"] > rejected["repaired"] + 0.5
pd.Series(rejected).round(3).to_frame("good plates rejected")

# %% [markdown]
# The grey square is an anomaly of its own making, and so is the blurred one: nearly every plate is rejected for it. Each
# explanation below asks "what if this place were different?". With grey it hears the answer to "what if I damage the
# part?". The repaired part asks the question that was meant: what if this place were as it should be?

# %% [markdown]
# Is the repair as it should be, though? Ask the detector itself. Here are our defective parts, and what covers them when
# all is covered: the mean score, and the share that would be rejected.

# %%
baselines = {"the parts themselves": parts.images, "repaired": repaired}
baselines |= {name: explain.baseline_of(parts.images, name) for name in explain.BASELINES}
told = {name: score(images) for name, images in baselines.items()}
pd.DataFrame(
    {
        name: {"mean score": s.mean(), "rejected": np.mean(s > threshold)}
        for name, s in told.items()
    }
).T.round(2)

# %% [markdown]
# Hardly any of the repaired parts would be rejected, nearly all of the grey and blurred ones would. The limit of the idea:
# it needs a detector that repairs well. Where a repair is itself rejected, don't lean on the explanation of that part.

# %% [markdown]
# Now your map of a plate with a burr, once with grey and once with the repaired part. **Guess first:** will the two maps
# point to the same place?

# %%
which = list(parts.kinds).index("burr")
image, mask = parts.images[which], parts.masks[which]
by_hand = {
    "grey": occlusion_map(score, image, explain.baseline_of(parts.images, "grey")[which], 16),
    "repaired": occlusion_map(score, image, repaired[which], 16),
}

# %% [markdown]
# Each map from blue (covering raises the score) to red (covering lowers it), with the true defect outlined.

# %%
figure, axes = plots.panels(1, 3, width=8, row_height=2.7)
plots.picture(axes[0, 0], image, mask=mask)
axes[0, 0].set_title("a plate with a burr", fontsize=9.5)
for axis, (name, falls) in zip(axes[0, 1:], by_hand.items(), strict=True):
    plots.picture(axis, image, mask=mask)
    strongest = np.abs(falls).max()
    axis.imshow(falls, cmap="RdBu_r", vmin=-strongest, vmax=strongest, alpha=0.6)
    axis.set_title(f"covered with {name}", fontsize=9.5)
plots.show(
    figure,
    alt="A plate with a burr outlined, and two maps of squares: covered with grey, squares beside the burr are red "
    "too, two of them strongly; covered with the repaired part, only the square with the burr stands out.",
)

# %% [markdown]
# Both maps have their highest square on the burr. But with grey, sound places beside it seem to matter as well, up to
# two thirds as much: a damage near a defect disturbs how the detector sees it. And the burr itself loses little, since
# a grey square takes its place. Repaired squares change the score where the burr is, three times as much, and hardly
# anywhere else. A burr fits into one square. A longer defect lies across several, and covering one of them leaves the
# rest as suspicious as before; then maps of squares point beside it. That is why `explain.attribute` lets its squares
# overlap.

# %% [markdown]
# ## LIME and SHAP
#
# **LIME** (Ribeiro et al. 2016) cuts the picture into pieces, switches pieces on and off at random, and fits a straight
# line to what the score does, in which samples close to the whole part weigh more (the L is for *local*). The slope of a
# piece, spread over its pixels, is the map. The pieces are *superpixels*: neighbouring pixels of
# like tone. We let SLIC (Achanta et al. 2012), which gathers pixels by place and tone, cut about a hundred.
#
# **SHAP** (Lundberg & Lee 2017) asks for more: the difference between the score of the part and that of its baseline is
# to be *shared out* among the places, without a rest. A place's share is what it adds to the score when it is uncovered,
# averaged over all orders in which the places could be uncovered:
#
# $$\phi_i = \sum_{S \not\ni i} \frac{|S|! \, (N - |S| - 1)!}{N!} \, \bigl(v(S \cup i) - v(S)\bigr).$$
#
# In words: $N$ places, $S$ a set of them without place $i$, $|S|$ how many it holds, $v(S)$ the score with the places
# in $S$ uncovered and the rest covered by the baseline. The fraction is the share of all orders in which exactly $S$
# comes before $i$. With thousands of pixels nobody can try all sets, so there are short cuts, which share out the same
# difference by rules of their own: `shap_gradient` walks straight from baseline to part and adds up slope times change
# on the way (with one baseline these are *integrated gradients*, Sundararajan et al. 2017; points of the way are drawn,
# so the sum is right up to chance); `shap_partition` uncovers halves, quarters, eighths of the picture, and goes on
# where something happens (*Owen values*, Shapley values of pieces within pieces).
#
# All of them stand behind one call, and beside them the map that the detector draws by itself. **Guess first:** which
# row will stay closest to the outlines?

# %%
BASELINE = {"baseline": repaired, "network": network}
EFFORT = {
    "shap_gradient": {"samples": by_budget(smoke=4, lesson=30, full=50)},
    "shap_partition": {"evaluations": by_budget(smoke=20, lesson=200, full=300)},
    "lime": {"samples": by_budget(smoke=20, lesson=150, full=300)},
    "occlusion": {"stride": by_budget(smoke=1 / 8, lesson=1 / 16, full=1 / 16)},
}
maps, seconds = {"anomaly map": detector.anomaly_map(parts.images)}, {}
for method, effort in EFFORT.items():
    start = time.perf_counter()
    found = explain.attribute(method, score, parts.images, seed=8, **BASELINE, **effort)
    maps[method], seconds[method] = explain.smoothed(found), time.perf_counter() - start
print({method: f"{spent / len(parts):.2f} s a part" for method, spent in seconds.items()})

# %% [markdown]
# One part of each kind. Maps are blurred a little, all alike, as the detector's own is: single pixels of a gradient
# mean nothing, what they add up to does.

# %%
one_each = np.arange(0, len(parts), per_kind)
figure = plots.attribution_rows(
    parts.images[one_each],
    {name: found[one_each] for name, found in maps.items()},
    masks=parts.masks[one_each],
    kinds=kinds,
)
plots.show(
    figure,
    alt="Eight plates, one a kind of defect, and below each the maps of five methods for the repair GAN: anomaly map "
    "and shap_gradient glow in compact spots, mostly inside the outlines; the other rows are coarser, and more of their "
    "spots lie beside.",
)

# %% [markdown]
# They look alike where the defect is clear, and differ where it isn't. Looking is not enough: pictures of maps persuade,
# whether they are true or not. So they are measured.

# %% [markdown]
# ## Is it true? Two questions, four figures
#
# **Does the map find the defect?** The *pointing game* (Zhang et al. 2016): is the highest place of the map inside the
# mask? (On plates a miss by two pixels counts as a hit, on close-ups none does.) And the *average precision*: go
# through the pixels from the highest to the lowest; how pure is what was found?
#
# **Does the map tell what the model looked at?** *Deletion* (Petsiuk et al. 2018): take the most important places out of
# the part, put the baseline there, and watch the score. With a true map it falls at once, and the area under the curve
# is small. *Insertion*: put the most important places into the baseline. With a true map the score rises at once, and
# the area is large. Both are relative here: 1 is the score of the part, 0 that of its baseline.
#
# The two questions are not the same. If a model looks at the lamp instead of the crack, a true map shows the lamp: it
# loses the first game and wins the second.
#
# ### Exercise 8.3 · A deletion curve that flatters bad maps
#
# This function runs and gives plausible figures. One thing in it is the wrong way round. Find it.


# %% tags=["exercise"] exercise="8.3"
def deletion_area(score, image, importance, baseline):
    """Return the area under the deletion curve: places give way to the baseline, the most important first."""
    order = np.argsort(importance.ravel())
    scores = [score(image[None])[0]]
    left = image.copy()
    for place in np.array_split(order, 8):
        y, x = np.unravel_index(place, importance.shape)
        left[y, x] = baseline[y, x]
        scores.append(score(left[None])[0])
    return np.trapezoid(scores, dx=1 / 8)


# %%
deletion_area = lesson.check("8.3", deletion_area)

# %% [markdown]
# What is a good figure? That is what **controls** are for: maps that look at no model. `random` is noise, `centre` a hill
# in the middle of the picture, `edge` the steepness of the brightness. And one more, which knows the GAN but not the
# marker: the plain difference between part and repair.

# %%
for control in explain.CONTROLS:
    maps[control] = explain.smoothed(explain.attribute(control, score, parts.images, seed=8))
maps["residual"] = explain.smoothed(np.abs(parts.images - repaired).mean(axis=-1))


def judged(score, parts, maps, baseline):
    """Measure all maps: a line each, averaged over the parts, with the interval of the pointing game."""
    lines = {}
    for name, found in maps.items():
        rows = explain.judge(score, parts.images, parts.masks, found, baseline, steps=10)
        lines[name] = explain.summary(rows)
    wanted = ["pointing", "pointing_low", "pointing_high", *explain.FIGURES[1:]]
    return pd.DataFrame(lines).T[wanted].sort_values("pointing", ascending=False).round(2)


on_detector = judged(score, parts, maps, repaired)
on_detector

# %% [markdown]
# Read it in this order. First the controls: that much is free, and on whole plates it is next to nothing. Then the
# explanations: their intervals lie above the controls. Then the anomaly map: it costs nothing, since the detector draws
# it anyway. A map that is trained to mark defects is hard to beat at marking defects. It has the smallest deletion as
# well: the score is read off that map. By insertion others are ahead of it: the two figures disagree. Don't rank
# methods on these few parts; comparing two would take the interval of their difference. The table of many parts comes
# below. Some insertions are above 1: a mixture of part and repair may score higher than the part itself.

# %% [markdown]
# ## The same for the classifier
#
# The classifier has no map of its own and knows no repair. Its baseline is the repaired part all the same: the close-up
# cut out of the repaired plate, for the repair GAN serves *any* model. And it is asked with a grey baseline, to compare.
#
# On close-ups one control is hard to beat, for a reason that has nothing to do with any model: the picture was cut
# *around* the defect, so that the middle is a good bet. **Guess first:** how often does "always point to the middle"
# win the pointing game?

# %%
asked, behind = explain.explained(classifier)
on_views = {}
for name, baseline in {"repaired": repaired_views, "grey": "grey"}.items():
    given = {"baseline": baseline, "network": behind, "seed": 8}
    for method, effort in EFFORT.items():
        found = explain.attribute(method, asked, views.images, **given, **effort)
        on_views[f"{method}, {name}"] = explain.smoothed(found)
for control in explain.CONTROLS:
    on_views[control] = explain.smoothed(
        explain.attribute(control, asked, views.images, seed=8)
    )
on_views["residual"] = explain.smoothed(np.abs(views.images - repaired_views).mean(axis=-1))
on_classifier = judged(asked, views, on_views, repaired_views)
print(f"a pixel drawn blindly lies in the defect {views.masks.mean():.0%} of the time")
on_classifier

# %% [markdown]
# The baseline makes the difference: with grey, the methods find the defect less often than with the repaired part, and
# hardly ever more often than the middle of the picture does. The residual, which doesn't ask the classifier at all,
# points well too: on these sixteen parts most of the finding is the repair's merit. But deletion and insertion of the
# best explanations are better than those of the residual. (`random` is blurred noise, whose highest peaks lie at the
# border, and the steepest `edge` is seldom the defect's, so here both do worse than a blind pixel.)

# %%
if budget() != "smoke":
    pointing = on_classifier["pointing"]
    with_repair, with_grey = (
        np.mean([pointing[f"{method}, {name}"] for method in EFFORT])
        for name in ("repaired", "grey")
    )
    assert with_repair > with_grey + 0.15

# %% [markdown]
# These are few parts, and the intervals say so. `python benchmarks/explanations.py` measures the same maps, with more
# samples, on 56 parts, seven of each kind, for both models, three baselines, five classifiers of different seeds and
# one detector, in about half an hour. Its rows are shipped and were not computed here; means over the seeds, `low` and
# `high` are the ends of the 95 % interval of the pointing game over parts.
#
# **Guess first:** for the detector, does any explanation point better than its own map?

# %%
columns = ["pointing", "low", "high", "average_precision", "deletion", "insertion", "ms"]
ends = {"pointing_low": "low", "pointing_high": "high"}
shipped = measured.explanation_rows().rename(columns=ends)
table = shipped.groupby(["model", "method", "baseline"], sort=False)[columns].mean()
table.sort_values(["model", "pointing"], ascending=False).round(2)

# %% [markdown]
# That is the verdict. For the **detector**, one explanation, SHAP with gradients and the repaired part as its baseline,
# points as well as the map that is drawn for nothing, at a hundred times its price. Average precision, which asks for
# the whole defect, has 0.66 for the map and 0.59 for SHAP, on the same parts; whether that is more than chance the
# interval of the difference would say, which the rows don't hold. Taking out what the map marks lowers the score most
# (deletion, 0.20). But the residual, which never asks the marker, comes next (0.25, the intervals overlap), behind none
# of the four explanations (0.26 to 0.45), and SHAP with gradients (0.45) isn't clearly better than the middle of the
# plate (0.49). And putting back what SHAP marks raises it most, to 1.28 of the whole, with 1.07 for the map
# (insertion). So the two disagree on which is the most faithful, and an insertion above 1 is hard to read: a mixture of
# part and repair can score higher than the part. And the plain `residual` points as well as occlusion, and no worse
# than LIME and partition, at less than a hundredth of their price (`ms` leaves the repair out, which costs about as
# much as the anomaly map). For the **classifier**, which draws no map, LIME and both kinds of SHAP with the repaired
# part point to the defect more often than "always the middle", in each of five classifiers (0.84 to 0.86 on average
# against 0.67; all five are judged on the same 56 close-ups, and the intervals just overlap); occlusion is no better
# than the middle. But the `residual`, which never asks the classifier, points nearly as often (0.80, the intervals
# overlap) and covers the defect better (average precision 0.67 against 0.54 to 0.57). What it can't do is say what
# *this* classifier goes by: taking out what SHAP and LIME mark lowers its score far more (deletion -0.08 to -0.43
# against 0.09; below 0 the mixture scores less than the repaired part, as hard to read as an insertion above 1). So to
# find the defect the repair is enough; to question the model, ask the model. In every line with a grey or blurred
# baseline the same methods fall; on plates, LIME and partition fall nearly to the controls. The first choice to make is
# not the method. It is the baseline.

# %%
if budget() != "smoke":
    free = on_detector.loc[list(explain.CONTROLS), "pointing"].max()
    assert on_detector.loc["anomaly map", "pointing"] > free + 0.3
    assert on_detector.loc["random", "average_precision"] < 0.05

# %% [markdown]
# ## Two traps of deletion and insertion
#
# Both ask the model about pictures in pieces, and a model's answer to pictures that it has never seen is worth little.
# Here are the curves of four maps of the detector; what is taken out gives way to the repaired part. For the anomaly map
# it gives way to grey, too. **Guess first:** what does the score do when pieces of a plate turn grey?

# %%
chosen = ["anomaly map", "occlusion", "edge", "random"]
grey = explain.baseline_of(parts.images, "grey")
curves = {
    name: explain.deletion_insertion(score, parts.images, maps[name], repaired, steps=10)
    for name in chosen
}
on_grey = explain.deletion_insertion(score, parts.images, maps["anomaly map"], grey, steps=10)
print("score, while", *(f"{share:.0%}" for share in on_grey.shares[::2]), "of the pixels go,")
for name, one in {"repaired": curves["anomaly map"], "grey": on_grey}.items():
    print(f"{name:9}", *one.deletion.mean(axis=0)[::2].round(1))
plots.show(
    plots.faithfulness_curves(curves),
    alt="Deletion and insertion curves of four maps, with the repaired part as baseline: the score falls and rises "
    "early for maps that tell what the detector looks at, late for the random map.",
)

# %% [markdown]
# With the repaired part the score falls, with grey it need not: see the printed lines. What does that do to a verdict?
# Here are, of the shipped rows, the three maps with the lowest, that is the best, deletion, judged with either, and the
# ends of its 95 % interval:

# %%
rows = measured.explanation_rows(judged_with=None)
rows["map"] = rows["method"] + ", " + rows["baseline"]
ends = ["deletion", "deletion_low", "deletion_high"]
judged_by = rows.groupby(["model", "judged_with", "map"])[ends].mean().sort_values("deletion")
lowest = judged_by.groupby(level=["model", "judged_with"]).head(3)
by_grey = judged_by.sort_index().loc[("repair_gan", "grey"), "deletion"]
assert by_grey.idxmin() == "random, -"
lowest.sort_index(level=[0, 1], ascending=False, sort_remaining=False).round(2)

# %% [markdown]
# Trap one: judged with grey, the best figure of the detector belongs to `random`. Don't read that as a rank either,
# look at the intervals. For the detector a grey plate is about as suspicious as a defective one, on average more; so
# the scale (1 the part, 0 its baseline) has hardly a length and stands on its head, and a figure on such a scale says
# nothing. Trap two: a deletion figure is a comparison with *one* baseline, and an explanation made with the same
# baseline has an advantage. For the classifier the maps made with the repaired part lead where that judges, and two of
# those made with grey lead where grey does. Insertion and deletion figures of different articles can't be compared.

# %% [markdown]
# ## The sanity check
#
# Adebayo et al. (2018) asked something simpler. Replace the network by one of the same build with random weights, which
# has learnt nothing. Explain its score. How alike are the two maps?
#
# ### Exercise 8.4 · A map that survives
#
# A method gives the same map for the trained network and for the random one. What do you conclude?
#
# - **a)** The explanation is robust: it doesn't depend on details of the training
# - **b)** The map shows the picture, not what the network has learnt
# - **c)** The network has learnt nothing

# %% tags=["exercise"] exercise="8.4"
answer_8_4 = ...  # a letter in quotation marks, such as "a"

# %%
answer_8_4 = lesson.check("8.4", answer_8_4)

# %% [markdown]
# Measured on the classifier: Spearman's rank correlation between the sizes of the two maps' values, averaged over the
# parts. 1 means that they rank the places alike, 0 that they have nothing in common.

# %%
ignorant = explain.randomised(behind, seed=8)


def asked_of_it(images):
    """Score by the random network."""
    return np.asarray(ignorant(images, training=False))[:, 0]


alike = {}
for method in (*explain.EXPLANATIONS, "edge"):
    effort = EFFORT.get(method, {})
    found = [
        explain.attribute(
            method, ask, views.images, baseline=repaired_views, network=net, **effort
        )
        for ask, net in ((asked, behind), (asked_of_it, ignorant))
    ]
    alike[method] = explain.similarity(*(np.abs(explain.smoothed(one)) for one in found)).mean()
pd.Series(alike).round(2).to_frame("similarity to the map of a random network")

# %% [markdown]
# The edge control survives without a scratch, as it must: it never asked. An explanation should fall far below it. Don't
# expect zero: what is where part and repair differ is in both pictures, whatever network looks at them, so gradient maps
# in particular, which are slope *times change*, keep the change.

# %%
assert alike["edge"] > 0.999
if budget() != "smoke":
    assert max(alike[method] for method in EFFORT) < 0.7

# %% [markdown]
# ## What breaks DeepExplainer
#
# SHAP has one more explainer for networks, `DeepExplainer`, and you will meet it in older tutorials. It has a rule for
# each kind of layer, and to have its rules used it swaps the function by which TensorFlow writes operations down for the
# gradient. For LeakyReLU and for transposed convolutions, the bread and butter of GANs, it has no rule. It stops half
# way, and the swapped function stays in its place. So the trial runs in processes of its own: `before` and `after` say
# whether `GradientExplainer` works there before and after.

# %%
trial = explain.deep_explainer_trial(
    by_budget(
        smoke=["leaky_relu"],
        lesson=["relu", "leaky_relu"],
        full=["relu", "leaky_relu", "transposed"],
    )
)
trial

# %% [markdown]
# Where it fails it takes its neighbour with it: after the failed call the gradients of that process are not to be
# trusted any more. If this ever happens in a notebook of yours, restart the kernel. Two ways round it: networks without
# those layers, as the classifier of this course is built, or `shap_gradient`, which needs nothing but slopes.

# %%
assert "LeakyRelu" in trial.loc["leaky_relu", "deep"]

# %% [markdown]
# > **In the factory.** An explanation for the operator and one for the engineer are two things. The operator needs to be
# > shown *where*, within the seconds in which the part is in hand; the map that finds the most defects serves, whatever
# > its theory. The engineer who decides whether to trust the inspector needs to know what the score *depends on*: for
# > that, keep deletion, insertion and the sanity check in the report of every new version.

# %% [markdown]
# ## Which setting drives the defect rate?
#
# Now the question that saves most money: not why this part was rejected, but why so many are. The line writes down four
# settings for every part. Trees learn "defective or not" from them, and SHAP shares the log-odds out among the settings.
#
# With four inputs there are no short cuts needed. Do the smallest case by hand, with two.
#
# ### Exercise 8.5 · Shapley by hand
#
# `nothing` is the value if no setting is known, `first` if only the first is, `second` if only the second is, `both` if
# both are. Return the two shares. (The formula above, with $N = 2$: both fractions are one half.)


# %% tags=["exercise"] exercise="8.5"
def shapley_of_two(nothing, first, second, both):
    """Return the shares of two settings, from the value of each set of them that is known."""
    share_of_first = ...
    share_of_second = ...
    return share_of_first, share_of_second


# %%
shapley_of_two = lesson.check("8.5", shapley_of_two)

# %% [markdown]
# Two tables from the line, 60,000 parts each. In **operation**, the settings wander around where they stand; only the tool
# wears through its whole range. In an **experiment**, each setting is drawn over its whole range. And since this line is
# simulated, we know its equations, so `explain.exact_shapley` can compute the *true* shares, by trying all sixteen sets of
# settings. **Guess first:** which table lets SHAP find the truth?

# %%
compared, effects = {}, {}
for kind in ("operation", "experiment"):
    table = explain.settings_table(60_000, seed=8, kind=kind)
    trees = explain.fit_trees(table)
    rows, background = table.sample(200, random_state=1), table.sample(50, random_state=2)
    compared[kind], found, true = explain.compare_with_truth(trees, rows, background)
    effects[kind] = rows.reset_index(drop=True), found, true
pd.concat(compared).round(2)

# %% [markdown]
# `shap` and `true` are mean shares in log-odds, without sign; `agreement` is the correlation between the share that SHAP
# gives and the true one, over 200 parts. Look at the shapes, too: each dot is a part, the crosses are the truth.

# %%
plots.show(
    plots.setting_effects(effects),
    alt="Share of each setting in the log-odds of a defect. In operation the true shares of three settings are nearly "
    "zero while SHAP scatters around them; in the experiment SHAP follows the true curves of all four, in steps.",
)

# %% [markdown]
# In operation, wear is found, and rightly. But melt temperature, pressure and coolant hardly moved, so their true shares
# are nearly zero. Of the melt something is found; what SHAP says about the other two is mostly noise that the trees took
# for a pattern. In the experiment all four are found with their shape, wear first, then the melt; pressure and coolant,
# which are nearly alike, change places. Two sentences to remember: **SHAP explains the model, not the line. And a model
# can't know what was never tried.**

# %%
if budget() != "smoke":
    assert compared["experiment"]["shap"].idxmax() == "tool_wear"
    assert (compared["experiment"]["agreement"] > 0.75).all()
    assert compared["operation"].loc["tool_wear", "agreement"] > 0.85
    assert (
        compared["operation"].loc[["mould_pressure", "coolant_flow"], "agreement"].mean() < 0.5
    )

# %% [markdown]
# ## How much wear is too much?
#
# Since the line's equations are known, the effect can be read off in the unit that the foreman wants: odds. All other
# settings stand as usual. **Guess first:** by what do the odds of a defect grow from 0.2 mm of wear to 0.25 mm?

# %%
from gan_helpers.exercises.lesson_08 import odds_at

wear = 0.25
print(f"at {wear} mm the odds are {odds_at(wear) / odds_at(0.2):.2f} times those at 0.2 mm")

# %% [markdown]
# ### Exercise 8.6 · When to change the tool
#
# At which wear, in mm, have the odds of a defect doubled against those at 0.2 mm? Guess first, then change the number
# in the cell above until the ratio is 2.

# %% tags=["exercise"] exercise="8.6"
answer_8_6 = ...  # millimetres, such as 0.25

# %%
answer_8_6 = lesson.check("8.6", answer_8_6)

# %% [markdown]
# ## The card
#
# All of it on one page, for one rejected part: the photograph, where the suspicion lies, the part as it should look,
# and the good part that comes nearest to that, to hold beside it. The p-value is from lesson 05. The likely kind comes
# from the classifier of close-ups that lesson 04 used as a judge: it looks where the map points. The answer "good" is
# struck out and the rest scaled to 100 %, since the part *is* rejected; below one half it says "unknown". How often is
# it right? That is measured first, on fresh parts, located by the detector and not by their masks.

# %%
finder = explain.KindFinder(*checkpoints.kind_classifier())
labelled = datasets.fresh_parts(by_budget(smoke=1, lesson=10, full=40), seed=809, size=128)
confusion = finder.measure(labelled, detector.anomaly_map(labelled.images))
print(
    f"{finder.named:.0%} of {finder.n} parts get a name, {finder.accuracy:.0%} of the names are right"
)
confusion

# %% [markdown]
# Where the detector points to the wrong place, the name is wrong, and it counts so. That figure goes onto the card. Now
# the part: the one among ours that is most suspicious.

# %%
worst = int(np.argmax(score(parts.images)))
card = explain.explanation_card(
    parts[[worst]],
    detector,
    fine.train,
    calibration_scores=calm,
    calibration_maps=detector.anomaly_map(fine.calibration.images[::4]),
    kinds=finder,
)
plots.show(
    plots.explanation_card(card),
    alt="Card of a rejected plate: photograph, map of suspicion, repaired plate, nearest good plate; verdict, p-value, "
    "place, likely kind with its measured accuracy, and the four settings at the time.",
)

# %% [markdown]
# The same as a dictionary, for the data base of the line:

# %%
card.as_dict()

# %% [markdown]
# One thing on it is true by construction: the p-value, if the line runs as it did at calibration. The rest are hints. The
# likely kind is as good as its measured accuracy. The settings are a record and no cause: to name a cause, count over
# many cards, and then try it at the line.

# %%
assert card.facts["verdict"] == "reject"

# %% [markdown]
# ## Recap
#
# - Occlusion covers places, LIME fits a line, SHAP shares the score out; all ask a score from outside. A detector's own
#   anomaly map comes for nothing and is the mark to beat.
# - A covered place needs a replacement. Grey is a defect itself; the repaired part asks "what if it were as it should
#   be?", for any model.
# - Pointing game and precision ask whether a map finds the defect, deletion and insertion whether it tells what the model
#   looks at; controls show what is free, and the sanity check what is only picture.
# - SHAP of process data explains the model of the data. In operation it finds what moves; for the rest there are
#   experiments. Four settings are few enough for exact shares.
# - A card tells verdict, place, likely kind and settings on one page, each with the figure that says how far to trust it.

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Sources
#
# - Achanta et al. 2012, SLIC superpixels, [doi:10.1109/TPAMI.2012.120](https://doi.org/10.1109/TPAMI.2012.120).
# - Adebayo et al. 2018, Sanity checks for saliency maps, [arXiv:1810.03292](https://arxiv.org/abs/1810.03292).
# - Lundberg & Lee 2017, A unified approach to interpreting model predictions,
#   [arXiv:1705.07874](https://arxiv.org/abs/1705.07874); for trees Lundberg et al. 2020,
#   [doi:10.1038/s42256-019-0138-9](https://doi.org/10.1038/s42256-019-0138-9).
# - Petsiuk, Das & Saenko 2018, RISE, [arXiv:1806.07421](https://arxiv.org/abs/1806.07421): deletion and insertion.
# - Ribeiro, Singh & Guestrin 2016, "Why should I trust you?", [arXiv:1602.04938](https://arxiv.org/abs/1602.04938).
# - Shrikumar, Greenside & Kundaje 2017, Learning important features through propagating activation differences,
#   [arXiv:1704.02685](https://arxiv.org/abs/1704.02685): DeepLIFT, the rules of `DeepExplainer`.
# - Sundararajan, Taly & Yan 2017, Axiomatic attribution for deep networks,
#   [arXiv:1703.01365](https://arxiv.org/abs/1703.01365); several baselines: Erion et al. 2021,
#   [arXiv:1906.10670](https://arxiv.org/abs/1906.10670).
# - Zeiler & Fergus 2014, Visualizing and understanding convolutional networks,
#   [arXiv:1311.2901](https://arxiv.org/abs/1311.2901).
# - Zhang et al. 2016, Top-down neural attention by excitation backprop,
#   [arXiv:1608.00507](https://arxiv.org/abs/1608.00507): the pointing game.
