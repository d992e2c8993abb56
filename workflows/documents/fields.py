"""The facts that a template can name: what each is, where in the case it is written, and a made-up case."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from hotline.enums import DocumentKind, Section
from workflows.documents.blanks import Missing
from workflows.documents.facts import CELLS, Tree
from workflows.documents.kinds import KINDS

WRITTEN_IN: dict[str, Section] = {
    "worker": Section.CALLER,
    "respondents": Section.EMPLOYERS,
    "respondent": Section.EMPLOYERS,
    "respondent_names": Section.EMPLOYERS,
    "claims": Section.CLAIMS,
    "evidence": Section.EVIDENCE,
    "evidence_names": Section.EVIDENCE,
    "total": Section.CLAIMS,
    "case": Section.INTAKE,
    "review": Section.REVIEW,
    "mediation": Section.MEDIATION,
    "referral": Section.REFERRAL,
}
"""The section of the case in which each group of facts is written."""
ON_THE_PAPER = {"roll": "roll", "respondents.head": "heads"}
"""Facts that are read out of a field of the paper's own."""

FIELDS: dict[str, tuple[Any, Any]] = {
    "number": (_("Number of the paper"), "青工援〔2026〕12号"),
    "date": (_("Today"), "2026年11月23日"),
    "now": (_("Today and the time"), "2026年11月23日10时30分"),
    "organ": (_("Unit of the case"), "青岛市总工会"),
    "maker": (_("Who makes the paper"), "李律师"),
    "copies": (_("Number of copies"), "叁"),
    "worker.name": (_("Worker's name"), "张建军"),
    "worker.sex": (_("Worker's sex"), "男"),
    "worker.age": (_("Worker's age"), "38"),
    "worker.born": (_("Worker's date of birth"), "1988年3月14日"),
    "worker.address": (_("Worker's address"), "青岛市市南区示例路12号3单元502户"),
    "worker.groups": (_("Priority groups"), "农民工"),
    "worker.member": (_("Union member"), "是"),
    "respondent_names": (_("Employers' names"), "青岛示例制帽有限公司"),
    "respondent.name": (_("First employer's name"), "青岛示例制帽有限公司"),
    "respondent.address": (_("First employer's address"), "青岛市胶州市示例大道8号"),
    "respondents.name": (_("Each employer: name"), "青岛示例制帽有限公司"),
    "respondents.role": (_("Each employer: role"), "用人单位"),
    "respondents.code": (_("Each employer: unified social credit code"), "91370200MADEM0014N"),
    "respondents.address": (_("Each employer: address"), "青岛市胶州市示例大道8号"),
    "respondents.head": (_("Each employer: legal representative or head"), "王示例，执行董事"),
    "claims.no": (_("Each claim: its place"), "1"),
    "claims.name": (_("Each claim: what is claimed"), "拖欠工资（2026年6月至8月）"),
    "claims.amount": (_("Each claim: sum in yuan"), "31,000.00"),
    "claims.capitals": (_("Each claim: sum in capitals"), "人民币叁万壹仟元整"),
    "claims.basis": (
        _("Each claim: how it is reckoned"),
        "月工资10000元，三个月30000元，另有高温津贴1000元。",
    ),
    "total.amount": (_("All claims: sum in yuan"), "31,000.00"),
    "total.capitals": (_("All claims: sum in capitals"), "人民币叁万壹仟元整"),
    "total.words": (_("All claims: both"), "31,000.00元（人民币叁万壹仟元整）"),
    "case.number": (_("Case number"), "QD12351-20261012-000123"),
    "case.category": (_("Category"), "拖欠工资"),
    "case.summary": (_("The matter in one line"), "制帽厂拖欠三个月工资"),
    "case.narrative": (_("What happened"), "自2026年6月起单位以资金紧张为由停发工资。\n多次催要未果。"),
    "case.wishes": (_("What the worker wants"), "补发工资"),
    "case.persons": (_("Persons concerned"), "12"),
    "case.stage": (_("Stage"), "仲裁移送"),
    "case.employed_from": (_("Employed from"), "2023年2月1日"),
    "case.employed_until": (_("Employed until"), "2026年9月10日"),
    "case.known_on": (_("Knew of the infringement on"), "2026年6月15日"),
    "case.opened": (_("Case opened on"), "2026年10月12日"),
    "case.closed": (_("Case closed on"), "2026年11月20日"),
    "case.outcome": (_("Outcome"), "调解成功"),
    "case.outcome_note": (_("What the outcome was"), "单位分两期付清。"),
    "review.opinion": (_("Lawyer's opinion"), "单位应当依法支付工资。"),
    "review.law": (_("Law and articles"), "《中华人民共和国劳动合同法》第三十条"),
    "review.lawyer": (_("Lawyer of the case"), "李律师"),
    "review.limitation_from": (_("Limitation runs from"), "2026年9月10日"),
    "review.limitation_due": (_("Limitation ends on"), "2027年9月10日"),
    "review.limitation_words": (_("Limitation in words"), "仲裁时效按已登记的事实至2027年9月10日届满"),
    "mediation.unit": (_("Unit that mediates"), "市南区总工会"),
    "mediation.mediator": (_("Mediator"), "孙调解"),
    "mediation.applied_on": (_("Mediation applied for on"), "2026年10月20日"),
    "mediation.accepted_on": (_("Mediation accepted on"), "2026年10月22日"),
    "mediation.proposal": (_("Mediator's proposal"), "分两期支付。"),
    "mediation.notes": (_("Sessions and positions"), "单位认可欠薪事实，请求分期。"),
    "mediation.agreement": (_("Agreement"), "一、单位支付工资31000元。\n二、双方再无其他争议。"),
    "mediation.amount": (_("Agreed sum in yuan"), "31,000.00"),
    "mediation.capitals": (_("Agreed sum in capitals"), "人民币叁万壹仟元整"),
    "mediation.payment": (_("When and how it is paid"), "第1期于2026年12月31日前支付15500元"),
    "mediation.signed_on": (_("Agreement signed on"), "2026年11月20日"),
    "referral.commission": (_("Arbitration commission"), "市南区劳动人事争议仲裁委员会"),
    "referral.jurisdiction": (_("Ground of jurisdiction"), "劳动合同履行地：市南区"),
    "referral.authority": (_("Power of attorney: general or special"), "特别授权"),
    "referral.authorised_on": (_("Power of attorney: signed on"), "2026年10月28日"),
    "referral.filed_on": (_("Filed on"), "2026年11月1日"),
    "referral.reference": (_("Commission's case number"), "市南劳人仲案字〔2026〕第77号"),
    "referral.award": (_("Award"), "支付工资31000元"),
    "transfer.body": (_("Handed over to"), "潍坊市总工会"),
    "transfer.phone": (_("Telephone of the body it is handed over to"), "0536-12351"),
    "transfer.reason": (_("What the worker was told at the transfer"), "用人单位在潍坊，已告知来电人"),
    "transfer.limitation_words": (
        _("Limitation at the transfer, in words"),
        "仲裁时效按已登记的事实至2027年4月30日届满",
    ),
    "papers.no": (_("Each paper of the case: its place"), "1"),
    "papers.name": (_("Each paper of the case: name"), "劳动合同.pdf"),
    "papers.source": (_("Each paper of the case: number or source"), "附件"),
    "papers.on": (_("Each paper of the case: day"), "2026年10月12日"),
    "paper_names": (_("Papers of the case in one line"), "劳动合同.pdf、银行流水.pdf"),
    "measure.addressee": (_("Measure: to whom"), "市南区劳动保障监察大队"),
    "measure.purpose": (_("Measure: what it is to reach"), "查处拖欠工资"),
    "measure.holder": (_("Measure: holder"), "李律师"),
    "measure.approver": (_("Measure: who approved"), "周主席"),
    "measure.approved_on": (_("Measure: approved on"), "2026年11月5日"),
    "letter.addressee": (_("Letter: to whom"), "青岛示例制帽有限公司"),
    "letter.text": (_("Letter: its words"), "经查，你单位存在拖欠工资情形。\n请依法支付。"),
    "letter.holder": (_("Letter: who drafted it"), "李律师"),
    "letter.signer": (_("Letter: who signs"), "周主管"),
    "letter.term": (_("Letter: term for the reply"), "两周"),
    "letter.before_on": (_("Letter of opinion before it: sent on"), "2026年10月15日"),
    "letter.before_number": (_("Letter of opinion before it: number"), "青工监意〔2026〕3号"),
    "evidence.no": (_("Each piece of evidence: its place"), "1"),
    "evidence.name": (_("Each piece of evidence: name"), "劳动合同"),
    "evidence.pages": (_("Each piece of evidence: pages"), "3"),
    "evidence.form": (_("Each piece of evidence: original or copy"), "复印件"),
    "evidence.proves": (_("Each piece of evidence: what it proves"), "劳动关系"),
    "evidence.source": (_("Each piece of evidence: source"), "申请人保管"),
    "evidence.copies": (_("Each piece of evidence: copies"), "1"),
    "evidence.words": (_("Each piece of evidence: place and name"), "1. 劳动合同"),
    "evidence_names": (_("Evidence, a line each"), "1. 劳动合同\n2. 银行流水"),
    "evidence.held": (_("Each piece of evidence: held by the employer"), "否"),
    "representatives": (_("Representatives of a collective case, a line each"), "张建军\n李红\n王强"),
    "roll.no": (_("Each party: its place"), "1"),
    "roll.name": (_("Each party: name"), "张建军"),
    "roll.amount": (_("Each party: sum in yuan"), "31,000.00"),
    "roll.claim": (_("Each party: what is asked"), "拖欠工资"),
}
"""Each fact with its meaning and how it may read."""
LISTS = frozenset({"respondents", "claims", "evidence", "papers", *CELLS})
"""Groups that are lists: a template goes through them with `for`."""


