"""Words for very many made-up cases: names, employers and stories that differ, and a few planted ones.

A planted case is the only one with its name, its number, its receipt, its employer and its place: searches
must find exactly it.
"""

import random
from dataclasses import dataclass

from hotline.demo import words

COMPOUND_FAMILIES = (
    "欧阳",
    "诸葛",
    "司马",
    "上官",
    "尉迟",
    "宇文",
    "慕容",
    "令狐",
    "皇甫",
    "夏侯",
    "东方",
    "公孙",
)
GIVEN = (
    "安邦博才昌朝晨诚传春翠达丹德东恩尔芳菲丰凤福刚耕光广贵国海涵翰浩禾和恒宏洪鸿虎华欢辉慧吉佳家坚建"
    "江娇杰金锦"
    "晶静娟军俊凯康坤兰乐雷莉力利莲良林玲龙鹿兰满茂梅美萌敏明铭楠宁鹏平萍琪岐启谦强巧青庆琼全仁荣蓉茹"
    "瑞森山善"
    "尚绍慎升生胜诗石士世淑舒树双顺松素岁泰棠涛婷桐旺威巍维文武希熙霞贤显祥翔向晓欣新信兴杏秀旭雪勋雅"
    "延岩艳阳"
    "瑶业怡义艺益音英颖永勇友宇雨玉裕元园源远月云韵泽展振正之芝志治中忠竹卓子紫宗祖"
)
BRANDS = (
    "海山川江河湖泉润泽源盛兴隆昌达通顺安康泰和瑞祥福禄宝金银铜铁石木林森桐松柏竹兰荷青蓝红白云天星月"
    "日光明辉耀"
    "华中东西南北永恒久长宏大伟业"
)
TRADES = (
    *words.TRADES,
    "服装",
    "包装",
    "塑料",
    "化工",
    "汽车零部件",
    "船舶修造",
    "印刷",
    "家具",
    "酒店管理",
    "物业服务",
    "保安服务",
    "教育咨询",
    "软件",
    "广告传媒",
    "商贸",
    "货运代理",
    "冷链仓储",
    "环保科技",
    "园林绿化",
    "装饰装修",
    "人力资源",
    "医药连锁",
    "美容美发",
    "健身",
    "驾驶员培训",
    "果蔬加工",
    "肉类食品",
    "海洋养殖",
    "铸造",
    "电镀",
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "青岛分公司", "经营部")
JOBS = (
    "木工",
    "瓦工",
    "电焊工",
    "缝纫工",
    "质检员",
    "仓库保管员",
    "叉车司机",
    "货车司机",
    "外卖骑手",
    "保洁员",
    "保安",
    "收银员",
    "服务员",
    "厨师",
    "护工",
    "会计",
    "文员",
    "销售",
    "客服",
    "月嫂",
    "水手",
    "装卸工",
    "包装工",
    "喷漆工",
    "架子工",
    "程序员",
    "幼儿教师",
    "美容师",
    "快递员",
    "屠宰工",
    "养殖工",
    "注塑工",
    "钳工",
    "车间主任",
    "出纳",
    "网约车司机",
)
PROOFS = (
    "微信聊天记录和银行流水我都留着",
    "考勤表拍了照片",
    "有两个工友愿意作证",
    "工资条只剩三张",
    "录了一段音，主管在里面承认了",
    "手里只有一张欠条",
    "合同原件被单位收走了",
    "工作服和工牌还在我这儿",
    "打卡记录从手机里导出来了",
    "病历和诊断证明都有",
)
PLEAS = (
    "工会能不能帮我要回来？",
    "我该先找劳动监察还是直接仲裁？",
    "请问有没有时间限制？",
    "能不能给我安排一位律师？",
    "我不想闹大，只想把钱拿到。",
    "希望你们派人调解一下。",
    "需要准备哪些材料？",
    "这种情况单位违法吗？",
)
TROUBLES = {
    "A": (
        (
            "被拖欠{months}个月工资",
            "从{month}月起就没发过工资，欠了我{months}个月，一共{amount}元，老板总说下个月结",
        ),
        ("计件单价被单方面压低", "说好每件{small}元，{month}月突然改成对半，我算了算少了{amount}元"),
        ("离职后末月工资不发", "{month}月{day}日办的离职，最后一个月{amount}元到现在没打到卡上"),
        (
            "加班费从未支付",
            "每天干到晚上{hour}点，周六不休息，{months}个月的加班费一分没有，估计有{amount}元",
        ),
    ),
    "B": (
        ("入职{months}个月未签合同", "入职{months}个月了一直没签书面合同，每月工资{amount}元是现金发的"),
        ("被要求签空白合同", "人事拿来一份空白合同让我签字，我没签，第二天门禁就刷不开了"),
    ),
    "C": (
        ("口头通知不用来了", "{month}月{day}日经理口头通知我第二天不用来了，没有任何书面材料，也没提补偿"),
        ("以违纪为由被辞退", "说我迟到{small}次属于严重违纪，当天就解除了，干了{months}个月一分补偿没有"),
        ("被调岗降薪逼离职", "把我从办公室调到车间，工资降了{amount}元，摆明了逼我自己走"),
    ),
    "D": (
        ("单位一直不缴社保", "入职{months}个月没给交社会保险，让我签了自愿放弃的声明"),
        ("生育津贴被扣", "休完产假回来，生育津贴{amount}元单位只给了一半"),
    ),
    "E": (
        (
            "上班受伤单位不报工伤",
            "{month}月{day}日在机器上压伤了左手，住院{small}天，医药费{amount}元单位只垫了一部分",
        ),
        ("上下班途中车祸认定", "下夜班骑电动车被撞，交警定我次要责任，单位说不算工伤"),
    ),
    "F": (
        ("年休假未休没有补偿", "干了{months}个月没休过年假，要求折现，人事说过期作废"),
        ("高温津贴没有发", "夏天车间四十度，高温津贴{months}个月都没有，问就说含在工资里"),
    ),
    "G": (
        ("怀孕后被要求离职", "怀孕{small}个月，领导天天找我谈话让我主动辞职"),
        ("哺乳期被安排夜班", "孩子才{small}个月，单位把我排到夜班，哺乳时间也取消了"),
    ),
    "H": (
        ("派遣单位与用工单位互推", "两家公司互相推，谁都不认{months}个月的工资{amount}元"),
        ("平台合作协议争议", "跑单{months}个月，站点扣了{amount}元保证金，说我和平台没有劳动关系"),
    ),
}
"""By the first letter of a category: what it is in one line, and how the worker tells it."""
PLANTED = 20
_RARE_FAMILIES = "厍禤逄郗鄢"
_RARE_GIVEN = ("龑翀", "奡堃", "彧旻", "骉犇")
_RARE_BRANDS = [first + second for first in "磊淼焱垚鸢" for second in "猋麤赟鑫"]
_RARE_PLACES = [
    f"{where}，{what}"
    for what in ("柳条筐", "铜门环", "老榆树", "石碾子", "青花碗")
    for where in ("磨坊", "渡轮", "碾盘", "瓦窑")
]


