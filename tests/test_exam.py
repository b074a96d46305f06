"""The self-test and the page that is printed: marked when complete, first attempt kept, nothing claimed that wasn't."""

import datetime
import json

import numpy as np
import pytest

from gan_helpers import decisions
from gan_helpers.exercises.self_test import course, self_test
from gan_helpers.lesson import Option, certificate, exam, record
from gan_helpers.lesson.exam import Choice, Number, SelfTest

TODAY = datetime.date(2026, 11, 24)
COURSE = {0: ("Start here", 2), 5: ("Anomaly detection", 6)}


@pytest.fixture
def small():
    options = [Option("b is right", right=True, reason="So it is."), Option("a is wrong", reason="It isn't.")]
    return SelfTest([Choice(0, "Which?", options), Number(5, "How much?", 0.3, 0.005, "Three tenths.")])


def right_sheet(test):
    return {n: q.right if isinstance(q, Choice) else q.value for n, q in test.questions.items()}


class TestMarking:
    def test_options_are_lettered_in_alphabetical_order(self, small):
        assert small.questions[1].right == "b"
        assert small.questions[1].asked() == ["**a)** a is wrong", "**b)** b is right"]

    def test_a_blank_sheet_is_not_marked_and_not_kept(self, small, empty_home, capsys):
        assert small.mark({1: ..., 2: ...}) is None
        assert "0 of 2 questions" in capsys.readouterr().out
        assert exam.attempts() is None

    def test_a_half_filled_sheet_tells_what_is_open_but_no_answer(self, small, empty_home, capsys):
        assert small.mark({1: "a", 2: ...}) is None
        said = capsys.readouterr().out
        assert "Still open: 2" in said and "isn't" not in said

    @pytest.mark.parametrize(("number", "answer"), [(1, "z"), (1, 2), (2, "0.3"), (2, float("nan")), (2, True)])
    def test_an_answer_of_the_wrong_type_is_named(self, small, empty_home, capsys, number, answer):
        assert small.mark(right_sheet(small) | {number: answer}) is None
        assert f"Question {number} asks for" in capsys.readouterr().out

    def test_no_dictionary_is_a_blank_sheet(self, small, empty_home):
        assert small.mark(...) is None

    def test_a_right_sheet_passes_and_tells_every_reason(self, small, empty_home, capsys):
        result = small.mark({1: "B) ", 2: np.float32(0.3)})
        assert (result.right, result.asked, result.passed) == (2, 2, True)
        assert result.by_lesson == {0: (1, 1), 5: (1, 1)}
        assert "So it is." in capsys.readouterr().out

    def test_a_wrong_answer_is_told_with_the_right_one(self, small, empty_home, capsys):
        result = small.mark({1: "a", 2: 0.4})
        assert not result.passed
        said = capsys.readouterr().out
        assert "It isn't. Right is b) So it is." in said.replace("**", "")
        assert "Your 0.4 is not 0.3. Three tenths." in said

    def test_not_knowing_is_an_answer_and_wrong(self, small, empty_home):
        assert small.mark({1: "?", 2: "?"}).right == 0

    def test_first_and_best_attempt_are_kept_and_the_same_sheet_counts_once(self, small, empty_home):
        for sheet in ({1: "a", 2: 0.4}, {1: "b", 2: 0.3}, {1: "b", 2: 0.3}, {1: "b", 2: 0.1}):
            small.mark(sheet)
        kept = exam.attempts()
        assert kept["count"] == 3
        assert (kept["first"]["right"], kept["best"]["right"], kept["best"]["number"]) == (0, 2, 2)

    def test_nothing_is_kept_where_solved_notebooks_are_tested(self, small, empty_home, monkeypatch):
        monkeypatch.setenv("GAN_QC_STRICT", "1")
        assert small.mark(right_sheet(small)).passed
        assert exam.attempts() is None

    @pytest.mark.parametrize("content", [[], {"first": {}}, {"count": 1, "first": 3, "best": 4}, "text"])
    def test_a_damaged_record_is_no_attempt(self, empty_home, content):
        record.keep(exam.KEPT_AS, content)
        assert exam.attempts() is None