def sample(kind: DocumentKind) -> Tree:
    """The facts of a made-up case from which every paper of `kind` can be printed."""
    tree: Tree = {}
    for name, (_label, said) in FIELDS.items():
        group, _dot, rest = name.partition(".")
        if not rest:
            tree[group] = said
        elif group in LISTS:
            tree.setdefault(group, [{}])[0][rest] = said
        else:
            tree.setdefault(group, {})[rest] = said
    tree["asked"] = {ask.name: ask.choices[0] if ask.choices else "示例内容" for ask in KINDS[kind].asks}
    return tree


def label(kind: DocumentKind, missing: Missing) -> Any:
    """What the missing fact is, for people."""
    ask = next((ask for ask in KINDS[kind].asks if f"asked.{ask.name}" == missing.name), None)
    words = ask.label if ask else FIELDS[missing.name][0] if missing.name in FIELDS else _group(missing.name)
    return f"{words} ({missing.row})" if missing.row else words


def _group(name: str) -> Any:
    return _GROUPS[name]


_GROUPS: dict[str, Any] = {
    "respondents": _("Employers"),
    "claims": _("Claims"),
    "papers": _("Papers"),
    "evidence": _("Evidence"),
    "roll": _("Roll of parties"),
}


def own_field(missing: Missing) -> str:
    """The paper's own field in which the fact is written; empty where it is written in the case."""
    if missing.name in ON_THE_PAPER:
        return ON_THE_PAPER[missing.name]
    group, _dot, name = missing.name.partition(".")
    return name if group == "asked" else group if group in CELLS else ""


def section_of(missing: Missing) -> Section | None:
    """The section of the case in which the fact is written; None for the paper's own and a measure's."""
    if missing.name == "letter.addressee":
        return Section.EMPLOYERS
    return None if own_field(missing) else WRITTEN_IN.get(missing.name.partition(".")[0])
