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
from hotline.models.deadlines import (
    BookChange,
    CalendarDay,
    CalendarYear,
    DigestSent,
    Reminder,
    RuleVersion,
    TermEvent,
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
    "BookChange",
    "CalendarDay",
    "CalendarYear",
    "Call",
    "Callback",
    "CarrierEvent",
    "Case",
    "CaseEmployer",
    "Category",
    "Claim",
    "Clock",
    "Contact",
    "DigestSent",
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
    "Reminder",
    "Review",
    "RuleVersion",
    "SearchMark",
    "Seat",
    "SectionRevision",
    "ServiceHours",
    "Staff",
    "StaffNotice",
    "TermEvent",
    "TranscriptLine",
    "Unit",
]
