"""Play the GAN playground in a real JupyterLab, press every control, and take pictures to look at.

Not part of the test suite: it needs a browser; see `play_inspector`::

    python tests/browser/play_playground.py --pictures FOLDER [--dark]
"""

import argparse
import re
import tempfile
from pathlib import Path

from play_inspector import jupyterlab, opened, run_all, write_notebook
from playwright.sync_api import expect

PLAYGROUND = """\
from gan_helpers.widgets.playground import GanPlayground

playground = GanPlayground(game="minimax")
playground
"""
LATER = "playground.figures()"
BUSY = "playground.game == 'minimax' or len(str(playground.play(6000)))"
BUILDING = 60_000  # ms
expect.set_options(timeout=30_000)
ERRORS_OF_JUPYTER = re.compile("favicon|Failed to load resource|ResizeObserver loop")


def round_of(game):
    """Return the round that is on view."""
    text = game.locator(".phase").inner_text()
    return int(re.match(r"Round ([\d,]+)", text).group(1).replace(",", ""))


def wait_for_round(page, game, least, timeout=60):
    for _ in range(10 * timeout):
        if re.match(r"Round", game.locator(".phase").inner_text()) and round_of(game) >= least:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"round {least} did not come: {game.inner_text()}")


def button(game, name):
    return game.get_by_role("button", name=name)


def pixels(game):
    """Return the canvas as the browser holds it, to see whether it changed."""
    return game.locator("canvas.plane").evaluate("canvas => canvas.toDataURL()")


def play(page, pictures):
    run_all(page)
    game = page.locator(".playground")
    game.wait_for(timeout=BUILDING)
    expect(game.locator(".phase")).to_contain_text("Round 0", timeout=BUILDING)
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    game.screenshot(path=pictures / "1_start.png")

    button(game, "Step").click()
    expect(game.locator(".phase")).to_contain_text("D learns", timeout=BUILDING)
    game.screenshot(path=pictures / "2_step_d.png")
    expect(game.locator(".phase")).to_contain_text("G learns")
    assert round_of(game) == 1
    game.screenshot(path=pictures / "3_step_g.png")

    game.get_by_label("slow").check()
    button(game, "Play").click()
    page.wait_for_timeout(4000)
    slow = round_of(game)
    assert 2 < slow < 16, slow
    game.get_by_label("5", exact=True).check()
    wait_for_round(page, game, 150)
    game.get_by_label("25", exact=True).check()
    wait_for_round(page, game, 1200)
    button(game, "Pause").click()
    page.wait_for_timeout(500)
    stopped = round_of(game)
    page.wait_for_timeout(500)
    assert round_of(game) == stopped
    game.screenshot(path=pictures / "4_played.png")
    page.screenshot(path=pictures / "4_page.png")

    print("frames a second", frames_a_second(page, game))

    game.get_by_label("Learning rate G").press("Home")
    expect(game.locator("output").first).to_have_text("0 (still)")
    for _ in range(5):
        game.get_by_label("Learning rate D").press("ArrowRight")
    expect(game.locator("output").last).to_have_text("0.0063")
    button(game, "Restart").click()
    expect(game.locator(".phase")).to_contain_text("Round 0")
    first = pixels(game)
    button(game, "New seed").click()
    expect(game.locator(".phase")).to_contain_text("seed 2027")
    assert pixels(game) != first
    for name in ("Learning rate G", "Learning rate D"):
        game.get_by_label(name).press("End")
        for _ in range(17):
            game.get_by_label(name).press("ArrowLeft")
    expect(game.locator("output").first).to_have_text("0.002")

    for title in ("non-saturating", "least squares", "hinge", "Wasserstein-GP", "relativistic R1+R2"):
        game.get_by_label("Loss", exact=True).select_option(label=title)
        expect(game.locator(".phase")).to_contain_text("Round 0", timeout=BUILDING)
        button(game, "Play").click()
        wait_for_round(page, game, 300)
        button(game, "Pause").click()
        page.wait_for_timeout(400)
        game.screenshot(path=pictures / f"5_{title.split()[0].lower()}.png")
    for title in ("grid of 25 heaps", "two heaps", "line", "two moons", "spiral"):
        game.get_by_label("Real points", exact=True).select_option(label=title)
        expect(game.locator(".phase")).to_contain_text("Round 0")
        button(game, "Play").click()
        wait_for_round(page, game, 100)
        button(game, "Pause").click()
        page.wait_for_timeout(400)
        game.screenshot(path=pictures / f"6_{title.replace(' ', '_')}.png")

    paint(page, game, pictures)
    narrow(page, game, pictures)
    by_keys(page, game)
    busy(page, game, pictures)
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells, "a key reached JupyterLab"
    gone(page, game, pictures)


