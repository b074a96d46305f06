"""One HTML page without addresses: style, tables, pictures inside. Every text is escaped on its way in."""

import base64
import io
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --soft: #57606a; --line: #d0d7de; --shade: #f6f8fa;
  --paper: #ffffff; --no: #b3261e; --unknown: #6b4fa0; --care: #9a5b00; --trial: #1a6b3c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a5adb6; --line: #3a4149; --shade: #1c2126;
  --paper: #14181c; --no: #ff8a80; --unknown: #c3b0f0; --care: #f0b35a; --trial: #7fd6a0; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --shade: #f3f3f3; --paper: #fff;
  --no: #b3261e; --unknown: #6b4fa0; --care: #9a5b00; --trial: #1a6b3c; } }
@page { size: A4; margin: 16mm 15mm 18mm; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
p, ul { margin: .5rem 0; } li { margin: .25rem 0; }
.soft { color: var(--soft); font-size: .92rem; }
.verdict { border: 2px solid currentColor; border-radius: .5rem; padding: 1rem 1.25rem; margin: 1.25rem 0; }
.verdict strong { display: block; font-size: 1.3rem; line-height: 1.3; }
.verdict ul { padding-left: 1.1rem; margin-bottom: 0; color: var(--ink); }
.no { color: var(--no); } .unknown { color: var(--unknown); } .care { color: var(--care); }
.trial { color: var(--trial); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .6rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 3.6rem; }
th { overflow-wrap: break-word; }
thead th { font-weight: 600; border-bottom-width: 2px; } tbody th { font-weight: 500; }
td.number, th.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: .8rem 0; padding: .5rem; background: #fff; border: 1px solid var(--line); border-radius: .4rem; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { color: #444; font-size: .9rem; padding: .4rem .25rem 0; }
blockquote { margin: .6rem 0; padding: .4rem 1rem; border-left: 4px solid var(--line); white-space: pre-line; }
code { font: .88em/1.4 ui-monospace, "Cascadia Mono", Consolas, monospace; overflow-wrap: anywhere; }
pre { background: var(--shade); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem;
  overflow-x: auto; }
@media print { main { max-width: none; padding: 0; } body { font-size: 10.5pt; } pre { white-space: pre-wrap; }
  h2 { break-after: avoid; } figure, tr, .verdict, blockquote { break-inside: avoid; } .wide { overflow: visible; }
  thead { display: table-header-group; } }
"""


def page(title, body):
    """Return a whole HTML page; ``title`` is text, ``body`` a list of HTML pieces."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def heading(text):
    """Return a heading of a section."""
    return f"<h2>{escape(text)}</h2>"


def paragraph(text, *, soft=False):
    """Return a paragraph."""
    soft = ' class="soft"' if soft else ""
    return f"<p{soft}>{escape(text)}</p>"


def items(texts):
    """Return a list of points."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def quoted(text):
    """Return somebody's own words."""
    return f"<blockquote>{escape(text.strip())}</blockquote>"


def code(text):
    """Return lines to be typed."""
    return f"<pre><code>{escape(text)}</code></pre>"


def boxed(level, sign, headline, texts):
    """Return the box of the verdict."""
    return (
        f'<section class="verdict {escape(level)}"><strong><span aria-hidden="true">{escape(sign)} </span>'
        f"{escape(headline)}</strong>{items(texts)}</section>"
    )


def table(headings, rows, *, caption="", numbers=()):
    """Return a table; the first cell of a row is its heading, ``numbers`` are columns that hold figures."""

    def cell(tag, i, text, more=""):
        number = ' class="number"' if i in numbers else ""
        return f"<{tag}{more}{number}>{escape(str(text))}</{tag}>"

    head = "".join(cell("th", i, text, ' scope="col"') for i, text in enumerate(headings))
    lines = (
        cell("th", 0, row[0], ' scope="row"') + "".join(cell("td", i, text) for i, text in enumerate(row[1:], start=1))
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table>{named}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def figure(fig, alt, caption=""):
    """Return a Matplotlib figure as a picture within the page, with alternative text and caption."""
    picture = io.BytesIO()
    fig.savefig(picture, format="png", dpi=140, bbox_inches="tight", facecolor="white")
    encoded = base64.b64encode(picture.getvalue()).decode("ascii")
    width = int.from_bytes(picture.getvalue()[16:20], "big") * 96 // 140
    told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img alt="{escape(alt)}" width="{width}" src="data:image/png;base64,{encoded}">{told}</figure>'
