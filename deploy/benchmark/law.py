"""Periods and papers: a sweep costs what is due, a paper little more than its printing."""

from deploy.benchmark.house import House
from deploy.benchmark.table import Row

INSIDE = "deploy.benchmark.inside_law"


def sweep(house: House, few: int, many: int) -> Row:
    """A sweep of the periods with 100 due; the house's periods are of no other use afterwards."""
    found = house.inside("sweep", str(few), str(many), module=INSIDE)
    return Row(
        f"a sweep with 100 periods due, {many:,} open", f"the same with {few:,} open",
        found["many"] / found["few"], 1.5, share=False,
        figures=f"{found['many'] * 1000:.0f} ms against {found['few'] * 1000:.0f} ms", wrong=found["wrong"],
    )  # fmt: skip


def document(house: House) -> Row:
    """A paper made of a case."""
    found = house.inside("document", module=INSIDE)
    return Row(
        f"a paper ({found['kind']}) made of a case: facts, number, file, row, event",
        "docxtpl's own rendering of the same template with the same facts",
        found["bare"] / found["ours"], 1.5, share=False,
        figures=f"{1000 / found['ours']:.0f} ms against {1000 / found['bare']:.0f} ms", wrong=found["wrong"],
    )  # fmt: skip
