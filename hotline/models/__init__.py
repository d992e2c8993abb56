"""What is stored. Models know nothing of what stands above them."""

from hotline.models.arbitration import ArbitrationEntry, Referral
from hotline.models.cases import (
    Callback,
    Case,
    CaseEmployer,
    Claim,
    Clock,
    Draft,
    Mediation,
    NumberSeries,
    Review,
    SectionRevision,
)
from hotline.models.collectives import Collective, Member, MemberClaim
from hotline.models.deadlines import (
    BookChange,
    CalendarDay,
    CalendarYear,
    DigestSent,
    FigureVersion,
    Reminder,
    RuleVersion,
    TermEvent,
)
from hotline.models.dispatch import Dispatch, Transfer
from hotline.models.documents import Attachment, AttachmentText, Document, DocumentTemplate
from hotline.models.emergencies import Duty, Emergency
from hotline.models.events import Access, CarrierEvent, Doorbell, Event, Heartbeat, SearchDrift, SearchMark
from hotline.models.evidence import Evidence
from hotline.models.interactions import (
    Call,
    Interaction,
    Message,
    Offer,
    Recording,
    StaffNotice,
    TranscriptLine,
)
from hotline.models.lawyers import (
    Absence,
    Client,
    ConflictCheck,
    ConflictMark,
    LawFirm,
    LawyerProfile,
    Reservation,
    ReviewOffer,
    StandIn,
)
from hotline.models.measures import Measure, MeasureEntry
from hotline.models.mediations import Agreement, Instalment, MediationSession, Payment, Proposal
from hotline.models.merges import Merge
from hotline.models.people import Contact, Employer, Person
from hotline.models.quality import QualityCheck, ReturnVisit
from hotline.models.rota import DutyPost, DutyShift, ShiftSwap
from hotline.models.searches import ListExport, RecentSearch, SavedSearch, SearchHit, SearchNotice
from hotline.models.staff import Category, Prompt, Seat, ServiceHours, Staff, Unit

__all__ = [
    "Absence",
    "Access",
    "Agreement",
    "ArbitrationEntry",
    "Attachment",
    "AttachmentText",
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
    "Client",
    "Clock",
    "Collective",
    "ConflictCheck",
    "ConflictMark",
    "Contact",
    "DigestSent",
    "Dispatch",
    "Document",
    "DocumentTemplate",
    "Doorbell",
    "Draft",
    "Duty",
    "DutyPost",
    "DutyShift",
    "Emergency",
    "Employer",
    "Event",
    "Evidence",
    "FigureVersion",
    "Heartbeat",
    "Instalment",
    "Interaction",
    "LawFirm",
    "LawyerProfile",
    "ListExport",
    "Measure",
    "MeasureEntry",
    "Mediation",
    "MediationSession",
    "Member",
    "MemberClaim",
    "Merge",
    "Message",
    "NumberSeries",
    "Offer",
    "Payment",
    "Person",
    "Prompt",
    "QualityCheck",
    "Proposal",
    "RecentSearch",
    "Recording",
    "Referral",
    "Reminder",
    "Reservation",
    "ReturnVisit",
    "Review",
    "ReviewOffer",
    "RuleVersion",
    "SavedSearch",
    "SearchDrift",
    "SearchHit",
    "SearchMark",
    "SearchNotice",
    "Seat",
    "SectionRevision",
    "ServiceHours",
    "ShiftSwap",
    "Staff",
    "StaffNotice",
    "StandIn",
    "TermEvent",
    "TranscriptLine",
    "Transfer",
    "Unit",
]
