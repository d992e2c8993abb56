"""manage.py check_flows: whether every open task stands at a node that its flow still has."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from viewflow.workflow.base import Flow

from workflows.flow import CaseFlow
from workflows.flow_changes import stuck
from workflows.measures.flows import FLOWS


class Command(BaseCommand):
    """Run it after a release that changed a flow; it only looks."""

    help = "Names the nodes that open tasks stand at and the flows no longer have; fails if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at each flow."""
        flows: list[type[Flow]] = [CaseFlow, *FLOWS.values()]
        wrong = [
            f"{flow.__name__}.{name}: {count} open" for flow in flows for name, count in stuck(flow).items()
        ]
        if wrong:
            raise CommandError("Open tasks without their node:\n" + "\n".join(wrong))
        self.stdout.write("Every open task has its node.")
