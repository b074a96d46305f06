"""What every lesson must hold, as checks on its source; each returns one sentence for each thing that is missing.

They read the source only, nothing is executed but the stubs of the exercises. `test_notebooks.py` runs them on the
lessons, `test_lesson_structure.py` runs them on a lesson with that very fault.
"""

import ast
import inspect
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

import jupytext
from make_notebooks import NAME, find_stub, parse

from gan_helpers.lesson.comparators import STUB

MAX_CODE_LINES = 18
MIN_ALT_LENGTH = 30
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.) +\S", re.MULTILINE)
REFERENCE = re.compile(r"10\.\d{4,9}/\S+|arXiv:\s*\d{4}\.\d{4,5}|https?://\S+", re.IGNORECASE)
HOME_FOLDERS = "home|Users|root|tmp|mnt|opt|usr|var|work|content|data"
MACHINE_PATH = re.compile(rf"^(/({HOME_FOLDERS})(/|$)|~[/\\]|[A-Za-z]:[\\/])")


@dataclass(frozen=True)
class LessonSource:
    """A lesson's source and its exercises."""

    name: str
    source: str
    lesson: object

    @property
    def number(self):
        """Return the lesson's number from its name."""
        return int(NAME.fullmatch(self.name).group(1))

    @cached_property
    def cells(self):
        """Return the cells in their order."""
        return jupytext.reads(self.source, fmt="py:percent").cells

    def code(self):
        """Return (place, cell) for every code cell."""
        return [(i, cell) for i, cell in enumerate(self.cells) if cell.cell_type == "code"]

    def exercises(self):
        """Return (place, cell, exercise) for every cell of a known exercise."""
        known = self.lesson.exercises
        return [
            (i, cell, known[cell.metadata["exercise"]])
            for i, cell in self.code()
            if cell.metadata.get("exercise") in known
        ]

    def text(self):
        """Return all text of the lesson."""
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    def where(self, place):
        """Name a cell by its lesson, its number (from 1) and its first line."""
        first_line = next(iter(self.cells[place].source.strip().splitlines()), "(empty)")
        return f"{self.name}, cell {place + 1} ({first_line[:60]!r})"


def title(lesson):
    """The first cell has the title "# NN · Title", with number and title as registered."""
    first = lesson.cells[0]
    if lesson.lesson.number != lesson.number:
        yield f"{lesson.name}: its exercises are registered for lesson {lesson.lesson.number:02d}."
    expected = f"# {lesson.number:02d} · {lesson.lesson.title}"
    if first.cell_type != "markdown" or first.source.splitlines()[0] != expected:
        yield f"{lesson.name}: its first line has to be the title {expected!r}."


def opening(lesson):
    """Before the first code: 3 to 5 objectives, what to know before, minutes to read and to run."""
    text = _opening_text(lesson)
    if "you will be able to" not in text.lower():
        yield f'{lesson.name}: the opening lacks "You will be able to".'
    elif not 3 <= len(_objectives(lesson)) <= 5:
        yield f"{lesson.name}: the opening lists {len(_objectives(lesson))} objectives; 3 to 5 are wanted."
    if "before you start" not in text.lower():
        yield f'{lesson.name}: the opening lacks "Before you start".'
    for what in ("Reading", "Running"):
        if not re.search(rf"{what}\W+about \d+ (minutes?|seconds)", text):
            yield f'{lesson.name}: the opening lacks "{what}: about N minutes".'


def recap(lesson):
    """The recap has a point for every objective."""
    section = _section(lesson, "Recap")
    if section is None:
        yield f'{lesson.name}: there is no "## Recap".'
    elif len(ITEM.findall(section)) != len(_objectives(lesson)):
        points, objectives = len(ITEM.findall(section)), len(_objectives(lesson))
        yield f"{lesson.name}: the recap has {points} points for {objectives} objectives."


def quiz(lesson):
    """The quiz is shown, and has two questions or more."""
    if not any(_calls(cell, "lesson.quiz") for _, cell in lesson.code()):
        yield f"{lesson.name}: no cell calls `lesson.quiz()`."
    if len(lesson.lesson.questions) < 2:
        yield f"{lesson.name}: the quiz has {len(lesson.lesson.questions)} questions; give it two or more."


def sources(lesson):
    """The sources hold a DOI, an arXiv number or an address."""
    section = _section(lesson, "Sources")
    if section is None:
        yield f'{lesson.name}: there is no "## Sources".'
    elif not REFERENCE.search(section):
        yield f"{lesson.name}: the sources name no DOI, arXiv number or address."


def in_the_factory(lesson):
    """At least one callout says what the lesson means at the line."""
    if not re.search(
        r"^> \*\*In the factory\b|alert[^>]*>\s*(<b>|<strong>)?In the factory\b", lesson.text(), re.MULTILINE
    ):
        yield f'{lesson.name}: there is no callout "> **In the factory.** ...".'


