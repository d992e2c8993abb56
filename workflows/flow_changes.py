"""Changing the code of a flow while cases stand in it (docs/flow.md): moving their tasks, finding stuck ones.

The rows of a running case hold the names of nodes, such as `workflows/flow.CaseFlow.intake`.
"""

from typing import Any

from django.apps import apps as present
from django.db.models import CharField
from django.db.models.functions import Cast
from viewflow.workflow import STATUS
from viewflow.workflow.base import Flow
from viewflow.workflow.fields import get_flow_ref

OPEN = [STATUS.NEW, STATUS.ASSIGNED, STATUS.SCHEDULED, STATUS.STARTED]


def move_tasks(apps: Any, flow: str, before: str, after: str) -> int:
    """Let all tasks at the node `before` stand at `after`; returns how many. For a data migration.

    `flow` is the flow's reference, `workflows/flow.CaseFlow`. A node that goes takes its timers with it:
    move or cancel those, too (`mediation__timeout` hangs on `mediation`).
    """
    tasks = apps.get_model("viewflow", "Task").objects.annotate(node=Cast("flow_task", CharField()))
    found = tasks.filter(node=f"{flow}.{before}")
    return int(found.update(flow_task=f"{flow}.{after}"))


def stuck(flow: type[Flow]) -> dict[str, int]:
    """The names of nodes that open tasks stand at and `flow` no longer has, with how many do."""
    reference = get_flow_ref(flow)
    tasks = present.get_model("viewflow", "Task").objects.annotate(node=Cast("flow_task", CharField()))
    here = tasks.filter(node__startswith=f"{reference}.", status__in=OPEN).values_list("node", flat=True)
    known = {node.name for node in flow.instance.nodes()}
    found: dict[str, int] = {}
    for name in (node.rpartition(".")[2] for node in here.iterator()):
        if name not in known:
            found[name] = found.get(name, 0) + 1
    return found
