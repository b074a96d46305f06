"""The verdict in plain words, computed from what was measured; nobody writes it by hand."""

from typing import NamedTuple

import numpy as np

from gan_helpers import decisions
from gan_helpers.capstone import counting
from gan_helpers.capstone.deciding import BY_COST
from gan_helpers.capstone.lots import lot_apart
from gan_helpers.capstone.trying import BRIGHTNESS, GAN

NO, UNKNOWN, TRIAL_WITH_CARE, TRIAL = "no", "unknown", "care", "trial"
HEADLINES = {
    NO: "Do not use it.",
    UNKNOWN: "Not proven: it cannot be said how many defects escape.",
    TRIAL_WITH_CARE: "Try it beside the present inspection, and mend what is listed below first.",
    TRIAL: "Try it beside the present inspection.",
}
SIGNS = {NO: "✗", UNKNOWN: "?", TRIAL_WITH_CARE: "●", TRIAL: "✓"}


class Verdict(NamedTuple):
    """What to do, and why."""

    level: str  # no, unknown, care, trial: more than a trial beside people no test set can advise
    headline: str
    reasons: tuple  # sentences


def verdict(trial, decision, check):
    """Say whether the recommended detector should be tried at the line.

    No: it ranks no better than a coin, or at these prices it costs more than doing without. Unknown: too few good or
    defective test parts. Otherwise a trial beside the present inspection, with care while anything is to be mended,
    while good parts of calibration and test are rejected at rates that differ beyond doubt, while one lot of the
    calibration stands apart, or while nothing ranks the parts better than their mean brightness.

    Parameters
    ----------
    trial : Trial
    decision : Decision
    check : PhotographCheck

    Returns
    -------
    Verdict
    """
    reasons = [_ranking(trial), _method(trial)]
    apart = lot_apart(trial)
    if not trial.measured:
        return _told(UNKNOWN, [trial.why, apart, *_mending(check)])
    coin = trial.table.loc[trial.recommended, "low"] <= 0.5
    unlike = [unlike_lots(decision), apart, _by_light(trial)]
    reasons += [_rates(decision), _money(decision), *unlike, *_mending(check)]
    if coin:
        return _told(NO, ["It ranks defective parts no better than a coin, as far as these parts can tell.", *reasons])
    if not decision.pays:
        return _told(NO, ["At these prices inspection by this detector does not pay.", *reasons])
    return _told(TRIAL_WITH_CARE if check.to_mend or any(unlike) else TRIAL, reasons)


def limits(trial, decision, check):
    """Say for what the figures hold and for what they do not: list of sentences, computed.

    Arguments as for `verdict`.
    """
    split = trial.split
    height, width, colours = split.test.images.shape[1:]
    kinds = sorted(set(split.test.defective.kinds.tolist()))
    lots = split.train.good.group_names
    known = f"which came from {len(lots)} lots" if lots else "whose lots are not known"
    told = [
        f"Measured on {len(split.train)} good parts to learn from, {len(split.calibration)} to calibrate, and "
        f"{len(split.test.good)} good and {len(split.test.defective)} defective parts to test, of "
        f"'{split.test.title}', shrunk to {width} x {height} pixels in {'grey' if colours == 1 else 'colour'}.",
        f"It holds for parts, light, lens, distance and camera as in these photographs, {known}. After any change, "
        "calibrate anew.",
        f"Kinds of defect that were tested: {', '.join(kinds) if kinds else 'none'}. Any other was never seen.",
        f"The false alarm promise of {len(split.calibration)} calibration parts: "
        f"{counting.promise(len(split.calibration))}. The smallest p-value that they can give is "
        f"{1 / (len(split.calibration) + 1):.4f}.",
    ]
    if decision.basis == BY_COST:
        told.append(
            "The threshold was chosen by cost and keeps no such promise. Escape and overkill rates were measured by "
            "cross-fitting: the threshold that judged a part was chosen on other parts."
        )
    if trial.measured:
        told.append(
            "The detector was recommended on the test parts themselves, so its figures are a little flattered. "
            "Intervals are for other parts of the same kind, not for another lot, another camera or another training."
        )
    return told + [f"{f.looked_at.capitalize()}: {f.found}." for f in check.to_mend]


def unlike_lots(decision):
    """Say so if good parts of calibration and test are rejected at rates whose intervals do not meet; else ""."""
    ours, theirs = decision.overkill, decision.calibration_overkill
    if not (ours[1] > theirs[2] or theirs[1] > ours[2]):  # NaN, where nobody knows, meets everything
        return ""
    prices = decision.prices
    cost = float(decisions.expected_cost(decision.escape[0], theirs[0], **prices))
    best = min(decision.cost_without_inspection, decision.cost_of_rejecting_all)
    pays = "" if cost < best else ", and inspection would not pay"
    return (
        f"The lots are not alike: of the good parts of the calibration {percent(theirs)} would be rejected, of those "
        f"of the test {percent(ours)}. If the line is like the first, wrong decisions cost {per_thousand(cost)}{pays}. "
        "Find out what differs, or calibrate and test on more lots."
    )


def percent(rate):
    """Write (rate, low, high) as '12 % (9 to 15 %)'."""
    if np.isnan(rate[0]):
        return "not known"
    return f"{100 * rate[0]:.0f} % ({100 * rate[1]:.0f} to {100 * rate[2]:.0f} %)"


def per_thousand(cost):
    """Write a cost a part as that of 1,000 parts."""
    return "not known" if np.isnan(cost) else f"{1000 * cost:,.0f} per 1,000 parts"


def _told(level, reasons):
    return Verdict(level, HEADLINES[level], tuple(reason for reason in reasons if reason))


def _ranking(trial):
    row = trial.table.loc[trial.recommended]
    if np.isnan(row["AUROC"]):
        return ""
    name = GAN if trial.recommended == GAN else f"plain method '{trial.recommended}'"
    cases, low, high = (f"{100 * row[column]:.0f}" for column in ("AUROC", "low", "high"))
    return (
        f"Of one defective and one good part, the {name} finds the defective one more suspicious in {cases} of 100 "
        f"cases ({low} to {high})."
    )


def _method(trial):
    if trial.recommended == GAN:
        return trial.why
    return f"A GAN is not needed for these parts, as far as this test can tell. {trial.why}"


def _by_light(trial):
    """Say so if the mean brightness is recommended: it may be the lamp's."""
    if trial.recommended != BRIGHTNESS:
        return ""
    return (
        "Nothing ranks these parts better than their mean brightness. Make sure that it is the defect's and not the "
        "lamp's: photograph good and defective parts in one session, mixed."
    )


def _rates(decision):
    return (
        f"At the threshold, {percent(decision.escape)} of the defective parts escape and "
        f"{percent(decision.overkill)} of the good ones are rejected."
    )


def _money(decision):
    rivals = {"shipping all": decision.cost_without_inspection, "rejecting all": decision.cost_of_rejecting_all}
    best = min(rivals, key=rivals.get)
    ppm = float(decisions.escapes_ppm(decision.escape[0], decision.overkill[0], decision.prices["defect_rate"]))
    return (
        f"Wrong decisions cost {per_thousand(decision.cost)}; {best} without any inspection costs "
        f"{per_thousand(rivals[best])}. Of a million parts shipped, about {ppm:,.0f} are defective."
    )


def _mending(check):
    return [f"To mend: {finding.looked_at} ({finding.found}). {finding.advice}" for finding in check.to_mend]
