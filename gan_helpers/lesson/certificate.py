"""A page to print: what was solved, what was answered, and what that does and doesn't certify.

One HTML file that needs nothing else: no script, no font, no picture from outside. Without a passed self-test it is a
record of work so far, and says so in its title.
"""

import html
from datetime import UTC, date, datetime
from pathlib import Path

from gan_helpers import settings
from gan_helpers.lesson import cards, exam, record

FILE_NAME = "gan_qc_certificate.html"
RECORD_NAME = "gan_qc_record.html"
LONGEST_NAME = 80  # characters; more would not fit on the line
SCOPE = (
    "This page lists what was answered on the learner's own computer: open book, without supervision, with as many "
    "tries as wanted. It shows that the course was worked through. It certifies no person's identity, no skill under "
    "examination conditions, and no right to accept or reject parts; that takes a gauge study on your own parts."
)

_STYLE = """
@page { size: A4; margin: 16mm }
* { box-sizing: border-box }
body { font: 15px/1.45 Georgia, "Times New Roman", serif; color: #1f2328; background: #fff; margin: 0 }
main { max-width: 178mm; margin: 8mm auto; padding: 10mm 12mm; border: 1.5px solid #0072b2 }
h1 { font-size: 27px; font-weight: normal; letter-spacing: .02em; margin: 0 0 1mm }
.course { color: #59636e; margin: 0 0 7mm }
.name { font-size: 25px; margin: 0; border-bottom: 1px solid #8c959f; padding-bottom: 1.5mm; overflow-wrap: anywhere }
.verdict { margin: 4mm 0 6mm }
table { border-collapse: collapse; width: 100%; font: 13px/1.3 system-ui, sans-serif }
caption { text-align: left; padding-bottom: 1.5mm; color: #59636e }
th, td { text-align: left; padding: 1.1mm 3mm 1.1mm 0; border-bottom: 1px solid #d1d9e0 }
thead th { border-bottom: 1.5px solid #8c959f; font-weight: 600 }
tbody th { font-weight: normal }
td, thead th + th { text-align: right; white-space: nowrap; width: 27mm; font-variant-numeric: tabular-nums }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0 }
.scope { font-size: 12.5px; color: #59636e; margin: 5mm 0 0 }
@media print { main { margin: 0; max-width: none } tr { break-inside: avoid } }
"""


def write_certificate(name, course, *, path=None, today=None):
    """Write the page.

    Parameters
    ----------
    name : str
        The learner's, as it is to be read.
    course : dict of int to (str, int)
        Lesson's number -> title and number of exercises.
    path : path-like, optional
        Of the HTML file. By default in the learner's folder, under a name that says whether it is a certificate.
    today : datetime.date, optional

    Returns
    -------
    pathlib.Path
        Where it was written.

    Raises
    ------
    ValueError
        If there is no name, or it is too long for a line.
    """
    name = " ".join(str(name).split()) if isinstance(name, str) else ""
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"The name has {len(name)} characters; give one of 1 to {LONGEST_NAME} in quotation marks.")
    attempts = exam.attempts()
    passed = _passed(attempts)
    path = Path(path) if path is not None else settings.home() / (FILE_NAME if passed else RECORD_NAME)
    path.write_text(_page(name, course, attempts, passed, today or date.today()), encoding="utf-8")
    return path


def show_certificate(name, course):
    """Write the page and show where it is; a name that is still ``...`` or empty writes nothing."""
    if not isinstance(name, str) or not name.strip():
        sentence = "Put your name into quotation marks and run the cell again; until then nothing is written."
        cards.show(cards.card("Certificate", cards.text(sentence)), sentence)
        return None
    path = write_certificate(name, course)
    what = (
        "Your certificate" if path.name == FILE_NAME else "Your record so far (no certificate: the test isn't passed)"
    )
    sentence = f"{what} is `{path}`. Open it in a browser and print it; it fits on one page of A4."
    cards.show(cards.card("Certificate", cards.text(sentence), colour=cards.GOOD), sentence.replace("`", ""))
    return path


def _passed(attempts):
    return bool(attempts) and attempts["best"]["right"] >= attempts["best"]["needed"]


def _page(name, course, attempts, passed, today):
    title = "Certificate of completion" if passed else "Record of work so far"
    known = {entry["lesson"]: entry["exercises"] for entry in record.stored()[0]}
    best = attempts["best"]["by_lesson"] if attempts else {}
    rows, solved_in_all, total_in_all = [], 0, 0
    for number, (lesson_title, total) in sorted(course.items()):
        entries = known.get(number, {}).values()
        solved = min(sum(entry["state"] == record.RIGHT for entry in entries), total)
        solved_in_all, total_in_all = solved_in_all + solved, total_in_all + total
        right, asked = best.get(str(number), (None, None))
        test = "–" if asked is None else f"{int(right)} of {int(asked)}"
        rows.append(_row(f"{number:02d} · {lesson_title}", f"{solved} of {total}", test))
    in_all = "–" if not attempts else f"{int(attempts['best']['right'])} of {int(attempts['best']['asked'])}"
    foot = _row("All lessons", f"{solved_in_all} of {total_in_all}", in_all)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: GANs for quality control</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="course">GANs for quality control: a course of twelve lessons</p>
<p class="name">{html.escape(name)}</p>
<p class="verdict">{_verdict(attempts, passed)} Issued on {today.day} {today:%B %Y}.</p>
<table>
<caption>What was solved and answered, lesson by lesson</caption>
<thead><tr><th scope="col">Lesson</th><th scope="col">Exercises</th><th scope="col">Self-test</th></tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody>
<tfoot>{foot}</tfoot>
</table>
<p class="scope">{html.escape(SCOPE)}</p>
</main>
</body>
</html>
"""


def _verdict(attempts, passed):
    if not attempts:
        return "The self-test has not been taken yet."
    first, best = attempts["first"], attempts["best"]
    when = datetime.fromisoformat(best["when"]).astimezone(UTC)
    came_to = (
        f"{int(best['right'])} of {int(best['asked'])} questions right at attempt {int(best['number'])}, "
        f"on {when.day} {when:%B %Y} ({int(best['needed'])} are needed)"
    )
    if int(best["number"]) > 1:
        came_to += f"; {int(first['right'])} at the first attempt"
    return f"Self-test of the whole course {'passed' if passed else 'not passed yet'}: {came_to}."


def _row(title, *figures):
    cells = "".join(f"<td>{figure}</td>" for figure in figures)
    return f'<tr><th scope="row">{html.escape(title)}</th>{cells}</tr>'
