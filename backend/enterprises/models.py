"""The register of everybody who is inspected: enterprises, individuals, institutions, venues, projects, vessels."""

from django.db import models

from backend.accounts.models import Department
from backend.foundation.ids import new_id
from backend.territory.models import Division, Grid


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


class Enterprise(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
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
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="enterprises")
    is_demo = models.BooleanField(default=False)
    last_visit = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["grid", "last_visit"], name="enterprises_by_visit")]
        constraints = [
            models.UniqueConstraint(fields=["uscc"], condition=~models.Q(uscc=""), name="enterprises_uscc_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sector(self) -> str:
        """The sector under which it is counted: the first one named."""
        return self.sectors[0] if self.sectors else "99"
