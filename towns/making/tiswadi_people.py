"""The invented people of Tiswadi: who holds which post."""

from collections import Counter
from collections.abc import Mapping, Sequence

from making.apportion import apportion
from making.files import Enterprise, Person
from making.identity import NameBook, phone_numbers

GRID_WORKERS = 40
FIRST_PHONE = 10000020101
GIVEN = (
    "Anita", "Ravi", "Maria", "Joseph", "Sunita", "Kiran", "Lara", "Mohan", "Nisha", "Peter", "Rekha",
    "Sanjay", "Tara", "Victor", "Asha", "Dinesh", "Elena", "Gopal", "Irene", "Jaya", "Karl", "Leena", "Manoj",
    "Neha", "Oscar", "Priya", "Rohan", "Sonia", "Umesh", "Vera", "Arun", "Clara", "Deepa", "Felix", "Geeta",
    "Hari",
)  # fmt: skip
SURNAMES = (
    "Naik", "Fernandes", "Desai", "Pereira", "Kamat", "Gomes", "Shetty", "Rodrigues", "Prabhu", "Costa",
    "Sawant", "Lobo", "Gaonkar", "Dias", "Parab", "Menezes", "Verlekar", "Pinto", "Bhat", "Mascarenhas",
)  # fmt: skip
# role, department code, title. Everybody who is neither a grid worker nor in an enterprise.
POSTS = (
    ("safety_office", "em", "Safety office, deputy head"),
    ("safety_office", "em", "Safety office, clerk"),
    ("town_leader", "", "镇长 / Head of the taluka"),
    ("town_leader", "", "副镇长 / Deputy head of the taluka"),
    ("department_head", "em", "Head of the Emergency Management Office"),
    ("department_head", "en", "Head of the Enforcement Team"),
    ("enforcement_officer", "en", "Enforcement officer"),
    ("enforcement_officer", "en", "Enforcement officer"),
    ("enforcement_officer", "en", "Enforcement officer"),
    ("enforcement_officer", "ms", "Market inspector"),
    ("expert", "", "Safety engineer"),
    ("city_supervisor", "", "District supervisor"),
    ("administrator", "", "System administrator"),
)
WITH_ACCOUNTS = ("Silver Palm Paints", "Blue Heron Cold Storage and Fish Processing")


def people(
    names: NameBook, departments: Mapping[str, str], villages: Sequence[str], enterprises: Sequence[Enterprise]
) -> list[Person]:
    """All people with their phones. ``departments``: name by code; ``villages``: names."""
    count = Counter(row.village for row in enterprises)
    shares = apportion(GRID_WORKERS, {village: count[village] for village in villages}, at_least=1)
    posts = [("grid_worker", "", village, "Grid worker") for village in villages for _ in range(shares[village])]
    posts += [("department_lead", code, "", "Safety lead") for code in departments]
    posts += [(role, code, "", title) for role, code, title in POSTS]
    phones = phone_numbers(FIRST_PHONE, len(posts) + len(WITH_ACCOUNTS))
    return [
        *(
            Person(names.draw(), phone, role, departments.get(code, ""), village, "", title)
            for phone, (role, code, village, title) in zip(phones, posts, strict=False)
        ),
        *_enterprise_people(names, phones[len(posts) :], enterprises),
    ]


def _enterprise_people(names: NameBook, phones: Sequence[str], enterprises: Sequence[Enterprise]) -> list[Person]:
    """The principal, as in the register, and one safety officer of each enterprise in WITH_ACCOUNTS."""
    chosen = [row for row in enterprises if row.name in WITH_ACCOUNTS]
    principals = [
        Person(row.principal, row.principal_phone, "enterprise_principal", enterprise=row.name, title="Principal")
        for row in chosen
    ]
    staff = [
        Person(names.draw(), phone, "enterprise_staff", enterprise=row.name, title="Safety officer")
        for row, phone in zip(chosen, phones, strict=True)
    ]
    return principals + staff
