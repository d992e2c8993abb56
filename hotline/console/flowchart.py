"""A case's path and its measures as one drawing."""

from dataclasses import dataclass
from typing import Any

from viewflow.workflow import Flow, chart
from viewflow.workflow.models import Process

from hotline.console.views_common import Context
from hotline.enums import MeasureKind
from hotline.models import Case
from workflows.flow import CaseFlow
from workflows.measures.flows import FLOWS
from workflows.models import CaseProcess, MeasureProcess

TITLE_HEIGHT = 56


@dataclass(frozen=True)
class Lane:
    """One flow in the drawing, and where its lane begins."""

    title: str
    top: int
    grid: Any


def of_case(case: Case) -> Context:
    """What the drawing's template needs: a lane for the path, and one for each measure below it."""
    lanes: list[Lane] = []
    path = CaseProcess.objects.filter(case=case).order_by("pk").last()
    top = _add(lanes, 0, "", CaseFlow, path)
    for measure in case.measures.order_by("pk"):
        process = MeasureProcess.objects.filter(measure=measure).first()
        flow = FLOWS[MeasureKind(measure.kind)]
        top = _add(lanes, top, " ".join(filter(None, [str(measure), measure.addressee])), flow, process)
    return {"lanes": lanes, "width": max(lane.grid.width for lane in lanes), "height": top}


def _add(lanes: list[Lane], top: int, title: str, flow: type[Flow], process: Process | None) -> int:
    grid = chart.calc_layout_data(flow)
    if process is not None:
        chart.calc_cell_status(flow, grid, process.pk)
    begins = top + (TITLE_HEIGHT if title else 0)
    lanes.append(Lane(title, begins, grid))
    return int(begins + grid.height)
