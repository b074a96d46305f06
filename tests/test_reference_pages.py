"""FAQ and glossary: every link leads somewhere, every term is whole and belongs to a lesson."""

import re
from collections import Counter
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PAGES = ("faq.md", "glossary.md")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<chinese>[^|]+) \| (?P<meaning>[^|]+) \| \[(?P<number>\d\d)\]")
HAN = re.compile(r"[\u4e00-\u9fff]")
NAMES_WITHOUT_CHINESE = {"GANomaly"}
MINUTES = {1: "one", 2: "two", 3: "three", 4: "four"}  # no lesson may take longer


def page(name):
    return (NOTEBOOKS / name).read_text(encoding="utf-8")


def terms():
    return [match.groupdict() for line in page("glossary.md").splitlines() if (match := ROW.match(line))]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    links = set(LINK.findall(page(name)))
    lost = []
    for link in links:
        if link.startswith("https://"):
            if not re.match(r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}|doi\.org/10\.\S+)$", link):
                lost.append(link)
        elif not (NOTEBOOKS / link).is_file():
            lost.append(link)
    assert links and not lost, f"{name} leads nowhere: {', '.join(sorted(lost))}"


@pytest.mark.parametrize("name", PAGES)
def test_no_link_names_another_lesson_than_it_shows(name):
    for shown, target in re.findall(r"\[(?:lesson )?(\d\d)\]\((\d\d)_\w+\.ipynb\)", page(name)):
        assert shown == target


def test_every_lesson_is_linked_from_either_page():
    linked = set(re.findall(r"\((\d\d)_\w+\.ipynb\)", page("faq.md") + page("glossary.md")))
    assert linked == {f"{number:02d}" for number in range(12)}


def test_the_readme_gives_each_lesson_the_minutes_that_the_lesson_gives_itself():
    readme = (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    promised = dict(re.findall(r"^\| \[(\d\d) .*\| (\w+) minutes? \|$", readme, re.MULTILINE))
    told = {
        path.name[:2]: MINUTES[int(re.search(r"Running: about (\d) minutes?\.", path.read_text("utf-8"))[1])]
        for path in sorted((NOTEBOOKS / "source").glob("*.py"))
    }
    assert promised == told


class TestGlossary:
    def test_every_row_of_every_table_is_whole(self):
        rows = [line for line in page("glossary.md").splitlines() if line.startswith("| ") and "---" not in line]
        assert len(rows) - len(terms()) == page("glossary.md").count("\n## ")  # one heading a group
        assert len(terms()) >= 90

    def test_no_term_stands_twice(self):
        twice = [term for term, count in Counter(row["term"].lower() for row in terms()).items() if count > 1]
        assert not twice

    def test_every_meaning_is_one_sentence(self):
        for row in terms():
            assert row["meaning"].endswith("."), row["term"]
            assert len(row["meaning"]) < 160, row["term"]

    def test_every_term_has_its_chinese(self):
        without = {row["term"] for row in terms() if not HAN.search(row["chinese"])}
        assert without <= NAMES_WITHOUT_CHINESE

    def test_terms_are_in_alphabetical_order_within_a_group(self):
        for group in page("glossary.md").split("\n## ")[1:]:
            names = [match["term"].lower() for line in group.splitlines() if (match := ROW.match(line))]
            assert names == sorted(names), group.splitlines()[0]


class TestQuestions:
    def questions(self):
        return re.split(r"^### ", page("faq.md"), flags=re.MULTILINE)[1:]

    def test_there_are_about_twenty_and_each_is_a_question(self):
        assert 18 <= len(self.questions()) <= 30
        for question in self.questions():
            assert question.splitlines()[0].endswith("?"), question.splitlines()[0]

    def test_each_answer_leads_to_a_lesson(self):
        for question in self.questions():
            assert re.search(r"\(\d\d_\w+\.ipynb\)", question), question.splitlines()[0]

    def test_the_formulas_of_both_papers_are_there(self):
        faq = page("faq.md")
        assert r"\log D(x)" in faq and r"\log(1 - D(G(z)))" in faq and "1406.2661" in faq
        assert r"\mathrm{KL}(q(z|x)" in faq and r"\log p(x) \ge" in faq and "1312.6114" in faq
