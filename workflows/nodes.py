"""The engine's nodes as our flows use them: with two faults mended, and with half the statements.

Cancelling a task that has a boundary timer leaves the timer armed, so that it fires later and blocks the
end of the process; and reviving one forgets its permission and its timers.

What is done at once (a switch, a split) the engine inserts, links to its forerunner, and updates inside a
savepoint; here it is inserted when it is done. All flows are run through `steps`, in one transaction with
their case locked. The engine's classes are subclassed, never patched.
"""

from typing import Any

from django.db import connection
from django.utils import timezone
from viewflow.workflow import STATUS, Activation, nodes
from viewflow.workflow.models import Task
from viewflow.workflow.nodes.boundary import TimerBoundaryActivation
from viewflow.workflow.nodes.end import EndActivation, TerminateEndActivation
from viewflow.workflow.nodes.func import FunctionActivation
from viewflow.workflow.nodes.handle import HandleActivation
from viewflow.workflow.nodes.if_gate import IfActivation
from viewflow.workflow.nodes.split import SplitActivation
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.nodes.switch import SwitchActivation
from viewflow.workflow.signals import flow_started, task_finished, task_started

from hotline.models.prepared import Given, Prepared, insert, update

FINAL = [STATUS.DONE, STATUS.CANCELED, STATUS.REVIVED, STATUS.ERROR]
CHANGING = ("status", "owner", "assigned", "started", "finished", "scheduled", "data")
"""What changes on a task after it was inserted."""
LINK = Task.previous.through
ARMED = Prepared(lambda: Task.objects.filter(previous=Given("host")).exclude(status__in=FINAL).order_by("pk"))
"""What hangs on a person's step and waits for its moment."""


def _new(flow_task: Any, after: Any, token: Any, data: Any, seed: Any) -> Any:
    task = flow_task.flow_class.task_class(process=after.process, flow_task=flow_task, token=token)
    task.flow_task_type = flow_task.task_type
    task.data, task.seed = data or {}, seed
    return task


def _insert(task: Any, after: Any) -> None:
    insert(task)
    insert(LINK(from_task_id=task.pk, to_task_id=after.pk))


def _complete(activation: Any) -> None:
    task = activation.task
    task.finished = timezone.now()
    if task.pk is None:
        _insert(task, activation.after.task)
    else:
        update(task, *CHANGING)
    task_finished.send(sender=activation.flow_class, process=activation.process, task=task)


class WithoutRow:
    """What an activation has whose task is inserted later than the engine would."""

    @classmethod
    def create(cls, flow_task: Any, after: Any, token: Any, data: Any = None, seed: Any = None) -> Any:
        """The task that follows `after`; it has no row yet."""
        activation: Any = cls(_new(flow_task, after, token, data, seed))  # type: ignore[call-arg]
        activation.after = after
        return activation

    def __hash__(self) -> int:
        # The engine keeps activations in sets, and a task without a row has no hash.
        return id(self.task)  # type: ignore[attr-defined]


class AtOnce(WithoutRow, Activation):
    """A task that is done as soon as the flow comes to it: inserted when it is done."""

    __hash__ = WithoutRow.__hash__

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def complete(self) -> None:
        """Insert the row: it is done."""
        _complete(self)


class Guarded(AtOnce):
    """One whose failure after a timer the engine keeps as a task of its own, in the state ERROR."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """Do it; a failure that was kept is linked to where it came from."""
        fresh = self.task.pk is None
        super().activate.original()
        if fresh and self.task.status == STATUS.ERROR:
            insert(LINK(from_task_id=self.task.pk, to_task_id=self.after.task.pk))


# --- Where a flow begins ---------------------------------------------------------------------------
class Begun(StartHandleActivation):
    """The start of a process. Nobody else sees the process before the commit: it needs no lock."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def execute(self) -> None:
        """Insert the process, and go on."""
        assert connection.in_atomic_block
        task_started.send(sender=self.flow_class, process=self.process, task=self.task)
        insert(self.process)
        self.complete()
        flow_started.send(sender=self.flow_class, process=self.process, task=self.task)
        self.activate_next()

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def complete(self) -> None:
        """Insert the first task: it is done."""
        self.task.process, self.task.finished = self.process, timezone.now()
        self.task.flow_task_type = self.flow_task.task_type
        insert(self.task)
        task_finished.send(sender=self.flow_class, process=self.process, task=self.task)


class StartHandle(nodes.StartHandle):
    """A start by `steps`."""

    activation_class = Begun


