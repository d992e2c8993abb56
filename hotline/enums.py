"""The closed vocabularies of the field; docs/glossary.md has each term in both languages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    AGENT = "AGENT", _("Agent")
    LAWYER = "LAWYER", _("Lawyer")
    MEDIATOR = "MEDIATOR", _("Mediator")
    SUPERVISOR = "SUPERVISOR", _("Supervisor")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")


class UnitKind(TextChoices):
    CITY = "CITY", _("City federation of trade unions")
    DISTRICT = "DISTRICT", _("District federation of trade unions")
    STREET = "STREET", _("Street or town service station")
    ENTERPRISE = "ENTERPRISE", _("Directly run enterprise")


class SeatState(TextChoices):
    OFFLINE = "OFFLINE", _("Offline")
    AVAILABLE = "AVAILABLE", _("Available")
    AWAY = "AWAY", _("Away")
    OFFERED = "OFFERED", _("Being offered a call")
    TALKING = "TALKING", _("On a call")
    WRAP_UP = "WRAP_UP", _("Wrap-up")


class Stage(TextChoices):
    INTAKE = "INTAKE", _("Intake")
    LEGAL_REVIEW = "LEGAL_REVIEW", _("Legal review")
    MEDIATION = "MEDIATION", _("Mediation")
    ARBITRATION = "ARBITRATION", _("Arbitration referral")
    QUALITY = "QUALITY", _("Check and return visit")
    CLOSED = "CLOSED", _("Closed")


class Outcome(TextChoices):
    ANSWERED = "ANSWERED", _("Answered")
    TRANSFERRED = "TRANSFERRED", _("Transferred out")
    NUISANCE = "NUISANCE", _("Nuisance or invalid")
    SETTLED = "SETTLED", _("Settled in mediation")
    AWARDED = "AWARDED", _("Arbitration award")
    SETTLED_ARB = "SETTLED_ARB", _("Settled in arbitration")
    REFUSED = "REFUSED", _("Not accepted by the arbitration commission")
    UNDECIDED = "UNDECIDED", _("Not decided in time by the arbitration commission")
    NOT_PURSUED = "NOT_PURSUED", _("Not pursued by the worker")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    TERMINATED = "TERMINATED", _("Ended with an explanation")
    MERGED = "MERGED", _("Merged into another case")


class TransferCode(TextChoices):
    """Why a case is not the hotline's: group Z of the categories."""

    TO_12345 = "Z01", _("Transferred to 12345")
    IN_PROCEEDINGS = "Z02", _("Already in statutory proceedings")
    NO_LABOUR_DISPUTE = "Z03", _("Not a labour dispute")
    NUISANCE = "Z04", _("Nuisance or invalid")
    NOT_LOCAL = "Z05", _("Not local")


class DispatchState(TextChoices):
    OFFERED = "OFFERED", _("Dispatched, not yet accepted")
    ACCEPTED = "ACCEPTED", _("Accepted by the unit")
    RETURNED = "RETURNED", _("Returned by the unit")
    TAKEN_BACK = "TAKEN_BACK", _("Taken back")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class Urgency(TextChoices):
    """Sorted ascending, the most urgent first."""

    P0 = "P0", _("P0 emergency")
    P1 = "P1", _("P1 urgent")
    P2 = "P2", _("P2 ordinary")
    P3 = "P3", _("P3 enquiry")


class Channel(TextChoices):
    CALL = "CALL", _("Telephone")
    SMS = "SMS", _("Text message")
    VISIT = "VISIT", _("Visit")
    WEB = "WEB", _("Web")


class RequestKind(TextChoices):
    """The five kinds of request of the national trade union hotline."""

    CONSULT = "CONSULT", _("Consultation")
    SERVICE = "SERVICE", _("Service and assistance")
    PETITION = "PETITION", _("Petition or complaint")
    LEGAL_AID = "LEGALAID", _("Legal aid")
    SUGGESTION = "SUGGEST", _("Opinion or suggestion")


class Answer(TextChoices):
    """Yes, no, or not known (not asked)."""

    YES = "YES", _("Yes")
    NO = "NO", _("No")
    UNKNOWN = "UNKNOWN", _("Not known")


