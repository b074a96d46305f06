"""Set the learner's messages: as HTML in a notebook, as plain text in a terminal and for screen readers.

Texts use four marks: `code` in backticks, **bold**, ``$...$`` for formulas (left to the notebook) and a blank
line between paragraphs. All else is escaped. The HTML carries its look inline, takes its colours from
JupyterLab's theme, and unfolds with ``<details>`` alone, so that it also works without a kernel, after
reopening and on GitHub.
"""

import html
import re
import sys
import textwrap

BODY = "var(--jp-content-font-family, system-ui, sans-serif)"
CODE = "var(--jp-code-font-family, ui-monospace, monospace)"
INK = "var(--jp-content-font-color1, #1f2328)"
SOFT_INK = "var(--jp-content-font-color2, #59636e)"
LINE = "var(--jp-border-color2, #d1d9e0)"
SHADE = "var(--jp-cell-editor-background, #f5f5f5)"
GOOD = "var(--jp-success-color1, #2e7d32)"
WARN = "var(--jp-warn-color1, #b35900)"
CALM = "var(--jp-border-color0, #8c959f)"

_MARKS = re.compile(r"(?P<code>`[^`]+`)|(?P<math>\$[^$\n]+\$)|(?P<bold>\*\*.+?\*\*)", re.DOTALL)
_TOKEN_COLOURS = {
    "Token.Keyword": "keyword",
    "Token.Operator.Word": "keyword",
    "Token.Literal.String": "string",
    "Token.Literal.Number": "number",
    "Token.Comment": "comment",
    "Token.Name.Function": "def",
    "Token.Name.Builtin": "builtin",
}


def show(as_html, as_plain):
    """Display a message in a notebook or terminal; print it where there is no IPython."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display({"text/html": as_html, "text/plain": as_plain}, raw=True)
            return
    print(as_plain)


def card(eyebrow, headline, parts=(), *, colour=CALM):
    """Set one card: a small line, a headline, the parts below it (HTML), and a rule in one colour."""
    return (
        f'<section style="font-family:{BODY};color:{INK};line-height:1.5;white-space:normal;max-width:46em;'
        f"margin:.4em 0 .8em;padding:.75em 1.1em .8em;border:1px solid {LINE};"
        f'border-left:4px solid {colour};border-radius:4px">'
        f'<div style="font-size:.86em;color:{SOFT_INK}">{text(eyebrow)}</div>'
        f'<div style="margin:.1em 0 0">{headline}</div>{"".join(parts)}</section>'
    )


def paragraphs(marked, *, soft=False):
    """Set a text as paragraphs."""
    colour = f"color:{SOFT_INK};" if soft else ""
    return "".join(
        f'<p style="{colour}margin:.5em 0 0">{text(paragraph)}</p>'
        for paragraph in re.split(r"\n\s*\n", marked.strip())
    )


def folded(summary, body, *, first=False):
    """Fold a body (HTML) under a line (HTML) that unfolds it by mouse or keyboard."""
    rule = "" if first else f"border-top:1px solid {LINE};"
    return (
        f'<details style="{rule}margin:0;padding:.35em 0"><summary style="cursor:pointer;font-size:.95em">'
        f'{summary}</summary><div style="margin:0 0 .35em 1.1em">{body}</div></details>'
    )


def text(marked):
    """Turn a marked text into escaped HTML: `code`, **bold**, formulas untouched."""
    pieces, end = [], 0
    for match in _MARKS.finditer(marked):
        pieces.append(html.escape(marked[end : match.start()], quote=False))
        inner = match.group()
        if match.lastgroup == "code":
            pieces.append(f"<code>{html.escape(inner[1:-1], quote=False)}</code>")
        elif match.lastgroup == "bold":
            pieces.append(f"<strong>{text(inner[2:-2])}</strong>")
        else:
            pieces.append(html.escape(inner, quote=False))
        end = match.end()
    return "".join([*pieces, html.escape(marked[end:], quote=False)])


def plain(marked, *, indent=""):
    """Turn a marked text into wrapped plain text; `code` and formulas keep their marks."""
    wrapped = [
        textwrap.fill(paragraph.replace("**", ""), 88, initial_indent=indent, subsequent_indent=indent)
        for paragraph in re.split(r"\n\s*\n", marked.strip())
    ]
    return "\n".join(wrapped)


def code(source):
    """Set Python code in the colours of the reader's theme."""
    from pygments.lexers import PythonLexer

    pieces = []
    for kind, value in PythonLexer().get_tokens(source.strip("\n")):
        escaped = html.escape(value, quote=False)
        colour = next((name for token, name in _TOKEN_COLOURS.items() if str(kind).startswith(token)), None)
        if colour:
            colour = SOFT_INK if colour == "comment" else f"var(--jp-mirror-editor-{colour}-color, inherit)"
        pieces.append(f'<span style="color:{colour}">{escaped}</span>' if colour else escaped)
    return (
        f'<pre style="font-family:{CODE};font-size:var(--jp-code-font-size, .9em);line-height:1.45;'
        f"color:{INK};background:{SHADE};border:1px solid {LINE};border-radius:3px;margin:.5em 0;"
        f'padding:.6em .8em;overflow-x:auto;white-space:pre">'
        f"{''.join(pieces).rstrip()}</pre>"
    )


def bar(done, total):
    """Set a progress bar; the words beside it say the same."""
    share = 100 * done / total if total else 0
    return (
        f'<div role="img" aria-label="{done} of {total}" style="width:9em;height:.5em;background:{SHADE};'
        f'border-radius:.25em;overflow:hidden"><div style="width:{share:.0f}%;height:100%;background:{GOOD}">'
        "</div></div>"
    )


def table(headings, rows):
    """Set a table; the cells are HTML."""
    cell = f"text-align:left;padding:.35em 1.4em .35em 0;border-bottom:1px solid {LINE};font-size:1em"
    head = "".join(f'<th scope="col" style="{cell};font-weight:600">{text(heading)}</th>' for heading in headings)
    lines = ("".join(f'<td style="{cell}">{value}</td>' for value in row) for row in rows)
    body = "".join(f'<tr style="background:none">{line}</tr>' for line in lines)
    return (
        '<table style="border-collapse:collapse;margin:.5em 0 0;font-size:.95em">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