# --- What is decided at once -----------------------------------------------------------------------
class Chosen(AtOnce, SwitchActivation):
    """A switch. Its conditions only look: there is nothing to take back."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """Find the first branch that holds; the last is the default."""
        self.next_task = next(node for node, holds in self.flow_task._branches if not holds or holds(self))


class Switch(nodes.Switch):
    """Goes on at one of several nodes."""

    activation_class = Chosen


class Asked(AtOnce, IfActivation):
    """A question to which the answer is yes or no. It only looks, too."""

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """Ask it."""
        self._condition_result = self.flow_task._condition(self)


class If(nodes.If):
    """Goes on at one of two nodes."""

    activation_class = Asked


class Parted(AtOnce, SplitActivation):
    """A split into ways that are gone side by side."""


class Split(nodes.Split):
    """Goes on at several nodes."""

    activation_class = Parted


class Done(Guarded, FunctionActivation):
    """A function that was called."""


class Function(nodes.Function):
    """Calls a function of the flow."""

    activation_class = Done


class Ended(Guarded, EndActivation):
    """The end of one way."""


class End(nodes.End):
    """Ends one way; the process ends with its last."""

    activation_class = Ended


class AllEnded(Guarded, TerminateEndActivation):
    """The end of the process."""


class TerminateEnd(nodes.TerminateEnd):
    """Ends the process, and cancels what still waits."""

    activation_class = AllEnded


# --- What waits ------------------------------------------------------------------------------------
class Waiting(HandleActivation):
    """Something that waits for `steps` to come and run it."""

    @classmethod
    def create(cls, flow_task: Any, after: Any, token: Any, data: Any = None, seed: Any = None) -> Any:
        """Insert the task that follows `after`."""
        task = _new(flow_task, after, token, data, seed)
        _insert(task, after.task)
        return cls(task)

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def complete(self) -> None:
        """Note that it was run."""
        _complete(self)


class Handle(nodes.Handle):
    """Waits for the hotline's own code."""

    activation_class = Waiting


class MessageCatch(nodes.MessageCatch):
    """Waits for word from outside."""

    activation_class = Waiting


class StepActivation(nodes.view.ViewActivation):
    """A person's step whose boundary timers end and come back with it."""

    @classmethod
    def create(cls, flow_task: Any, after: Any, token: Any, data: Any = None, seed: Any = None) -> Any:
        """Insert the step with its owner, and tell the flow that it is there."""
        activation = cls(_new(flow_task, after, token, data, seed))
        owner = flow_task.calc_owner(activation)
        if owner:
            activation.task.owner, activation.task.status = owner, STATUS.ASSIGNED
        _insert(activation.task, after.task)
        if flow_task._on_create is not None:
            flow_task._on_create(activation)
        return activation

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def assign(self, user: Any) -> None:
        """Make `user` the owner."""
        self.task.owner = user
        update(self.task, *CHANGING)

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def complete(self) -> None:
        """Note that the person has done it."""
        _complete(self)

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def cancel(self) -> None:
        """Cancel the step and the timers that hang on it."""
        super().cancel.original()
        for node in self.flow_task._boundary_events:
            node.disarm(self.task, self.process)

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

    def OnTimeout(self, delay: Any, then: Any, interrupting: bool = True, title: Any = None) -> "Step":
        """As the engine's, with a timer of ours."""
        timer = Timer(None, delay=delay, interrupting=interrupting).Next(then)
        self._boundary_specs.append(("timeout", timer if title is None else timer.Annotation(title=title)))
        return self


class Armed(WithoutRow, TimerBoundaryActivation):
    """A timer on a step's border: inserted with its moment."""

    __hash__ = WithoutRow.__hash__

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def activate(self) -> None:
        """Reckon the moment, and wait for it."""
        self.task.scheduled = self.flow_task._delay(self)
        _insert(self.task, self.after.task)

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def complete(self) -> None:
        """Note that the moment has come."""
        _complete(self)

    @Activation.status.super()  # type: ignore[untyped-decorator]
    def cancel(self) -> None:
        """It is no longer waited for."""
        self.task.finished = timezone.now()
        update(self.task, *CHANGING)


class Timer(nodes.TimerBoundary):
    """Tells the flow when a step takes too long; what it waits for is a moment that the flow reckons."""

    activation_class = Armed

    def _on_host_finished(self, **signal: Any) -> None:
        if signal["task"].flow_task == self._attached_to:
            self.disarm(signal["task"], signal["process"])

    def disarm(self, host: Any, process: Any) -> None:
        """Cancel the timer that hangs on the step `host`."""
        for task in ARMED.all(host=host.pk):
            if task.flow_task != self:
                continue
            task.process = process
            timer = self.activation_class(task)
            if timer.cancel.can_proceed():  # not the one that is firing right now
                timer.cancel()