def frames_a_second(page, game):
    """Count frames at 5 rounds each over three seconds."""
    game.get_by_label("5", exact=True).check()
    button(game, "Play").click()
    page.wait_for_timeout(500)
    first = round_of(game)
    page.wait_for_timeout(3000)
    count = (round_of(game) - first) / 5 / 3
    button(game, "Pause").click()
    page.wait_for_timeout(300)
    return round(count, 1)


def paint(page, game, pictures):
    game.get_by_label("Loss", exact=True).select_option(label="non-saturating")
    button(game, "Draw your own").click()
    expect(button(game, "20 more points are needed")).to_be_disabled()
    box = game.locator("canvas.plane").bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    for strokes in (
        [(0.2, 0.2), (0.2, 0.8)],
        [(0.2, 0.5), (0.5, 0.5)],
        [(0.5, 0.2), (0.5, 0.8)],
        [(0.75, 0.4), (0.75, 0.8)],
    ):
        page.mouse.move(*at(*strokes[0]))
        page.mouse.down()
        page.mouse.move(*at(*strokes[1]), steps=25)
        page.mouse.up()
    game.screenshot(path=pictures / "7_painting.png")
    button(game, "Clear").click()
    expect(button(game, "20 more points are needed")).to_be_disabled()
    game.locator("canvas.plane").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", " ", " ", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(button(game, "8 more points are needed")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(game.get_by_label("Real points", exact=True)).to_have_value("spiral")
    game.get_by_label("Real points", exact=True).select_option(label="your own points")
    for strokes in (
        [(0.2, 0.2), (0.2, 0.8)],
        [(0.2, 0.5), (0.5, 0.5)],
        [(0.5, 0.2), (0.5, 0.8)],
        [(0.75, 0.4), (0.75, 0.8)],
    ):
        page.mouse.move(*at(*strokes[0]))
        page.mouse.down()
        page.mouse.move(*at(*strokes[1]), steps=25)
        page.mouse.up()
    button(game, "Use these").click()
    expect(game.get_by_label("Real points", exact=True)).to_have_value("own")
    expect(game.locator(".phase")).to_contain_text("Round 0")
    game.get_by_label("25", exact=True).check()
    button(game, "Play").click()
    wait_for_round(page, game, 2000)
    button(game, "Pause").click()
    page.wait_for_timeout(400)
    game.screenshot(path=pictures / "8_own.png")
    game.get_by_label("Real points", exact=True).select_option(label="ring of 8 heaps")
    expect(game.locator(".phase")).to_contain_text("Round 0")


def narrow(page, game, pictures):
    """On a narrow page there is one column, and the plane stays a square."""
    page.set_viewport_size({"width": 760, "height": 1400})
    page.wait_for_timeout(800)
    box = game.locator("canvas.plane").bounding_box()
    assert abs(box["width"] - box["height"]) < 1
    game.screenshot(path=pictures / "8_narrow.png")
    page.set_viewport_size({"width": 1200, "height": 1000})
    page.wait_for_timeout(500)


def by_keys(page, game):
    game.locator("canvas.plane").focus()
    page.keyboard.press("r")
    expect(game.locator(".phase")).to_contain_text("Round 0")
    page.keyboard.press("s")
    expect(game.locator(".phase")).to_contain_text("Round 1")
    page.wait_for_timeout(1200)
    page.keyboard.press("p")
    wait_for_round(page, game, 50)
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    expect(button(game, "Play")).to_be_visible()
    page.keyboard.press(" ")
    expect(button(game, "Pause")).to_be_visible()
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    page.keyboard.press("d")
    page.keyboard.press("d")


def busy(page, game, pictures):
    """A cell plays rounds for some seconds: meanwhile the widget says so, and goes on by itself."""
    button(game, "Play").click()
    page.wait_for_timeout(500)
    cell = page.locator(".jp-CodeCell", has_text="play(6000)").last
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    game.scroll_into_view_if_needed()
    expect(game.locator(".note")).to_contain_text("Python is busy", timeout=20_000)
    stuck = round_of(game)
    game.screenshot(path=pictures / "9_busy.png")
    wait_for_round(page, game, stuck + 6020)
    expect(game.locator(".note")).to_have_text("")
    button(game, "Pause").click()


def gone(page, game, pictures):
    """The kernel is shut down under the widget."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.wait_for_timeout(2000)
    if game.count():
        button(game, "Play").click()
        page.wait_for_timeout(4000)
        page.screenshot(path=pictures / "10_gone.png")
        print("kernel gone:", game.locator(".note").inner_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "game.ipynb", PLAYGROUND, LATER, BUSY)
        with (
            jupyterlab(folder, dark=options.dark) as address,
            opened(address, "game.ipynb") as page,
        ):
            said = []
            page.on("console", lambda message: message.type == "error" and said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            play(page, options.pictures)
            wrong = [text for text in said if not ERRORS_OF_JUPYTER.search(text)]
            print("console errors:", wrong or "none")


if __name__ == "__main__":
    main()
