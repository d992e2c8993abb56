"""What is stored. Models know nothing of what stands above them."""

from hotline.models.cases import (
    Callback,
    Case,
    CaseEmployer,
    Claim,
    Clock,
    Draft,
    Mediation,
    NumberSeries,
    Referral,
    Review,
    SectionRevision,
)
from hotline.models.documents import Attachment
from hotline.models.events import Access, CarrierEvent, Doorbell, Event, Heartbeat, SearchMark
from hotline.models.interactions import (
    Call,
    Interaction,
    Message,
    Offer,
    Recording,
    StaffNotice,
    TranscriptLine,
)
from hotline.models.measures import Measure, MeasureEntry
from hotline.models.people import Contact, Employer, Person
from hotline.models.staff import Category, Prompt, Seat, ServiceHours, Staff, Unit

__all__ = [
    "Access",
    "Attachment",
    "Call",
    "Callback",
    "CarrierEvent",
    "Case",
    "CaseEmployer",
    "Category",
    "Claim",
    "Clock",
    "Contact",
    "Doorbell",
    "Draft",
    "Employer",
    "Event",
    "Heartbeat",
    "Interaction",
    "Measure",
    "MeasureEntry",
    "Mediation",
    "Message",
    "NumberSeries",
    "Offer",
    "Person",
    "Prompt",
    "Recording",
    "Referral",
    "Review",
    "SearchMark",
    "Seat",
    "SectionRevision",
    "ServiceHours",
    "Staff",
    "StaffNotice",
    "TranscriptLine",
    "Unit",
]
