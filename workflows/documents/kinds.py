"""The papers: what each asks besides the case's own rows, what it must hold by law, when it can be made.

The words of each stand in `layouts/`; the law behind each is named there and in docs/documents.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from hotline.enums import DocumentKind as K
from hotline.enums import MeasureKind, Outcome, Rung, Stage

OPEN = frozenset(Stage) - {Stage.CLOSED}
LATER = OPEN - {Stage.INTAKE}
PARTIES = ("worker.name", "respondents")
CLAIMS = (*PARTIES, "claims")


@dataclass(frozen=True)
class Ask:
    """Something that is written for one paper alone."""

    name: str
    label: Any
    rows: int = 0
    """Lines of its field; 0 is one line."""
    choices: tuple[str, ...] = ()
    """In Chinese, as they are printed."""
    first: str = ""
    """The fact that stands in the field at first, as `evidence_names`, or words that begin with `=`."""
    optional: bool = False
    help: Any = ""


@dataclass(frozen=True)
class Kind:
    """One kind of paper."""

    series: str
    """What stands before the year in its number."""
    must: tuple[str, ...] = CLAIMS
    """The facts that every template of it uses: what the law or the office rules ask for."""
    asks: tuple[Ask, ...] = ()
    stages: frozenset[Stage] = LATER
    measures: frozenset[MeasureKind] = frozenset()
    """It is made of a measure of one of these kinds."""
    about: str = ""
    """`mediation`, `referral` or `transfer`: it is about the newest of the case, and numbered for each."""
    rung: Rung | None = None
    """A supervision letter: made at its signature and in no other way."""
    outcome: Outcome | None = None
    """It is made of a case that ended like this and of no other."""
    copies: int = 2
    each_respondent: bool = False
    """One copy more for each respondent."""


HANDED_OVER = Ask("papers", _("Papers handed over"), rows=3, first="paper_names")
CONTACT = Ask("contact", _("Person to contact, and how"), first="maker")
OCCUPATION = Ask("occupation", _("Occupation"))
HEADS = Ask(
    "heads",
    _("Legal representative or head of each employer, with the post"),
    rows=2,
    help=_("One line for each employer, in the order of the case."),
)
POWERS = Ask(
    "powers",
    _("Powers"),
    rows=3,
    first="=特别授权：代为承认、放弃、变更仲裁请求，进行和解，申请撤回仲裁请求，签收法律文书。",
    help=_("Special powers one by one (Mediation and Arbitration Law, Art. 24)."),
)
ATTORNEY = Ask("attorney", _("Lawyer or agent"), first="review.lawyer")
FIRM = Ask("firm", _("Law firm or unit"))
TERM = Ask("term", _("Term"), first="=自签署之日起至本案仲裁程序终结之日止")
EVIDENCE = Ask("evidence", _("Evidence"), rows=4, first="evidence_names")
DEBT = Ask("debt", _("What is asked, with the sum"), rows=2, first="total.words")
FACTS = Ask("facts", _("Facts and reasons"), rows=5, first="mediation.agreement")

KINDS: Mapping[K, Kind] = {
    K.MEDIATION_APPLICATION: Kind(
        "青工调申",
        (*CLAIMS, "case.narrative"),
        (EVIDENCE,),
        LATER,
        about="mediation",
        copies=1,
        each_respondent=True,
    ),
    K.ORAL_RECORD: Kind(
        "青工调录",
        (*CLAIMS, "case.narrative", "asked.taken_at", "maker"),
        (
            Ask("taken_at", _("Taken down on (day and time)"), first="now"),
            Ask("place", _("Place or way"), first="=通过12351职工热线电话口头申请"),
        ),
        LATER,
        about="mediation",
    ),
    K.MEDIATION_AGREEMENT: Kind(
        "青工调",
        (*PARTIES, "mediation.agreement", "mediation.mediator", "mediation.unit", "copies"),
        (
            Ask("payment", _("When and how it is paid"), rows=2, first="mediation.payment"),
            Ask("tax", _("Who bears taxes and fees"), first="=依照法律规定各自承担"),
            Ask("default", _("What follows a late payment"), rows=2),
            Ask("waived", _("What the worker gives up"), rows=2, first="=无"),
        ),
        frozenset({Stage.MEDIATION, Stage.CLOSED}),
        about="mediation",
        copies=2,
        each_respondent=True,
    ),
    K.ARBITRATION_APPLICATION: Kind(
        "青工仲申",
        (*CLAIMS, "worker.sex", "worker.age", "worker.address", "asked.occupation", "asked.facts"),
        (
            OCCUPATION,
            HEADS,
            Ask("facts", _("Facts and reasons"), rows=8, first="case.narrative"),
            Ask("witnesses", _("Names and addresses of witnesses"), rows=2, optional=True),
        ),
        frozenset({Stage.ARBITRATION}),
        about="referral",
        copies=0,
        each_respondent=True,
    ),
    K.EVIDENCE_LIST: Kind(
        "青工证",
        (*PARTIES, "evidence"),
        (),
        frozenset({Stage.ARBITRATION}),
        about="referral",
        copies=1,
        each_respondent=True,
    ),
    K.POWER_OF_ATTORNEY: Kind(
        "青工授",
        (*PARTIES, "asked.attorney", "asked.powers"),
        (ATTORNEY, FIRM, Ask("procedure", _("Procedure"), first="=劳动争议调解、仲裁活动"), POWERS, TERM),
        copies=3,
    ),
    K.CLAIMS_CALCULATION: Kind(
        "青工算", CLAIMS, (), frozenset({Stage.ARBITRATION}), about="referral", copies=1, each_respondent=True
    ),
    K.ARBITRATION_REFERRAL: Kind(
        "青工仲移",
        (*CLAIMS, "review.limitation_due", "referral.commission"),
        (CONTACT,),
        frozenset({Stage.ARBITRATION}),
        about="referral",
    ),
    K.REPRESENTATIVES: Kind(
        "青工推",
        (*CLAIMS[1:], "asked.representatives", "roll"),
        (
            Ask(
                "representatives",
                _("The three to five representatives, with their addresses"),
                rows=4,
                first="representatives",
            ),
            POWERS,
            Ask(
                "roll",
                _("Roll of parties"),
                rows=10,
                help=_(
                    "A line each: name | sum in yuan | what is asked. Left empty, the members of the "
                    "collective case stand in it."
                ),
            ),
        ),
    ),
    K.AID_APPLICATION: Kind(
        "青工援申",
        (*PARTIES, "case.narrative"),
        (
            OCCUPATION,
            Ask("household", _("Registered residence"), choices=("农业", "非农业")),
            Ask("education", _("Education")),
            Ask("health", _("State of health"), first="=良好"),
            Ask("standing", _("Position in the procedure"), first="=申请人"),
            Ask("form", _("Form of aid"), first="=劳动争议调解与仲裁代理"),
        ),
    ),
    K.HARDSHIP_STATEMENT: Kind(
        "青工困",
        ("worker.name", "asked.income"),
        (
            Ask("household_size", _("Persons in the household")),
            Ask("income", _("Monthly income of the household in yuan")),
            Ask("sources", _("Sources of income")),
            Ask("property", _("Property of the household"), rows=2),
            Ask("expenses", _("Necessary expenses"), rows=2),
        ),
        OPEN,
    ),
    K.AID_ASSIGNMENT: Kind(
        "青工援",
        (*PARTIES, "measure.approver", "measure.approved_on", "asked.attorney", "asked.powers"),
        (ATTORNEY, FIRM, POWERS, TERM, CONTACT),
        OPEN,
        measures=frozenset({MeasureKind.UNION_AID}),
        copies=3,
    ),
    K.REMINDER: Kind(
        "青工监提", ("letter.addressee", "letter.text", "letter.signer", "letter.term"), rung=Rung.REMINDER
    ),
    K.OPINION: Kind(
        "青工监意", ("letter.addressee", "letter.text", "letter.signer", "letter.term"), rung=Rung.OPINION
    ),
    K.PROPOSAL: Kind(
        "青工监建",
        ("letter.addressee", "letter.text", "letter.signer", "letter.before_on"),
        rung=Rung.PROPOSAL,
    ),
    K.INSPECTION_COMPLAINT: Kind(
        "青工投",
        (*CLAIMS, "case.narrative"),
        (OCCUPATION, HEADS),
        OPEN,
        measures=frozenset({MeasureKind.INSPECTION}),
    ),
    K.INJURY_GUIDE: Kind(
        "青工伤",
        (*PARTIES, "asked.accident_at", "asked.accident_place", "asked.accident_cause", "asked.injury"),
        (
            Ask("accident_at", _("When the accident happened")),
            Ask("accident_place", _("Where it happened")),
            Ask("accident_cause", _("How it happened"), rows=3),
            Ask("injury", _("What was injured, and how badly"), rows=2),
            Ask("relation", _("What proves the employment")),
            Ask("diagnosis", _("Medical certificate")),
        ),
        OPEN,
        measures=frozenset({MeasureKind.INJURY}),
    ),
    K.REFERRAL: Kind(
        "青工转",
        (*PARTIES, "measure.addressee", "measure.purpose", "asked.papers"),
        (
            HANDED_OVER,
            Ask("terms", _("Terms to keep in mind"), rows=2, first="review.limitation_words"),
            CONTACT,
        ),
        OPEN,
        measures=frozenset({MeasureKind.REFERRAL, MeasureKind.RELIEF, MeasureKind.STATE_AID}),
    ),
    K.TRANSFER: Kind(
        "青工转办",
        ("worker.name", "transfer.body", "case.narrative", "asked.reason", "asked.papers", "asked.terms"),
        (
            Ask("reason", _("Why it is handed over"), rows=3, first="transfer.reason"),
            HANDED_OVER,
            Ask("terms", _("Terms to keep in mind"), rows=2, first="transfer.limitation_words"),
            CONTACT,
        ),
        frozenset({Stage.CLOSED}),
        about="transfer",
        outcome=Outcome.TRANSFERRED,
    ),
    K.SUPERVISION_ORDER: Kind(
        "青工督",
        ("case.number", "asked.card", "asked.demand", "asked.until"),
        (
            Ask("unit", _("Unit that is urged"), first="organ"),
            Ask("card", _("Card"), choices=("黄牌", "红牌")),
            Ask("delay", _("What is late"), rows=2),
            Ask("demand", _("What is to be done"), rows=3),
            Ask("until", _("Until when")),
            CONTACT,
        ),
        OPEN,
    ),
    K.PAYMENT_ORDER: Kind(
        "青工支",
        (*PARTIES, "asked.debt", "asked.facts"),
        (DEBT, FACTS, EVIDENCE, HEADS),
        OPEN,
        measures=frozenset({MeasureKind.PAYMENT_ORDER}),
        copies=1,
        each_respondent=True,
    ),
    K.ENFORCEMENT: Kind(
        "青工执",
        (*PARTIES, "asked.title", "asked.debt"),
        (
            Ask("title", _("Award, agreement or order that is enforced"), rows=2),
            DEBT,
            FACTS,
            Ask("property", _("Where property may be found"), rows=2),
            HEADS,
        ),
        OPEN,
        measures=frozenset({MeasureKind.ENFORCEMENT}),
        copies=1,
        each_respondent=True,
    ),
    K.ADVANCE_EXECUTION: Kind(
        "青工先",
        (*PARTIES, "asked.debt", "asked.hardship"),
        (DEBT, Ask("hardship", _("Why the worker cannot wait"), rows=2)),
        frozenset({Stage.ARBITRATION}),
        about="referral",
    ),
    K.PRESERVATION: Kind(
        "青工保",
        (*PARTIES, "asked.property", "asked.court"),
        (
            DEBT,
            Ask("property", _("Property to be kept safe"), rows=2),
            Ask("urgency", _("Why it must be kept safe"), rows=2),
            Ask("court", _("Court or commission")),
        ),
    ),
    K.ACCEPTANCE_NOTICE: Kind(
        "青工受",
        ("worker.name", "case.number", "asked.contact"),
        (CONTACT, Ask("next", _("What comes next"), rows=3, first="=承办人员将在规定期限内与你联系。")),
        OPEN,
    ),
    K.REJECTION_NOTICE: Kind(
        "青工不受",
        ("worker.name", "case.number", "asked.reason", "asked.ways"),
        (Ask("reason", _("Reason"), rows=3), Ask("ways", _("What the worker can do instead"), rows=3)),
        frozenset(Stage),
    ),
    K.RETURN_VISIT: Kind(
        "青工访",
        ("worker.name", "asked.visited_at", "asked.reached", "asked.satisfaction"),
        (
            Ask("visited_at", _("When the worker was asked"), first="now"),
            Ask("way", _("How"), choices=("电话", "短信", "上门", "其他")),
            Ask("reached", _("Whether the worker was reached"), choices=("接通", "未接通", "拒绝回访")),
            Ask("contacted", _("Whether the unit had been in touch"), choices=("是", "否", "未答")),
            Ask(
                "solved", _("Whether the matter is settled"), choices=("已解决", "部分解决", "未解决", "未答")
            ),
            Ask(
                "satisfaction",
                _("Satisfaction"),
                choices=("非常满意", "满意", "基本满意", "不满意", "非常不满意", "未评价"),
            ),
            Ask("remark", _("Remarks"), rows=2, first="=无"),
            Ask("reason_code", _("Reason for dissatisfaction"), optional=True),
            Ask("recording", _("Number of the recording"), optional=True),
        ),
        frozenset(Stage),
    ),
    K.CASE_INDEX: Kind("青工卷", ("case.number", "papers"), (), frozenset(Stage)),
    K.CLOSING_REPORT: Kind(
        "青工结",
        ("case.number", "worker.name", "case.outcome", "asked.course"),
        (
            Ask("course", _("Course of the matter"), rows=5),
            Ask("recovered", _("Sum recovered for the worker in yuan"), optional=True),
        ),
        frozenset({Stage.CLOSED}),
    ),
}
LETTERS = {kind.rung: code for code, kind in KINDS.items() if kind.rung}
"""The paper of each rung of supervision letters."""
TO_EMPLOYER = frozenset({K.REMINDER, K.OPINION})
"""What goes to the employer: never without the worker's consent to be named."""