def length_of_cells(lesson):
    """A code cell fits on a screen; empty lines and comments don't count."""
    for i, cell in lesson.code():
        lines = [line for line in cell.source.splitlines() if line.strip() and not line.strip().startswith("#")]
        if len(lines) > MAX_CODE_LINES:
            yield f"{lesson.where(i)} has {len(lines)} lines of code; {MAX_CODE_LINES} are the limit."


def announced(lesson):
    """Every code cell follows a text cell that announces it; a check may follow its exercise at once."""
    for i, cell in lesson.code():
        if (i == 0 or lesson.cells[i - 1].cell_type != "markdown") and not _calls(cell, "lesson.check"):
            yield f"{lesson.where(i)} follows no text that announces it."


def figures(lesson):
    """Every figure is shown by `plots.show` with a description; pictures in the text have one too."""
    for i, cell in lesson.code():
        shown = _calls(cell, "plots.show")
        for call in shown:
            alt = next((keyword.value for keyword in call.keywords if keyword.arg == "alt"), None)
            if alt is None:
                yield f"{lesson.where(i)} shows a figure without `alt=`."
            elif (length := _length_of_text(alt)) is not None and length < MIN_ALT_LENGTH:
                yield f"{lesson.where(i)}: the alt text has {length} characters; say in {MIN_ALT_LENGTH} what is seen."
            if not any(call in ast.walk(node) for node in _displayed(cell)):
                yield f"{lesson.where(i)}: `plots.show` has to be the last value of the cell or within `display(...)`."
        if _calls(cell, "plt.show"):
            yield f"{lesson.where(i)} calls `plt.show`; use `plots.show(figure, alt=...)`."
        elif not shown and _draws(cell):
            yield f"{lesson.where(i)} draws a figure and doesn't show it by `plots.show(figure, alt=...)`."
    for i, cell in enumerate(lesson.cells):
        if cell.cell_type == "markdown" and re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=\"[^\"]+\")", cell.source):
            yield f"{lesson.where(i)} holds a picture without alt text."


def exercise_cells(lesson):
    """Every exercise is used once, announced by its key, tagged, and checked in the next code cell."""
    keys = [cell.metadata["exercise"] for _, cell in lesson.code() if "exercise" in cell.metadata]
    for key, exercise in lesson.lesson.exercises.items():
        if keys.count(key) != 1:
            yield f"{lesson.name}: exercise {key} ({exercise.title}) has {keys.count(key)} cells; it needs one."
    for i, cell in lesson.code():
        key, tagged = cell.metadata.get("exercise"), "exercise" in cell.metadata.get("tags", ())
        if tagged != (key is not None):
            yield f'{lesson.where(i)} needs both tags=["exercise"] and exercise="{key or "..."}".'
        if key is None:
            continue
        if key not in lesson.lesson.exercises:
            yield f"{lesson.where(i)} is for exercise {key}, which is not registered."
            continue
        exercise = lesson.lesson.exercises[key]
        if f"Exercise {key} · {exercise.title}" not in lesson.cells[i - 1].source:
            yield f'{lesson.where(i)}: the text before it lacks the heading "Exercise {key} · {exercise.title}".'
        following = next((after.source for _, after in lesson.code() if _ > i), "")
        if f'{exercise.name} = lesson.check("{key}", {exercise.name})' not in following:
            yield (
                f"{lesson.where(i)}: the next code cell lacks the line "
                f'`{exercise.name} = lesson.check("{key}", {exercise.name})`.'
            )


def stubs(lesson):
    """A stub has its reference's parameters and is not yet right; only a bug to find counts as an attempt."""
    for i, cell, exercise in lesson.exercises():
        stub = find_stub(cell.source, exercise.name)
        if stub is None:
            yield f"{lesson.where(i)} defines no `{exercise.name}`."
            continue
        if inspect.isfunction(exercise.reference):
            asked, known = _parameters(stub), list(inspect.signature(exercise.reference).parameters)
            if asked != known:
                yield f"{lesson.where(i)} takes ({', '.join(asked)}), its reference takes ({', '.join(known)})."
                continue
        verdict = exercise.judge(_built(stub, exercise))
        if exercise.kind == "bug":
            if verdict is None or verdict is STUB:
                yield f"{lesson.where(i)}: the check of exercise {exercise.key} doesn't notice the bug."
        elif verdict is not STUB:
            yield f"{lesson.where(i)}: the stub of exercise {exercise.key} is no stub; put `...` for the answer."
        if exercise.judge(exercise.reference) is not None:
            yield f"{lesson.name}: the reference of exercise {exercise.key} doesn't pass its own check."


def options(lesson):
    """The text before a question to think about holds its options, word for word and with their letters."""
    for i, _, exercise in lesson.exercises():
        before = " ".join(lesson.cells[i - 1].source.split())
        for letter, option in (exercise.options or {}).items() if exercise.kind == "think" else ():
            if f"{letter})** {' '.join(option.text.split())}" not in before:
                yield f'{lesson.where(i)}: the text before it lacks "- **{letter})** {option.text}".'


