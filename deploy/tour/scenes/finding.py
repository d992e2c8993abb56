"""The history is found by a word that was only said, by those who may see it and by nobody else."""

from deploy.tour.people import Person
from deploy.tour.report import NotSeen, eventually
from deploy.tour.stage import Stage

WORD = "石榴树"


async def play(stage: Stage) -> None:
    """The supervisor finds the case; another lawyer does not."""
    case = stage.kept_from("case")
    supervisor = stage.tab("supervisor")
    with stage.report.step(f"The supervisor searches for “{WORD}”") as step:
        hits = await eventually(lambda: _hits(supervisor.person), "the case is not found")
        if hits != [case]:
            raise NotSeen(f"found {hits}, not {case}")
        step.seen(f"one case, {stage.kept_from('number')}, by a word that was only said")
    with stage.report.step("Another lawyer searches for it") as step:
        hits = await _hits(stage.tab(stage.kept_from("other")).person)
        if hits:
            raise NotSeen(f"{hits} is found by someone who may not see it")
        step.seen("nothing is found")
    with stage.report.step("The supervisor's socket has heard everything") as step:
        kinds = supervisor.listener.kinds
        step.seen(f"{sum(kinds.values())} rings of {len(kinds)} kinds")
        stage.report.notes.append(
            "The supervisor's rings: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        )


async def _hits(person: Person) -> list[str]:
    page = await person.get(f"/search/?q={WORD}")
    # A found case's link carries the search, so that its page leads on to the next one found.
    paths = {link.partition("?")[0] for link in page.links}
    return sorted(path for path in paths if path.startswith("/cases/") and path != "/cases/")
