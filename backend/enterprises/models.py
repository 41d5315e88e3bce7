"""The register of everybody who is inspected, who is responsible for them, and the files that it was made from."""

from datetime import date

from django.db import models
from django.db.models import Q

from backend.accounts.models import Department, User
from backend.enterprises.states import MOVES
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.foundation.moves import Move, Stateful
from backend.territory.models import TOWN_PREFIX, Division, Grid


class Kind(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    INDIVIDUAL = "individual", "个体工商户"
    INSTITUTION = "institution", "经营性事业单位"
    VENUE = "venue", "场所"
    PROJECT = "project", "工程项目"
    VESSEL = "vessel", "船舶"


class Risk(models.TextChoices):
    RED = "red", "红（重大）"
    ORANGE = "orange", "橙（较大）"
    YELLOW = "yellow", "黄（一般）"
    BLUE = "blue", "蓝（低）"


class Standing(models.TextChoices):
    LISTED = "listed", "在册"
    CLOSED = "closed", "停业"
    STRUCK = "struck", "撤销登记"  # was never to be here: an import was undone, or a row was a mistake


class Enterprise(models.Model):
    """A unit on the register. Nothing is deleted: tasks and hazards hold on to it, so it is closed or struck."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    standing = models.CharField(max_length=6, choices=Standing.choices, default=Standing.LISTED)
    standing_why = models.CharField("why it was closed, struck off or listed again", max_length=200, blank=True)
    name = models.CharField(max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sectors = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    risk = models.CharField(max_length=6, choices=Risk.choices, default=Risk.BLUE)
    village = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="enterprises")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="enterprises")
    address = models.CharField(max_length=200, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    principal = models.CharField(max_length=40, blank=True)
    principal_phone = models.CharField(max_length=20, blank=True)
    workers = models.PositiveIntegerField(default=0)
    opened_on = models.DateField("成立日期", null=True)
    park = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="tenants")
    # named for this unit; where it is empty the responsibility table says
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="enterprises")
    is_demo = models.BooleanField(default=False)
    last_visit = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["grid", "last_visit"], name="enterprises_by_visit")]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"], condition=~Q(uscc="") & ~Q(standing="struck"), name="enterprises_uscc_listed_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sector(self) -> str:
        """The sector under which it is counted: the first one named."""
        return self.sectors[0] if self.sectors else "99"

    @property
    def town_code(self) -> str:
        return self.village_id[:TOWN_PREFIX]


class UnitKind(models.TextChoices):
    WORKSHOP = "workshop", "车间"
    TEAM = "team", "班组"


class Unit(models.Model):
    """A workshop of an enterprise, or a team in a workshop or directly in the enterprise. Who is responsible: Staff."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=8, choices=UnitKind.choices)
    name = models.CharField(max_length=60)
    until = models.DateField("the last day", null=True)

    class Meta:
        ordering = ["id"]


class Post(models.TextChoices):
    PRINCIPAL = "principal", "主要负责人"
    DEPUTY = "deputy", "分管负责人"
    SAFETY_FULL_TIME = "safety", "专职安管人员"
    SAFETY_PART_TIME = "safety_part", "兼职安管人员"
    UNIT_HEAD = "unit_head", "车间（班组）负责人"


class Staff(models.Model):
    """Somebody who answers for safety in an enterprise or in one of its units. Rows end, they do not vanish."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="staff")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="staff")
    post = models.CharField(max_length=12, choices=Post.choices)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    since = models.DateField(default=clock.today)
    until = models.DateField("the last day", null=True)

    class Meta:
        ordering = ["id"]


class InForce(models.QuerySet["Responsibility"]):
    def on(self, day: date) -> "InForce":
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Responsibility(models.Model):
    """One line of the table sector × place → department, from–to, both days included."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    sector = models.CharField(max_length=2)
    division = models.CharField("town or village prefix", max_length=12)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="responsibilities")
    since = models.DateField()
    until = models.DateField("the last day", null=True)
    basis = models.CharField("the paper that says so", max_length=120, blank=True)

    objects = InForce.as_manager()

    class Meta:
        ordering = ["sector", "division", "since"]
        constraints = [
            models.UniqueConstraint(fields=["sector", "division", "since"], name="enterprises_responsible_since")
        ]


class TownTag(models.Model):
    """A tag that a town has added to those of data/tags.yaml, with the lists on which it puts a unit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    town = models.CharField(max_length=9)
    key = models.CharField(max_length=24)
    name = models.CharField(max_length=40)
    lists = models.JSONField(default=list)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["town", "key"], name="enterprises_tag_once")]


class RegisterImport(Stateful):
    """One file of units as it arrived, what was read in it, and what became of each row."""

    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.CharField(max_length=9)
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField("of the file, which is a blob", max_length=64)
    crs = models.CharField("of positions whose column does not say", max_length=20)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    encoding = models.CharField(max_length=12, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    columns = models.JSONField("field → heading as it stands in the file", default=dict)
    labels = models.JSONField("of its columns, ours where a field was read from it", default=list)
    ignored = models.JSONField("headings that nothing was read from", default=list)
    unreadable_why = models.CharField("the file could not be read", max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]


class RegisterImportMove(Move):
    subject = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="moves")


RegisterImport.Move = RegisterImportMove


class Verdict(models.TextChoices):
    READY = "ready", "可导入"
    REFUSED = "refused", "有问题，未导入"
    UNCHANGED = "unchanged", "已在册且相同"
    IMPORTED = "imported", "已导入"
    UNDONE = "undone", "已撤销"
    KEPT = "kept", "不能撤销"


class ImportRow(models.Model):
    """A row of the file: its cells as they arrived, what was read in them, the verdict and the reasons."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    register_import = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField("as a spreadsheet counts, from 1")
    cells = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    faults = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    enterprise = models.ForeignKey(Enterprise, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["register_import", "verdict", "number"], name="enterprises_rows")]
        constraints = [models.UniqueConstraint(fields=["register_import", "number"], name="enterprises_row_once")]
