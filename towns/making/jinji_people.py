"""The invented people of 金鸡镇: who holds which post."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from making.apportion import apportion
from making.files import Enterprise, Person
from making.identity import NameBook, phone_numbers
from making.jinji_plants import WITH_ACCOUNTS

GRID_WORKERS = 30
MAIN_GRID_WORKERS = 24

SURNAMES = (*"谭周张关黄李梁吴余邓方胡何劳许冯陈林罗麦甄伍区黎苏温叶曾谢卢潘杨莫朱邝", "司徒")
GIVEN = tuple(
    first + second
    for firsts, seconds in (
        ("伟国志文锦焕卓耀润兆炳树海家俊永浩景柏启仲广立达德建", "强荣辉棠贤林基坤森涛杰康年明华添良新雄泰安平成峰源"),
        ("惠秀丽翠玉美素婉晓雪凤月淑嘉慧佩绮瑞少彩倩冬夏碧燕", "芳英娟婷莲仪珍怡彤梅娥贞欣敏珊雯芬霞盈兰琼媚玲琴好云"),
    )
    for first in firsts
    for second in seconds
    if first != second
)

LEADS_TITLE = "安全监管负责人"
HEADS = (
    ("yj", "应急管理办公室主任"),
    ("zf", "综合行政执法队队长"),
    ("gj", "规划建设办公室主任"),
    ("sj", "市场监督管理所所长"),
)
OFFICERS = (
    ("zf", "执法队副队长"),
    *[("zf", "执法队员")] * 3,
    ("yj", "执法人员"),
    ("sj", "执法人员"),
)
OFFICE = ("安委办副主任", "安委办干事", "安委办干事")
LEADERS = ("镇党委书记", "镇长", "副镇长", "副镇长", "副镇长")


def grid_workers(names: NameBook, villages: Sequence[str], enterprises: Sequence[Enterprise]) -> list[Person]:
    """Full-time workers first, then stand-ins, in each village by its number of enterprises, at least one each."""
    count = Counter(row.village for row in enterprises)
    load = {village: count[village] for village in villages}
    main = apportion(MAIN_GRID_WORKERS, load, at_least=1)
    every = apportion(GRID_WORKERS, load, at_least=1)
    posts = [(village, "专职网格员") for village in villages for _ in range(main[village])]
    posts += [(village, "兼职网格员（替补）") for village in villages for _ in range(every[village] - main[village])]
    phones = phone_numbers(10000000101, len(posts))
    return [
        Person(names.draw(), phone, "grid_worker", village=village, title=title)
        for phone, (village, title) in zip(phones, posts, strict=True)
    ]


def office_holders(names: NameBook, departments: Mapping[str, str]) -> list[Person]:
    """Everybody with a post in the town's administration. ``departments``: name by code."""

    def holders(role: str, first_phone: int, posts: Sequence[tuple[str, str]]) -> list[Person]:
        return [
            Person(names.draw(), phone, role, department=departments.get(code, ""), title=title)
            for phone, (code, title) in zip(phone_numbers(first_phone, len(posts)), posts, strict=True)
        ]

    return [
        *holders("department_lead", 10000000201, [(code, LEADS_TITLE) for code in departments]),
        *holders("enforcement_officer", 10000000301, OFFICERS),
        *holders("safety_office", 10000000401, [("yj", title) for title in OFFICE]),
        *holders("town_leader", 10000000501, [("", title) for title in LEADERS]),
        *holders("department_head", 10000000701, HEADS),
        *holders("expert", 10000000801, [("", "注册安全工程师（化工、消防）")]),
        *holders("city_supervisor", 10000000802, [("", "开平市安委办督导员")]),
        *holders("administrator", 10000000803, [("", "系统管理员")]),
    ]


def enterprise_people(names: NameBook, enterprises: Sequence[Enterprise]) -> list[Person]:
    """The principal and a safety officer of each enterprise in WITH_ACCOUNTS; the principal is the register's."""
    by_name = {row.name: row for row in enterprises}
    chosen = [by_name[name] for name in WITH_ACCOUNTS]
    staff_phones = phone_numbers(10000000601 + len(chosen), len(chosen))
    principals = [
        Person(row.principal, row.principal_phone, "enterprise_principal", enterprise=row.name, title="主要负责人")
        for row in chosen
    ]
    staff = [
        Person(names.draw(), phone, "enterprise_staff", enterprise=row.name, title="专职安全管理员")
        for row, phone in zip(chosen, staff_phones, strict=True)
    ]
    return principals + staff


def with_account_phones(enterprises: Sequence[Enterprise]) -> list[Enterprise]:
    """A principal with an account has one phone, that of the account, in both tables."""
    phones = dict(zip(WITH_ACCOUNTS, phone_numbers(10000000601, len(WITH_ACCOUNTS)), strict=True))
    return [replace(row, principal_phone=phones.get(row.name, row.principal_phone)) for row in enterprises]
