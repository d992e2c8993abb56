"""What was said and written: calls with their offers, transcripts and recordings, and messages."""

import uuid

from django.db import models

from hotline.enums import (
    CallResult,
    CallState,
    Channel,
    Direction,
    Matching,
    MessageState,
    OfferState,
    RecordingState,
)
from hotline.models.cases import Callback, Case
from hotline.models.people import Contact
from hotline.models.staff import Staff


class Interaction(models.Model):
    """One call or message; unique by what the carrier calls it. It can be moved to another case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="interactions")
    previous_case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    """The case it was moved from by hand, so that one key moves it back."""
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="interactions")
    """None for a caller without a number."""
    channel = models.CharField(max_length=5, choices=Channel)
    direction = models.CharField(max_length=8, choices=Direction)
    provider = models.CharField(max_length=20, default="twilio")
    provider_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unknown until the carrier has named it
    address = models.CharField(max_length=120, blank=True)
    """The other side's address as the carrier wrote it."""
    matching = models.CharField(max_length=8, choices=Matching, default=Matching.NEW)
    member = models.ForeignKey("Member", models.PROTECT, null=True, related_name="+")
    """Who called or wrote, where it is a member of a collective case."""
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("provider", "provider_id"), name="one_interaction_per_sid"),
        )
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.channel} {self.provider_id}"


class Call(models.Model):
    """A telephone call; it lives in the conference `call-<uid>`."""

    interaction = models.OneToOneField(Interaction, models.PROTECT, primary_key=True, related_name="call")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=CallState, default=CallState.MENU)
    result = models.CharField(max_length=10, choices=CallResult, blank=True)
    skill = models.CharField(max_length=20, blank=True)
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="calls")
    agent_call_sid = models.CharField(max_length=64, blank=True)
    conference_sid = models.CharField(max_length=64, blank=True)
    conference_sequence = models.IntegerField(default=-1)
    held = models.BooleanField(default=False)
    muted = models.BooleanField(default=False)
    recorded = models.BooleanField(default=False)
    """Whether recording was switched on at the time of this call."""
    waiting_since = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    duration = models.PositiveIntegerField(null=True)
    """Seconds, as the carrier reports them."""
    wrapped_up_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    callback = models.ForeignKey(Callback, models.PROTECT, null=True, related_name="calls")

    class Meta:
        indexes = (
            models.Index(fields=("waiting_since",), condition=~models.Q(state="ENDED"), name="call_waiting"),
            models.Index(fields=("agent", "wrapped_up_at"), name="call_agent"),
        )

    def __str__(self) -> str:
        return f"call {self.uid}"

    @property
    def conference(self) -> str:
        """The conference's name at the carrier; it says nothing about a person."""
        return f"call-{self.uid}"


class Offer(models.Model):
    """A waiting call shown to one agent until it is accepted, declined or lapses."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="offers")
    agent = models.ForeignKey(Staff, models.PROTECT, related_name="offers")
    state = models.CharField(max_length=9, choices=OfferState, default=OfferState.OFFERED)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    rung_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("call",), condition=models.Q(state="OFFERED"), name="one_offer_per_call"
            ),
            models.UniqueConstraint(
                fields=("agent",), condition=models.Q(state="OFFERED"), name="one_offer_per_agent"
            ),
        )

    def __str__(self) -> str:
        return f"offer {self.pk} {self.state}"


class TranscriptLine(models.Model):
    """One utterance of a call, as the carrier's transcription heard it."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="transcript")
    transcription_sid = models.CharField(max_length=64)
    sequence = models.IntegerField()
    by_worker = models.BooleanField()
    text = models.TextField()
    confidence = models.FloatField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("transcription_sid", "sequence"), name="one_transcript_line"),
        )
        ordering = ("at", "sequence")

    def __str__(self) -> str:
        return f"{self.transcription_sid} {self.sequence}"


class Recording(models.Model):
    """A recording at the carrier and, once the worker has fetched it, here."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="recordings")
    sid = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=9, choices=RecordingState)
    duration = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=40, blank=True)
    url = models.URLField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="recordings/%Y/%m/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    """When the worker looks at it next; None when there is nothing to do."""

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.sid


class Message(models.Model):
    """A text message, in or out."""

    interaction = models.OneToOneField(Interaction, models.PROTECT, primary_key=True, related_name="message")
    body = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=MessageState)
    error_code = models.CharField(max_length=10, blank=True)
    sender = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    """Who wrote it; None for the worker and for what the hotline itself sends."""
    purpose = models.CharField(max_length=40, blank=True)
    """What the hotline itself sends it for (`receipt`, `stage.MEDIATION`); empty for a reply."""
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"message {self.pk} {self.state}"


class StaffNotice(models.Model):
    """A text to a member of staff; it names no worker and no employer."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="notices")
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    purpose = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=MessageState, default=MessageState.QUEUED)
    provider_id = models.CharField(max_length=64, blank=True, db_index=True)
    error_code = models.CharField(max_length=10, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"notice {self.pk} {self.state}"
