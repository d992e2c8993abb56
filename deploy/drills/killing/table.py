"""The counts as a table, and below it what is off."""

from collections.abc import Sequence

from deploy.drills.killing.play import Result

SHOWN = 10
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def drawn(results: Sequence[Result], seconds: float) -> str:
    """The table of all databases, what is off, and what it comes to."""
    heads = [NAMES[result.database] for result in results]
    lines = ["", _row("", heads)]
    for what in results[0].facts | results[-1].facts:
        lines.append(_row(what, [result.facts.get(what, "-") for result in results]))
    lines.append("")
    for place, (what, _there, _off) in enumerate(results[0].counts):
        cells = []
        for result in results:
            _what, there, off = result.counts[place]
            cells.append(f"{there} {'ok' if not off else f'{len(off)} OFF'}")
        lines.append(_row(what, cells))
    for result in results:
        for what, _there, off in result.counts:
            lines += [f"  {NAMES[result.database]}, {what}: {one}" for one in off[:SHOWN]]
            if len(off) > SHOWN:
                lines.append(f"  {NAMES[result.database]}, {what}: and {len(off) - SHOWN} more")
    wrong = sum(result.off for result in results)
    lines += ["", f"{'Nothing was lost, nothing happened twice' if not wrong else f'{wrong} are off'}"]
    lines[-1] += f" ({seconds:.0f} s)."
    return "\n".join(lines)


def _row(what: str, cells: Sequence[str]) -> str:
    return f"  {what:<46}" + "".join(f"{cell:>14}" for cell in cells)
