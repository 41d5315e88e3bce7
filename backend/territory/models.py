"""Division tree, grid sets, grids and who holds which grid.

Geometry is kept as WKB in EPSG:4490 lon/lat with its bounding box in columns: the same on SQLite and PostgreSQL.
"""

from datetime import date

import shapely
from django.db import models
from django.db.models import Q

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.ids import new_id

TOWN_PREFIX = 9


class Shape(models.Model):
    """A polygon in EPSG:4490 lon/lat."""

    wkb = models.BinaryField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        abstract = True

    @property
    def geometry(self) -> shapely.Geometry | None:
        return shapely.from_wkb(bytes(self.wkb)) if self.wkb else None

    @staticmethod
    def columns(geometry: shapely.Geometry) -> dict[str, object]:
        west, south, east, north = geometry.bounds
        return {"wkb": shapely.to_wkb(geometry), "west": west, "south": south, "east": east, "north": north}


class Level(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县"
    TOWN = "town", "镇"
    VILLAGE = "village", "村"


class Division(Shape):
    """A node of the statistical division tree. A code's prefix is its scope: a town is the first nine digits."""

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    provisional = models.BooleanField("code is ours until the statistics office gives one", default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Town(models.Model):
    """What is true of a town as a deployment: how its maps must be labelled."""

    code = models.CharField("town prefix", primary_key=True, max_length=9)
    division = models.OneToOneField(Division, on_delete=models.PROTECT)
    demo = models.BooleanField("people and enterprises are invented", default=False)
    illustrative = models.BooleanField("geometry is not surveyed", default=False)
    notice_zh = models.CharField(max_length=200, blank=True)
    notice_en = models.CharField(max_length=200, blank=True)


class GridSet(models.Model):
    """One published division of a town into grids."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    town = models.ForeignKey(Town, on_delete=models.PROTECT, related_name="grid_sets")
    number = models.PositiveIntegerField()
    valid_from = models.DateField(default=clock.today)
    manifest = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "number"], name="territory_gridset_number")]


class Grid(models.Model):
    """A unit of responsibility. `uid` survives re-division; the code is never reused; its shape belongs to a grid set."""

    uid = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=15, unique=True)
    name = models.CharField(max_length=80)
    village = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="grids")
    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True)
    predecessors = models.JSONField(default=list)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def town_code(self) -> str:
        return self.code[:TOWN_PREFIX]


class GridShape(Shape):
    grid = models.ForeignKey(Grid, on_delete=models.CASCADE, related_name="shapes")
    grid_set = models.ForeignKey(GridSet, on_delete=models.CASCADE, related_name="shapes")
    load = models.FloatField()
    area_m2 = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grid", "grid_set"], name="territory_gridshape_once")]


class Postings(models.QuerySet["Posting"]):
    def current(self, day: date | None = None) -> "Postings":
        day = day or clock.today()
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Posting(models.Model):
    """Who holds a grid, from–to: one main holder, and those who stand in."""

    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="postings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="postings")
    main = models.BooleanField(default=True)
    since = models.DateField(default=clock.today)
    until = models.DateField(null=True, blank=True)

    objects = Postings.as_manager()
