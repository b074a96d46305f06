"""Make the notebooks from their sources: one file to edit, two notebooks out of it.

``notebooks/source/NN_topic.py`` (jupytext percent format) becomes ``notebooks/NN_topic.ipynb``, in which
exercises are stubs, and ``notebooks/solutions/NN_topic.ipynb``, in which they are solved. An exercise cell looks
like this::

    # %% tags=["exercise"] exercise="1.2"
    def escape_rate(labels, alarms):
        \"\"\"Return the share of defective parts that passed as good.\"\"\"
        return ...

Its solution is the reference function of that exercise in ``gan_helpers/exercises/lesson_NN.py``.

Run ``python notebooks/make_notebooks.py`` to write the notebooks, with ``--check`` to compare only: it names those
that differ and exits with 1.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FOLDER = Path(__file__).resolve().parent
NAME = re.compile(r"(\d\d)_\w+")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
NOTE = (
    "> **This is the solved notebook.** Every exercise holds its solution. "
    "To try for yourself, open the notebook of the same name one folder up."
)


def make(source, name, exercises, *, solved):
    """Make one notebook.

    Parameters
    ----------
    source : str
        The lesson in jupytext's percent format.
    name : str
        ``NN_topic``, from which the cell ids take the lesson's number.
    exercises : dict
        Key -> `gan_helpers.lesson.Exercise`.
    solved : bool
        Whether the stubs are replaced by the solutions.

    Returns
    -------
    str
        The notebook as JSON: no outputs, fixed cell ids, the same bytes for the same source.

    Raises
    ------
    ValueError
        If an exercise cell doesn't fit its exercise, or a cell id is taken or malformed.
    """
    lesson_number = NAME.fullmatch(name).group(1)
    ids = CellIds(lesson_number)
    cells = []
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        key = cell.metadata.get("exercise")
        cell_id = ids.of(cell)
        text = cell.source
        if solved and not cells:
            text = _titled_as_solved(text)
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(text, id=cell_id))
            continue
        if key is not None and key not in exercises:
            raise ValueError(f"{name} has a cell for exercise {key!r}, which lesson_{lesson_number} does not know.")
        if solved and key is not None:
            text = solve(text, exercises[key], where=name)
        metadata = {field: cell.metadata[field] for field in ("tags", "exercise") if field in cell.metadata}
        cells.append(new_code_cell(text, id=cell_id, metadata=metadata))
    notebook = new_notebook(cells=cells, metadata=METADATA)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def solve(stub, exercise, where="The notebook"):
    """Replace the stub in a cell by the exercise's solution; the cell's other lines stay."""
    found = find_stub(stub, exercise.name)
    if found is None:
        raise ValueError(f"{where}: the cell of exercise {exercise.key} defines no `{exercise.name}`.")
    first = min([found.lineno, *(decorator.lineno for decorator in getattr(found, "decorator_list", []))])
    lines = stub.splitlines()
    return "\n".join([*lines[: first - 1], *exercise.solution.splitlines(), *lines[found.end_lineno :]])


def find_stub(source, name):
    """Find the statement of a cell that defines a function or assigns an answer of this name; None without one."""
    for statement in parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == name:
            return statement
        if isinstance(statement, ast.Assign) and any(getattr(t, "id", None) == name for t in statement.targets):
            return statement
    return None


def parse(source):
    """Parse a cell; IPython's magics count as empty statements."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


class CellIds:
    """Ids that stay when cells elsewhere come or go: section, kind of cell, and its place within the section.

    An exercise's cell is named after the exercise, and ``id="..."`` in the source overrules everything.
    """

    def __init__(self, lesson_number):
        self._prefix = lesson_number
        self._section = "start"
        self._places = Counter()
        self._taken = set()

    def of(self, cell):
        """Give the next cell its id."""
        if cell.cell_type == "markdown" and (heading := HEADING.search(cell.source)):
            self._section = self._free(_section_name(heading.group(1)))
        if "id" in cell.metadata:
            wanted = cell.metadata["id"]
            if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wanted):
                raise ValueError(f"The cell id {wanted!r} is not 1 to 64 letters, digits, - or _.")
        elif "exercise" in cell.metadata:
            wanted = f"{self._prefix}-exercise-{slug(cell.metadata['exercise'])}"
        else:
            kind = "text" if cell.cell_type == "markdown" else "code"
            self._places[self._section, kind] += 1
            wanted = f"{self._prefix}-{self._section}-{kind}-{self._places[self._section, kind]}"
        if wanted in self._taken:
            raise ValueError(f'The cell id {wanted!r} occurs twice; give one of the cells another id="...".')
        self._taken.add(wanted)
        return wanted

    def _free(self, section):
        self._places[section] += 1
        return section if self._places[section] == 1 else f"{section}-again-{self._places[section]}"


def slug(text):
    """Reduce a heading to small letters, digits and hyphens, at most 40 of them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "section"


def _section_name(heading):
    if match := re.match(r"Exercise (\d+\.\d+)", heading):  # an exercise's ids survive a new title
        return f"exercise-{slug(match.group(1))}"
    return "title" if re.match(r"\d\d · ", heading) else slug(heading)


def _titled_as_solved(text):
    title, _, rest = text.partition("\n")
    return f"{title} — solved\n\n{NOTE}\n{rest}".rstrip("\n")


def notebooks(folder=FOLDER):
    """Make every notebook of a folder.

    Returns
    -------
    dict
        Path of the notebook -> its JSON.
    """
    made = {}
    for path in sorted((folder / "source").glob("*.py")):
        match = NAME.fullmatch(path.stem)
        if not match:
            raise ValueError(f"{path.name}: a lesson's source is called NN_topic.py.")
        exercises = import_module(f"gan_helpers.exercises.lesson_{match.group(1)}").lesson.exercises
        source = path.read_text(encoding="utf-8")
        for solved, target in ((False, folder), (True, folder / "solutions")):
            made[target / f"{path.stem}.ipynb"] = make(source, path.stem, exercises, solved=solved)
    return made


def differing(made, folder=FOLDER):
    """Return a sentence for every notebook that is missing, differs from its source, or has none."""
    sentences = []
    for path, text in made.items():
        shown = path.relative_to(folder.parent).as_posix()
        if not path.exists():
            sentences.append(f"{shown} is missing.")
        elif path.read_text(encoding="utf-8") != text:
            sentences.append(f"{shown} differs from its source.")
    for path in [*sorted(folder.glob("*.ipynb")), *sorted((folder / "solutions").glob("*.ipynb"))]:
        if path not in made and NAME.fullmatch(path.stem):
            sentences.append(f"{path.relative_to(folder.parent).as_posix()} has no source; delete it.")
    return sentences


def main(arguments=None, folder=FOLDER):
    """Write the notebooks, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(description="Make the learner's and the solved notebooks from their sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a notebook differs")
    check = parser.parse_args(arguments).check
    made = notebooks(folder)
    if check:
        sentences = differing(made, folder)
        if sentences:
            print(*sentences, "Cure: make notebooks", sep="\n", file=sys.stderr)
        return int(bool(sentences))
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(made)} notebooks made.")
    print(*differing(made, folder), sep="\n", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