class TestCertificate:
    def test_with_nothing_done_it_is_a_record_and_no_certificate(self, empty_home):
        path = certificate.write_certificate("Ada", COURSE, today=TODAY)
        page = path.read_text(encoding="utf-8")
        assert path.name == certificate.RECORD_NAME
        assert "Certificate" not in page and "not been taken" in page
        assert "0 of 2" in page and "0 of 8" in page
        assert not (empty_home / certificate.FILE_NAME).exists()

    def test_a_failed_test_gives_no_certificate(self, small, empty_home):
        small.mark({1: "a", 2: 0.4})
        page = certificate.write_certificate("Ada", COURSE, today=TODAY).read_text(encoding="utf-8")
        assert "Certificate" not in page and "not passed yet: 0 of 2" in page

    def test_passed_it_tells_both_attempts_and_the_exercises(self, small, empty_home):
        small.mark({1: "a", 2: 0.4})
        small.mark(right_sheet(small))
        record.store(5, "Anomaly detection", ["5.1", "5.2"], "5.1", record.RIGHT)
        record.store(5, "Anomaly detection", ["5.1", "5.2"], "5.2", record.NOT_YET)
        path = certificate.write_certificate("Ada", COURSE, today=TODAY)
        page = path.read_text(encoding="utf-8")
        assert path.name == certificate.FILE_NAME and "Certificate of completion" in page
        assert "2 of 2 questions right at attempt 2" in page and "0 at the first attempt" in page
        assert "<td>1 of 6</td>" in page and "24 November 2026" in page
        assert "certifies no person" in page

    def test_a_name_is_escaped(self, empty_home):
        page = certificate.write_certificate("<script>&", COURSE, today=TODAY).read_text(encoding="utf-8")
        assert "&lt;script&gt;&amp;" in page and "<script" not in page

    def test_the_page_needs_nothing_from_outside(self, empty_home):
        page = certificate.write_certificate("张伟", COURSE, today=TODAY).read_text(encoding="utf-8")
        assert "张伟" in page
        assert not any(word in page for word in ("http", "src=", "url(", "<link", "<script", "@import"))

    @pytest.mark.parametrize("name", ["", "   ", None, ..., "x" * 81])
    def test_without_a_name_nothing_is_written(self, empty_home, name):
        with pytest.raises(ValueError, match="name has"):
            certificate.write_certificate(name, COURSE)
        if name != "x" * 81:
            assert certificate.show_certificate(name, COURSE) is None
        assert not list(empty_home.glob("*.html"))


class TestQuestions:
    def test_every_lesson_is_asked_about(self):
        assert len(self_test.questions) == 24
        assert {question.lesson for question in self_test.questions.values()} == set(range(12))

    def test_the_right_letters_are_spread(self):
        letters = [q.right for q in self_test.questions.values() if isinstance(q, Choice)]
        assert max(map(letters.count, "abc")) <= len(letters) / 2

    def test_all_right_passes_and_no_constant_letter_does(self, empty_home):
        sheet = right_sheet(self_test)
        assert self_test.mark(sheet).right == 24
        for letter in "abc":
            guessed = {n: letter if isinstance(q, Choice) else "?" for n, q in self_test.questions.items()}
            result = self_test.mark(guessed)
            assert result is None or not result.passed

    def value(self, words):
        return next(q.value for q in self_test.questions.values() if isinstance(q, Number) and words in q.text)

    def test_computed_answers_agree_with_the_package(self):
        calm = [0.10, 0.12, 0.13, 0.15, 0.16, 0.18, 0.21, 0.25, 0.30]
        assert decisions.conformal_p_values(calm, [0.22])[0] == pytest.approx(self.value("p-value"))
        decisions.conformal_threshold(np.arange(19.0), 0.05)
        with pytest.raises(ValueError):
            decisions.false_alarm_range(18, 0.05)
        assert self.value("at the very least") == 19
        cost = decisions.expected_cost(0.10, 0.05, defect_rate=0.01, cost_escape=200, cost_overkill=4)
        assert cost == pytest.approx(self.value("200 euro"))
        assert self.value("four cores") == pytest.approx(20.83, abs=0.01)

    def test_the_course_lists_its_lessons_in_order(self):
        listed = course()
        assert list(listed) == sorted(listed) and {0, 1, 11} <= set(listed)
        assert listed[11] == ("Beyond", 4)

    def test_what_is_kept_is_json_of_plain_numbers(self, empty_home):
        self_test.mark(right_sheet(self_test))
        json.dumps(exam.attempts())
