"""Your own photographs: from a folder to a detector, a threshold, a report, files for the line, and a grade.

>>> photographs = load_photographs("my_parts")        # a folder or a .zip; the solar cells without one
>>> check = check_photographs(photographs.split)
>>> trial = try_detectors(photographs.split)           # repair GAN and plain rivals, on the same parts
>>> decision = choose_threshold(trial, defect_rate=0.02, cost_escape=100, cost_overkill=4)
>>> exported = export(trial, decision, "my_detector")  # network.onnx, and score.py beside it
>>> write_report("my_detector/report.html", trial, decision, check, exported=exported)

``counting`` and ``looking`` hold the questions of the check, ``trying`` the detectors, ``lots`` what these say of each
lot, ``deciding`` the threshold, ``verdicts`` and ``worst`` what a report says and shows, ``page`` its HTML,
``exporting`` and ``kit`` the files, ``grading`` the rubric.
"""

from gan_helpers.capstone.checking import PhotographCheck, check_photographs
from gan_helpers.capstone.deciding import Decision, choose_threshold, cross_fitted
from gan_helpers.capstone.exporting import export
from gan_helpers.capstone.grading import Grade, grade
from gan_helpers.capstone.loading import Photographs, load_photographs
from gan_helpers.capstone.lots import good_scores_by_lot, lot_apart
from gan_helpers.capstone.report import write_report
from gan_helpers.capstone.trying import Trial, try_detectors
from gan_helpers.capstone.verdicts import Verdict, limits, verdict
from gan_helpers.capstone.worst import alt_text, worst_figure, worst_parts

__all__ = [
    "Decision",
    "Grade",
    "PhotographCheck",
    "Photographs",
    "Trial",
    "Verdict",
    "alt_text",
    "check_photographs",
    "choose_threshold",
    "cross_fitted",
    "export",
    "good_scores_by_lot",
    "grade",
    "limits",
    "load_photographs",
    "lot_apart",
    "try_detectors",
    "verdict",
    "worst_figure",
    "worst_parts",
    "write_report",
]
