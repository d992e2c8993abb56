"""Sample content of the gallery: fictitious, and as long and as short as real content gets."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

DUE = {"far": 42, "near": 3, "today": 0, "late": -2}
"""Days from today for each kind of deadline light."""

NARRATIVE = (
    "来电人称自2024年3月起在该项目从事钢筋绑扎，由带班班长口头招用，约定日工资380元，未签订书面劳动合同，"
    "也未缴纳工伤保险。今年8月起班长以总包未拨付工程款为由停发工资，至今拖欠三个月共计34,200元。"
    "其间多次到项目部讨要，项目部答复“工资已经打给分包，找分包要”，分包单位电话无人接听。\n"
    "本月20日来电人与同班组12名工友再次到项目部，被告知班组已解散，要求限期搬离宿舍。"
    "来电人手中有考勤照片、班组微信群聊天记录和一份由班长签字的欠条，希望尽快拿到工资，"
    "并询问能否要求支付未签合同的双倍工资。"
)

_ROWS = (
    ("QD12351-20261012-000123", "王芳", "P1", "LEGAL_REVIEW", 3, "34200", "拖欠工资",
     "青岛示例建筑劳务有限责任公司黄岛区某某路综合改造项目部（虚构）"),
    ("QD12351-20261109-000131", "欧阳·阿依古丽·买买提江", "P2", "MEDIATION", 12, "8600.5", "加班工资",
     "示例港务（虚构）"),
    ("QD12351-20261118-000142", "李强", "P0", "INTAKE", -2, None, "工伤", "示例化工（虚构）"),
    ("QD12351-20261122-000150", "赵敏", "P3", "CLOSED", None, None, "年休假", "示例餐饮管理有限公司（虚构）"),
)  # fmt: skip


def rows(today: date) -> list[dict[str, Any]]:
    """Four cases as a list shows them, with deadlines around `today`."""
    names = ("number", "person", "urgency", "stage", "days", "amount", "category", "employer")
    found = []
    for values in _ROWS:
        row: dict[str, Any] = dict(zip(names, values, strict=True))
        row["due"] = None if row["days"] is None else today + timedelta(days=row["days"])
        row["amount"] = Decimal(row["amount"]) if row["amount"] else None
        found.append(row)
    return found
