"""The report: one file that stands alone, says the computed verdict first, and no name can break."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from test_capstone_checks import parts, sound
from test_capstone_decisions import PRICES, made_trial

from gan_helpers import capstone
from gan_helpers.capstone import page
from gan_helpers.datasets import Split

pytestmark = pytest.mark.slow

NASTY = '<b>bold</b><script>alert("x")</script>&"\''


class Tags(HTMLParser):
    """Collect the tags of a page, and whether they are closed in order."""

    VOID = ("meta", "img")

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.pictures = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag == "img":
            self.pictures.append(dict(attributes))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def written(tmp_path, split=None, **words):
    split = split or sound()
    trial = made_trial(gan=1.0, split=split)
    check, decision = capstone.check_photographs(split), capstone.choose_threshold(trial, **PRICES)
    path = capstone.write_report(tmp_path / "new" / "report.html", trial, decision, check, **words)
    return path.read_text(encoding="utf-8"), capstone.verdict(trial, decision, check), trial


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Give the text, verdict and trial of a report in which nothing was said."""
    return written(tmp_path_factory.mktemp("plain"))


def test_it_is_whole_and_asks_for_nothing_outside(plain):
    text, _, _ = plain
    tags = Tags(text)
    assert tags.open == []
    assert not {"script", "link", "iframe", "object"} & set(tags.seen)
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|@import|https?://""", text)
    assert all(len(picture["alt"]) >= 30 for picture in tags.pictures)
    assert all(picture["src"].startswith("data:image/png;base64,") for picture in tags.pictures)
    assert len(tags.pictures) >= 3


def test_the_verdict_stands_first_and_is_the_computed_one(plain):
    text, told, _ = plain
    assert 0 < text.index(told.headline) < text.index("<h2>")
    assert all(page.escape(reason) in text for reason in told.reasons)


def test_the_worst_parts_have_their_p_values_and_the_learner_s_remarks(plain, tmp_path):
    _, _, trial = plain
    worst = capstone.worst_parts(trial, capstone.choose_threshold(trial, **PRICES))
    text, _, _ = written(tmp_path, remarks={worst["found"][0].name: "a dent, plainly"}, own_limits="Never at night.")
    assert f"{worst['found'][0].p_value:.4f}" in text
    assert "a dent, plainly" in text
    assert "Never at night." in text


def test_no_name_of_a_file_folder_or_kind_breaks_it(tmp_path):
    clean = sound()
    names = [f"{NASTY}{i}" for i in range(80)]
    kinds = [kind if kind == "good" else NASTY for kind in clean.test.kinds]
    test = replace(clean.test, names=names, kinds=kinds, title=NASTY, source=NASTY)
    text, _, _ = written(
        tmp_path, replace(clean, test=test), own_limits=NASTY, reason=NASTY, author=NASTY, remarks={names[-1]: NASTY}
    )
    tags = Tags(text)
    assert "script" not in tags.seen
    assert "b" not in tags.seen
    assert tags.open == []


def test_without_defects_it_says_that_nobody_knows(tmp_path):
    text, told, _ = written(tmp_path, sound(test=parts(40, 2)))
    assert told.headline.startswith("Not proven")
    assert "not known" in text


def test_colour_photographs(tmp_path):
    def coloured(side):
        return replace(side, images=side.images.repeat(3, axis=-1))

    clean = sound()
    split = Split(coloured(clean.train), coloured(clean.calibration), coloured(clean.test))
    assert "in colour" in written(tmp_path, split)[0]


@pytest.mark.parametrize("text", ["<b>", '"', "&", "'"])
def test_every_piece_of_a_page_escapes(text):
    pieces = [
        page.heading(text),
        page.paragraph(text),
        page.items([text]),
        page.quoted(text),
        page.code(text),
        page.boxed("no", text, text, [text]),
        page.table([text], [[text]], caption=text),
        page.page(text, []),
    ]
    plain = re.compile(re.escape(f">{text}<"))
    assert not any(plain.search(piece) for piece in pieces)