@dataclass(frozen=True)
class Planted:
    """A case that is like no other: its place among the seeded ones, and what finds it."""

    place: int
    name: str
    number: str
    receipt: str
    employer: str
    code: str
    place_told: str
    """Two words of its narrative with a comma between."""


def planted(count: int) -> list[Planted]:
    """The planted cases among `count`, evenly spread."""
    many = min(PLANTED, count)
    names = [family + given for family in _RARE_FAMILIES for given in _RARE_GIVEN]
    return [
        Planted(
            place=count * n // many,
            name=names[n],
            number=f"+86166{73_000_451 + n * 1_302_907:08d}",
            receipt=f"9{n:02d}4170{n:02d}53",
            employer=f"青岛虚构{_RARE_BRANDS[n]}纸鸢有限公司",
            code=f"91370299MZ{730_451 + n * 13_907:06d}TQ",
            place_told=_RARE_PLACES[n],
        )
        for n in range(many)
    ]


def person_name(chance: random.Random) -> str:
    """A name; one in fifty has a family name of two characters."""
    family = chance.choice(COMPOUND_FAMILIES) if chance.random() < 0.02 else chance.choice(words.FAMILY)
    return family + "".join(chance.choice(GIVEN) for _n in range(chance.choice((1, 2, 2, 2))))


def employer_name(chance: random.Random) -> str:
    """An employer that does not exist, and says so."""
    brand = chance.choice(BRANDS) + chance.choice(BRANDS)
    return f"青岛{chance.choice(words.PLACES)}{brand}{chance.choice(TRADES)}{chance.choice(FORMS)}（虚构）"


def story(chance: random.Random, letter: str, employer: str) -> tuple[str, str]:
    """What happened, in one line and as the worker tells it."""
    title, told = chance.choice(TROUBLES.get(letter, TROUBLES["A"]))
    values = {
        "months": chance.randint(2, 30),
        "month": chance.randint(1, 12),
        "day": chance.randint(1, 28),
        "hour": chance.randint(7, 11),
        "small": chance.randint(2, 9),
        "amount": chance.randint(8, 990) * 100,
    }
    job, proof, plea = chance.choice(JOBS), chance.choice(PROOFS), chance.choice(PLEAS)
    place = employer.removesuffix("（虚构）")
    return title.format(**values), f"我在{place}做{job}。{told.format(**values)}。{proof}。{plea}"
