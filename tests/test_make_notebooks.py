"""The maker: one source, two notebooks, the same bytes and ids every time."""

import json
import shutil
import sys

import make_notebooks
import mini_lesson
import nbformat
import pytest

EXERCISES = mini_lesson.lesson.exercises
SOURCE = mini_lesson.SOURCE


def made(source=SOURCE, *, solved=False):
    return json.loads(make_notebooks.make(source, "07_mini", EXERCISES, solved=solved))


def text_of(notebook, cell_id):
    return next("".join(cell["source"]) for cell in notebook["cells"] if cell["id"] == cell_id)


def ids_of(notebook):
    return [cell["id"] for cell in notebook["cells"]]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder of notebooks with the miniature lesson as its one source."""
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    (tmp_path / "notebooks" / "source" / "07_mini.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "gan_helpers.exercises.lesson_07", mini_lesson)
    return tmp_path / "notebooks"


def test_the_learner_gets_the_stubs_and_the_solved_notebook_the_solutions():
    learner, solved = made(), made(solved=True)
    assert text_of(learner, "07-exercise-7-2").endswith("    return ...")
    assert text_of(solved, "07-exercise-7-2") == EXERCISES["7.2"].solution
    assert text_of(learner, "07-exercise-7-1") == "answer_7_1 = ..."
    assert text_of(solved, "07-exercise-7-1") == 'answer_7_1 = "b"'
    assert text_of(solved, "07-exercise-7-3") == "answer_7_3 = 0.3"
    assert "np.sum(alarms[good]) / len(labels)" in text_of(learner, "07-exercise-7-4")
    assert "np.mean(alarms[good])" in text_of(solved, "07-exercise-7-4")


def test_only_exercises_and_title_differ():
    learner, solved = made(), made(solved=True)
    assert ids_of(learner) == ids_of(solved)
    differ = [a["id"] for a, b in zip(learner["cells"], solved["cells"], strict=True) if a != b]
    assert differ == ["07-title-text-1", *(f"07-exercise-7-{n}" for n in (1, 2, 3, 4))]
    assert text_of(solved, "07-title-text-1").startswith(
        "# 07 · Two ways to be wrong — solved\n\n> **This is the solved"
    )


def test_a_stub_is_replaced_among_other_lines_of_its_cell():
    cell = (
        "import numpy as np\n\n\n@np.vectorize\ndef escape_rate(labels, alarms):\n    return ...\n\n\nprint(1)  # stays"
    )
    solved = make_notebooks.solve(cell, EXERCISES["7.2"])
    assert solved == f"import numpy as np\n\n\n{EXERCISES['7.2'].solution}\n\n\nprint(1)  # stays"


def test_the_same_source_gives_the_same_bytes():
    texts = {make_notebooks.make(SOURCE, "07_mini", EXERCISES, solved=True) for _ in range(2)}
    assert len(texts) == 1
    assert texts.pop().endswith("}\n")


def test_a_notebook_is_valid_and_bare():
    notebook = nbformat.reads(make_notebooks.make(SOURCE, "07_mini", EXERCISES, solved=False), as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert {key for cell in notebook.cells for key in cell.metadata} == {"tags", "exercise"}


def test_a_new_section_leaves_the_ids_of_the_others():
    new = "# %% [markdown]\n# ## Between\n\n# %%\n1 + 1\n\n# %% [markdown]\n# ### Exercise 7.2"
    before, after = ids_of(made()), ids_of(made(SOURCE.replace("# %% [markdown]\n# ### Exercise 7.2", new)))
    assert [cell_id for cell_id in after if "between" not in cell_id] == before
    assert len(after) == len(before) + 2


def test_the_same_heading_twice_gives_different_ids():
    ids = ids_of(made(SOURCE + "\n# %% [markdown]\n# ## Quiz\n"))
    assert "07-quiz-text-1" in ids
    assert "07-quiz-again-2-text-1" in ids


def test_an_id_of_its_own_overrules():
    assert "my-cell" in ids_of(made(SOURCE.replace("# %%\nlesson.quiz()", '# %% id="my-cell"\nlesson.quiz()')))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# %%\nlesson.quiz()", '# %% id="not valid"\nlesson.quiz()', "not 1 to 64 letters"),
        ("# %%\nlesson.quiz()", '# %% id="07-title-text-1"\nlesson.quiz()', "occurs twice"),
        ('exercise="7.2"', 'exercise="7.9"', "exercise '7.9', which lesson_07 does not know"),
        ("def escape_rate", "def rate", "the cell of exercise 7.2 defines no `escape_rate`"),
    ],
)
def test_a_source_that_does_not_fit_is_refused(old, new, message):
    assert old in SOURCE
    with pytest.raises(ValueError, match=message):
        made(SOURCE.replace(old, new), solved=True)


def test_callouts_pass_unchanged():
    box = '<div class="alert alert-block alert-info">\n<b>Note.</b> Text.\n</div>'
    source = SOURCE + "\n# %% [markdown]\n# ## Note\n" + "\n".join(f"# {line}" for line in box.splitlines()) + "\n"
    assert text_of(made(source), "07-note-text-1") == f"## Note\n{box}"


def test_check_is_content_after_making(folder):
    assert make_notebooks.main([], folder) == 0
    assert make_notebooks.main(["--check"], folder) == 0
    assert b"\r" not in (folder / "07_mini.ipynb").read_bytes()


def test_check_names_what_differs_and_the_cure(folder, capsys):
    make_notebooks.main([], folder)
    (folder / "07_mini.ipynb").write_text("{}", encoding="utf-8")
    shutil.move(folder / "solutions" / "07_mini.ipynb", folder / "solutions" / "08_old.ipynb")
    assert make_notebooks.main(["--check"], folder) == 1
    assert capsys.readouterr().err.splitlines() == [
        "notebooks/07_mini.ipynb differs from its source.",
        "notebooks/solutions/07_mini.ipynb is missing.",
        "notebooks/solutions/08_old.ipynb has no source; delete it.",
        "Cure: make notebooks",
    ]
    assert (folder / "07_mini.ipynb").read_text(encoding="utf-8") == "{}"  # --check writes nothing