def kinds(lesson):
    """A lesson has exercises of two kinds or more."""
    found = {exercise.kind for exercise in lesson.lesson.exercises.values()}
    if len(found) < 2:
        yield f"{lesson.name}: its exercises are of {len(found)} kind; vary them: code, think, play, bug."


def portable(lesson):
    """Code names no path of one machine, installs nothing and fetches nothing."""
    for i, cell in lesson.code():
        if re.search(r"\bpip3? install\b|\bconda install\b", cell.source):
            yield f"{lesson.where(i)} installs a package; dependencies belong into pyproject.toml."
        if re.search(r"\b(urlretrieve|urlopen|requests|urllib|httpx|wget|curl|get_file)\b", cell.source):
            yield f"{lesson.where(i)} fetches something from the network; a lesson runs without."
        for text in _texts(cell):
            if MACHINE_PATH.match(text):
                yield f"{lesson.where(i)} names the path {text!r}; ask gan_helpers.settings for folders."
            elif text.startswith(("../", "./", "..\\")):
                yield f"{lesson.where(i)} names the relative path {text!r}; ask gan_helpers.settings for folders."


def proven(lesson):
    """No cell is exempt from execution: a failing one has to fail the tests."""
    for i, cell in lesson.code():
        exempt = {"raises-exception", "nbval-skip", "nbval-raises-exception"} & set(cell.metadata.get("tags", ()))
        exempt |= set(re.findall(r"NBVAL_(?:SKIP|RAISES_EXCEPTION)|PYTEST_VALIDATE_IGNORE_OUTPUT", cell.source))
        if exempt:
            yield f"{lesson.where(i)} is exempt from the tests by {', '.join(sorted(exempt))}; let it run."


CHECKS = (
    title,
    opening,
    recap,
    quiz,
    sources,
    in_the_factory,
    length_of_cells,
    announced,
    figures,
    exercise_cells,
    stubs,
    options,
    kinds,
    portable,
    proven,
)


def _opening_text(lesson):
    first_code = next((i for i, _ in lesson.code()), len(lesson.cells))
    return "\n\n".join(cell.source for cell in lesson.cells[:first_code])


def _objectives(lesson):
    # the first list after the words
    text = re.split("you will be able to", _opening_text(lesson), maxsplit=1, flags=re.IGNORECASE)[-1]
    match = re.search(r"(?:^\s*(?:[-*]|\d+\.) +.*\n?(?:^(?!\s*$|\s*[-*] |\s*\d+\. ).+\n?)*)+", text, re.MULTILINE)
    return ITEM.findall(match.group()) if match else []


def _section(lesson, heading):
    match = re.search(rf"^## {heading}\b.*?$(.*?)(?=^#{{1,2}} |\Z)", lesson.text(), re.MULTILINE | re.DOTALL)
    return match.group(1) if match else None


@lru_cache
def _tree(source):
    return parse(source)


def _calls(cell, name):
    """Return the calls of ``module.function`` in a cell."""
    return [
        node for node in ast.walk(_tree(cell.source)) if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]


def _draws(cell):
    """Say whether a cell uses pyplot, or calls anything of `plots` but `show`."""
    calls = [ast.unparse(node.func) for node in ast.walk(_tree(cell.source)) if isinstance(node, ast.Call)]
    return any(call.startswith(("plt.", "plots.")) and call != "plots.show" for call in calls)


def _displayed(cell):
    """Return what a notebook displays of a cell: its last value, and the calls of `display`."""
    last = _tree(cell.source).body[-1:]
    return [node for node in last if isinstance(node, ast.Expr)] + _calls(cell, "display")


def _length_of_text(node):
    """Count the characters of a literal or the literal parts of an f-string; None for what is made at run time."""
    if isinstance(node, ast.Constant):
        return len(str(node.value or "").strip())
    if isinstance(node, ast.JoinedStr):
        return sum(len(part.value) for part in node.values if isinstance(part, ast.Constant))
    return None


def _texts(cell):
    return [
        node.value
        for node in ast.walk(_tree(cell.source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _parameters(function):
    """Return the names of a function's parameters, from its syntax, in the order of `inspect.signature`."""
    arguments = function.args
    variable = [arguments.vararg] if arguments.vararg else []
    keywords = [arguments.kwarg] if arguments.kwarg else []
    every = [*arguments.posonlyargs, *arguments.args, *variable, *arguments.kwonlyargs, *keywords]
    return [argument.arg for argument in every]


def _built(stub, exercise):
    """Run a stub alone, with what the reference's own module imports, and return what it defines."""
    names = dict(getattr(exercise.reference, "__globals__", {}))
    exec(compile(ast.Module([stub], []), f"<stub of exercise {exercise.key}>", "exec"), names)
    return names[exercise.name]
