"""Flow nodes that mend two faults of the engine around boundary timers.

Cancelling a task that has a boundary timer leaves the timer armed, so that it fires later and blocks the
end of the process; and reviving one forgets its permission and its timers. Subclassed, never patched.
"""

from typing import Any

from viewflow.workflow import STATUS, Activation, nodes

FINAL = [STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED, STATUS.ERROR]


class StepActivation(nodes.view.ViewActivation):
    """A person's step whose boundary timers end and come back with it."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def cancel(self) -> None:
        """Cancel the step and the timers that hang on it."""
        super().cancel.original()
        for node in self.flow_task._boundary_events:
            armed = self.process.task_set.filter(flow_task=node, previous=self.task)
            for task in armed.exclude(status__in=FINAL):
                timer = node.activation_class(task)
                if timer.cancel.can_proceed():  # not the boundary that is firing right now
                    timer.cancel()

    def prepare_revived_task(self, task: Any) -> None:
        """Carry the permission over to the revived task."""
        for field in ("owner_permission", "owner_permission_content_type_id", "owner_permission_obj_pk"):
            setattr(task, field, getattr(self.task, field))

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def revive(self) -> Any:
        """Revive the step and arm its timers again."""
        task = super().revive.original()
        for node in self.flow_task._boundary_events:
            node._arm(type(self)(task))
        return task


class Step(nodes.View):
    """A step that a person completes on a page of ours, through `workflows.steps`."""

    activation_class = StepActivation

    def __init__(self) -> None:
        super().__init__(view=None)