class Sex(TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    UNKNOWN = "U", _("Not known")


class PriorityGroup(TextChoices):
    MIGRANT = "MIGRANT", _("Migrant worker")
    DISPATCHED = "DISPATCHED", _("Dispatched worker")
    SMALL_PRIVATE = "SMALL_PRIVATE", _("Worker of a small private enterprise")
    WOMAN = "WOMAN", _("Woman worker")
    PLATFORM = "PLATFORM", _("Worker in new forms of employment")
    HARDSHIP = "HARDSHIP", _("Worker in hardship")


class EmployerRole(TextChoices):
    EMPLOYER = "EMPLOYER", _("Employer")
    DISPATCH_AGENCY = "DISPATCH_AGENCY", _("Dispatch agency")
    USER_OF_LABOUR = "USER_OF_LABOUR", _("User of labour")
    GENERAL_CONTRACTOR = "GENERAL_CONTRACTOR", _("General contractor")
    SUBCONTRACTOR = "SUBCONTRACTOR", _("Subcontractor")
    PLATFORM = "PLATFORM", _("Platform")


class ContactKind(TextChoices):
    PHONE = "PHONE", _("Telephone")
    OTHER = "OTHER", _("Other address")


class Direction(TextChoices):
    INBOUND = "INBOUND", _("Inbound")
    OUTBOUND = "OUTBOUND", _("Outbound")


class Matching(TextChoices):
    """How an interaction found its case."""

    NEW = "NEW", _("Opened a new case")
    JOINED = "JOINED", _("Joined the caller's open case")
    SEVERAL = "SEVERAL", _("Joined the newest of several open cases")
    MOVED = "MOVED", _("Moved by hand")
    MEMBER = "MEMBER", _("Joined the collective case of which the caller is a member")


class CallState(TextChoices):
    """Moves down this list (`actions.calls.advance`); an accepted call that never connects waits again."""

    DIALLING = "DIALLING", _("Dialling")
    MENU = "MENU", _("In the menu")
    WAITING = "WAITING", _("Waiting")
    CONNECTING = "CONNECTING", _("Connecting")
    TALKING = "TALKING", _("Talking")
    VOICEMAIL = "VOICEMAIL", _("Leaving a message")
    ENDED = "ENDED", _("Ended")


class CallResult(TextChoices):
    ANSWERED = "ANSWERED", _("Answered")
    MISSED = "MISSED", _("Missed")
    VOICEMAIL = "VOICEMAIL", _("Voicemail")
    NO_ANSWER = "NO_ANSWER", _("No answer")
    BUSY = "BUSY", _("Busy")
    FAILED = "FAILED", _("Failed")


class OfferState(TextChoices):
    OFFERED = "OFFERED", _("Offered")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Declined")
    LAPSED = "LAPSED", _("Lapsed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class RecordingState(TextChoices):
    RECORDING = "RECORDING", _("Being recorded")
    READY = "READY", _("To be fetched")
    STORED = "STORED", _("Stored")
    ABSENT = "ABSENT", _("Absent")
    FAILED = "FAILED", _("Could not be fetched")


class MessageState(TextChoices):
    """An inbound message is RECEIVED; an outbound one moves from QUEUED on and never back."""

    RECEIVED = "RECEIVED", _("Received")
    QUEUED = "QUEUED", _("Waiting to be sent")
    SENDING = "SENDING", _("Being sent")
    UNCERTAIN = "UNCERTAIN", _("Uncertain whether sent")
    SENT = "SENT", _("Sent")
    DELIVERED = "DELIVERED", _("Delivered")
    FAILED = "FAILED", _("Not delivered")


class CallbackState(TextChoices):
    OPEN = "OPEN", _("To be called back")
    REACHED = "REACHED", _("Reached")
    GIVEN_UP = "GIVEN_UP", _("Given up")


class Section(TextChoices):
    """The parts of a case that people edit, each with a revision of its own."""

    INTAKE = "INTAKE", _("Intake")
    CALLER = "CALLER", _("Caller")
    EMPLOYERS = "EMPLOYERS", _("Employers")
    CLAIMS = "CLAIMS", _("Claims")
    EVIDENCE = "EVIDENCE", _("Evidence")
    REVIEW = "REVIEW", _("Legal review")
    MEDIATION = "MEDIATION", _("Mediation")
    REFERRAL = "REFERRAL", _("Arbitration referral")


class ClaimKind(TextChoices):
    WAGES = "WAGES", _("Wages owed")
    OVERTIME = "OVERTIME", _("Overtime pay")
    DOUBLE_WAGE = "DOUBLE_WAGE", _("Double wage for a missing contract")
    COMPENSATION = "COMPENSATION", _("Economic compensation")
    UNLAWFUL_DISMISSAL = "UNLAWFUL_DISMISSAL", _("Damages for unlawful dismissal")
    INJURY = "INJURY", _("Work injury benefits")
    LEAVE = "LEAVE", _("Annual leave pay")
    SOCIAL_INSURANCE = "SOCIAL_INSURANCE", _("Social insurance")
    RELATION = "RELATION", _("Confirmation of employment")
    OTHER = "OTHER", _("Other")


class EvidenceKind(TextChoices):
    CONTRACT = "CONTRACT", _("Contract")
    WAGES = "WAGES", _("Wage slip or bank statement")
    ATTENDANCE = "ATTENDANCE", _("Attendance record")
    MESSAGES = "MESSAGES", _("Message record")
    RECORDING = "RECORDING", _("Sound or video recording")
    WITNESS = "WITNESS", _("Testimony of a witness")
    MEDICAL = "MEDICAL", _("Medical paper")
    OFFICIAL = "OFFICIAL", _("Paper of an authority")
    OTHER = "OTHER", _("Other")


class Authority(TextChoices):
    """What the worker lets their representative do (Mediation and Arbitration Law, Art. 24)."""

    GENERAL = "GENERAL", _("General: to appear and plead")
    SPECIAL = "SPECIAL", _("Special: also to admit, waive, change claims and settle")


class Jurisdiction(TextChoices):
    """On what the commission's jurisdiction rests (Mediation and Arbitration Law, Art. 21)."""

    PERFORMANCE = "PERFORMANCE", _("Place where the contract is performed")
    EMPLOYER = "EMPLOYER", _("Seat of the employer")


class MemberState(TextChoices):
    """Whether a person is still among those of a collective case."""

    IN = "IN", _("Takes part")
    WITHDREW = "WITHDREW", _("Withdrew")
    SETTLED = "SETTLED", _("Settled on their own")
    OWN_CASE = "OWN_CASE", _("Goes on in a case of their own")


class ArbitrationKind(TextChoices):
    """What happens before an arbitration commission, and with its award."""

    RECEIPT = "RECEIPT", _("Receipt of the application")
    SERVED = "SERVED", _("Application served on the respondent")
    TRIBUNAL = "TRIBUNAL", _("Tribunal formed")
    DEFENCE = "DEFENCE", _("Defence handed in")
    DEFENCE_COPY = "DEFENCE_COPY", _("Copy of the defence received")
    HEARING = "HEARING", _("Hearing called, or moved")
    HELD = "HELD", _("Hearing held")
    PART_AWARD = "PART_AWARD", _("Part award")
    EMPLOYER_GOT = "EMPLOYER_GOT", _("Award received by the employer")
    ANNULMENT = "ANNULMENT", _("The employer asks the court to set the award aside")
    ANNULLED = "ANNULLED", _("Award set aside")
    UPHELD = "UPHELD", _("Setting aside refused")
    WITHDRAWN = "WITHDRAWN", _("Application withdrawn by the worker")
    STAYED_AWAY = "STAYED_AWAY", _("Deemed withdrawn: the worker did not appear")


class ClockState(TextChoices):
    RUNNING = "RUNNING", _("Running")
    PAUSED = "PAUSED", _("Paused")
    MET = "MET", _("Met")
    DROPPED = "DROPPED", _("No longer runs")


class Party(TextChoices):
    """Who makes a proposal in a mediation."""

    WORKER = "WORKER", _("Worker")
    EMPLOYER = "EMPLOYER", _("Employer")
    MEDIATOR = "MEDIATOR", _("Mediator")


class Presence(TextChoices):
    """Whether a side came to a mediation session."""

    CAME = "CAME", _("Came")
    REPRESENTED = "REPRESENTED", _("Represented")
    STAYED_AWAY = "STAYED_AWAY", _("Stayed away")


class SessionState(TextChoices):
    PLANNED = "PLANNED", _("Planned")
    HELD = "HELD", _("Held")
    OFF = "OFF", _("Called off")


class Stand(TextChoices):
    """Where a side stands to a proposal."""

    OPEN = "OPEN", _("No answer yet")
    ACCEPTS = "ACCEPTS", _("Accepts")
    DECLINES = "DECLINES", _("Declines")


class MeasureKind(TextChoices):
    """What can be done for a case beside its main path."""

    NEGOTIATION = "NEGOTIATION", _("Negotiation by the union")
    LETTER = "LETTER", _("Supervision letter")
    UNION_AID = "UNION_AID", _("Union legal aid")
    STATE_AID = "STATE_AID", _("State legal aid")
    INSPECTION = "INSPECTION", _("Labour inspection complaint")
    INJURY = "INJURY", _("Work injury guidance")
    PAYMENT_ORDER = "PAYMENT_ORDER", _("Payment order")
    LAWSUIT = "LAWSUIT", _("Court proceedings")
    ENFORCEMENT = "ENFORCEMENT", _("Enforcement")
    CONFIRMATION = "CONFIRMATION", _("Judicial confirmation")
    RELIEF = "RELIEF", _("Relief for hardship")
    REFERRAL = "REFERRAL", _("Referral to another body")


class Rung(TextChoices):
    """The ladder of supervision letters, from the mildest."""

    REMINDER = "REMINDER", _("Letter of reminder")
    OPINION = "OPINION", _("Letter of opinion")
    PROPOSAL = "PROPOSAL", _("Letter of proposal")


class MeasureOutcome(TextChoices):
    REACHED = "REACHED", _("Aim reached")
    NOT_REACHED = "NOT_REACHED", _("Aim not reached")
    STOPPED = "STOPPED", _("Stopped")


class ReadingProblem(TextChoices):
    """Why the text of a file is not found, or not all of it."""

    ENCRYPTED = "ENCRYPTED", _("Protected by a password: its text is not found")
    BROKEN = "BROKEN", _("Damaged: its text is not found")
    TOO_LARGE = "TOO_LARGE", _("Too large to read: its text is not found")
    CUT = "CUT", _("Very long: only the beginning of its text is found")
    NO_TEXT = "NO_TEXT", _("Has no text, such as a scanned picture")


class SearchAlert(TextChoices):
    """When the owner of a saved search is told."""

    NEVER = "NEVER", _("no alert")
    AT_ONCE = "AT_ONCE", _("new cases at once")
    DAILY = "DAILY", _("new cases, every day at 8")
    WEEKLY = "WEEKLY", _("new cases, every Monday at 8")
    ABOVE = "ABOVE", _("when the number of cases rises above a figure")


class DocumentKind(TextChoices):
    """The papers that are made from a case."""

    MEDIATION_APPLICATION = "MEDIATION_APPLICATION", _("Application for mediation")
    ORAL_RECORD = "ORAL_RECORD", _("Record of an oral application for mediation")
    MEDIATION_AGREEMENT = "MEDIATION_AGREEMENT", _("Mediation agreement")
    ARBITRATION_APPLICATION = "ARBITRATION_APPLICATION", _("Application for arbitration")
    EVIDENCE_LIST = "EVIDENCE_LIST", _("List of evidence")
    POWER_OF_ATTORNEY = "POWER_OF_ATTORNEY", _("Power of attorney")
    CLAIMS_CALCULATION = "CLAIMS_CALCULATION", _("Calculation of the claims")
    ARBITRATION_REFERRAL = "ARBITRATION_REFERRAL", _("Letter of referral to arbitration")
    REPRESENTATIVES = "REPRESENTATIVES", _("Election of representatives with the roll of parties")
    AID_APPLICATION = "AID_APPLICATION", _("Application for legal aid")
    HARDSHIP_STATEMENT = "HARDSHIP_STATEMENT", _("Statement of financial hardship")
    AID_ASSIGNMENT = "AID_ASSIGNMENT", _("Assignment letter of union legal aid")
    REMINDER = "REMINDER", _("Letter of reminder")
    OPINION = "OPINION", _("Letter of opinion")
    PROPOSAL = "PROPOSAL", _("Letter of proposal")
    INSPECTION_COMPLAINT = "INSPECTION_COMPLAINT", _("Complaint to the labour inspection")
    INJURY_GUIDE = "INJURY_GUIDE", _("Guide to the work injury application")
    REFERRAL = "REFERRAL", _("Letter of referral to another body")
    TRANSFER = "TRANSFER", _("Letter that hands the matter over")
    SUPERVISION_ORDER = "SUPERVISION_ORDER", _("Order of supervision (yellow or red card)")
    PAYMENT_ORDER = "PAYMENT_ORDER", _("Application for a payment order")
    ENFORCEMENT = "ENFORCEMENT", _("Application for enforcement")
    ADVANCE_EXECUTION = "ADVANCE_EXECUTION", _("Application for advance execution")
    PRESERVATION = "PRESERVATION", _("Application for preservation of property")
    ACCEPTANCE_NOTICE = "ACCEPTANCE_NOTICE", _("Notice that the request is accepted")
    REJECTION_NOTICE = "REJECTION_NOTICE", _("Notice that the request is not accepted")
    RETURN_VISIT = "RETURN_VISIT", _("Record of the return visit")
    CASE_INDEX = "CASE_INDEX", _("Index of the case file")
    CLOSING_REPORT = "CLOSING_REPORT", _("Closing report")


class VisitWay(TextChoices):
    """How the worker was asked after the case was handled."""

    CALL = "CALL", _("By telephone")
    SMS = "SMS", _("By text message")
    VISIT = "VISIT", _("In person")
    OTHER = "OTHER", _("Otherwise")


class VisitResult(TextChoices):
    SOLVED = "SOLVED", _("Settled")
    PARTLY = "PARTLY", _("Settled in part")
    UNSOLVED = "UNSOLVED", _("Not settled")
    UNSAID = "UNSAID", _("Not said")


class Satisfaction(TextChoices):
    VERY = "VERY", _("Very satisfied")
    YES = "YES", _("Satisfied")
    FAIRLY = "FAIRLY", _("Fairly satisfied")
    NO = "NO", _("Not satisfied")
    NOT_AT_ALL = "NOT_AT_ALL", _("Not satisfied at all")
    UNSAID = "UNSAID", _("Not said")


class Language(TextChoices):
    """What a worker would rather speak than standard Chinese."""

    DIALECT = "DIALECT", _("Local dialect")
    KOREAN = "KOREAN", _("Korean")
    ENGLISH = "ENGLISH", _("English")
    JAPANESE = "JAPANESE", _("Japanese")
    SIGN = "SIGN", _("Sign language")


class CheckResult(TextChoices):
    """What a check for conflicts of interest has found, the worst last."""

    CLEAR = "CLEAR", _("No conflict")
    POSSIBLE = "POSSIBLE", _("Possible conflict")
    CONFLICT = "CONFLICT", _("Conflict of interest")


class CheckOccasion(TextChoices):
    PICK = "PICK", _("Fair share")
    ASSIGN = "ASSIGN", _("Assigned by hand")
    AGAIN = "AGAIN", _("Checked again")
    STAND_IN = "STAND_IN", _("Substitute")
    MEASURE = "MEASURE", _("Given a measure")


class ReviewAnswer(TextChoices):
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Declined")
    LAPSED = "LAPSED", _("Not answered in time")
    MOVED = "MOVED", _("Given to someone else")


class SwapAnswer(TextChoices):
    """What became of a swap that one lawyer proposed to another."""

    AGREED = "AGREED", pgettext_lazy("swap", "Agreed")
    REFUSED = "REFUSED", pgettext_lazy("swap", "Refused")
    TAKEN_BACK = "BACK", pgettext_lazy("swap", "Taken back")
    VOID = "VOID", pgettext_lazy("swap", "No longer possible")
