"""People, departments, the roles they hold, and the devices they sign in from."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from backend.accounts.roles import ACTS, Role
from backend.foundation import clock
from backend.foundation.ids import new_id


class Department(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division = models.CharField("division prefix", max_length=12)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    short = models.CharField(max_length=20)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["division", "code"], name="accounts_department_code")]

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["User"]):
    def create_user(self, phone: str, name: str, password: str | None = None, **more: Any) -> "User":
        person = self.model(phone=phone, name=name, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, phone: str, name: str, password: str, **more: Any) -> "User":
        return self.create_user(phone, name, password, is_staff=True, is_superuser=True, **more)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with a phone number; what they may see and do follows from the roles they hold today."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.CharField(max_length=11, unique=True, validators=[RegexValidator(r"^1\d{10}$", "11 位手机号码")])
    name = models.CharField(max_length=40)
    title = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may enter /admin", default=False)
    is_demo = models.BooleanField("invented person", default=False)

    objects: ClassVar[People] = People()
    _held: list["RoleHeld"]

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.phone}"

    def held_today(self) -> list["RoleHeld"]:
        with_roles([self])
        return self._held

    def acts(self) -> frozenset[str]:
        return frozenset().union(*(ACTS[Role(held.role)] for held in self.held_today()))


def with_roles(users: Iterable[User]) -> list[User]:
    """The same people with the roles they hold today at hand: one query for all who have not been asked before."""
    people = list(users)
    unasked = {user.id: user for user in people if not hasattr(user, "_held")}
    found: dict[UUID, list[RoleHeld]] = {user: [] for user in unasked}
    if unasked:
        for held in RoleHeld.objects.current().filter(user__in=unasked).select_related("department").order_by("pk"):
            found[held.user_id].append(held)
    for user in unasked.values():
        user._held = found[user.id]  # whole: another thread that has the same object must not see half of it
    return people


class RolesHeld(models.QuerySet["RoleHeld"]):
    def current(self) -> "RolesHeld":
        today = clock.today()
        return self.filter(Q(until=None) | Q(until__gte=today), since__lte=today)


class RoleHeld(models.Model):
    """A role is held for a division prefix and, where it belongs to one, a department or an enterprise, from–to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles_held")
    role = models.CharField(max_length=24, choices=Role.choices)
    division = models.CharField("division prefix", max_length=12)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT)
    # an id, not a foreign key: enterprises stand above accounts
    enterprise_id = models.UUIDField(null=True, blank=True)
    since = models.DateField(default=clock.today)
    until = models.DateField(null=True, blank=True)

    objects = RolesHeld.as_manager()


class Device(models.Model):
    """A phone or browser that a person signed in from. Its id is made there and stays there.

    How it is doing is its own word (accounts/devices.py), but for `last_seen_at`, which is ours.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=80, blank=True)
    enrolled_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    unsent = models.PositiveIntegerField("operations that only the device has", default=0)
    oldest_unsent_at = models.DateTimeField("since when, by our clock", null=True)
    app_version = models.CharField(max_length=20, blank=True)
    clock_skew_s = models.IntegerField("its clock minus ours, seconds", null=True)
    health_at = models.DateTimeField("when it last told", null=True)


class Pin(models.Model):
    """The six digits with which a person signs, as a hash. `version` rises with every new one."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="pin")
    version = models.PositiveIntegerField(default=1)
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()


class Algorithm(models.TextChoices):
    ED25519 = "ed25519", "Ed25519 签名"
    P256 = "p256", "ECDSA P-256 签名"


class DeviceKey(models.Model):
    """A key with which a person's device signs records. Only its public half ever left the device."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="keys")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="keys")
    algorithm = models.CharField(max_length=8, choices=Algorithm.choices)
    public_key = models.CharField("SubjectPublicKeyInfo, base64", max_length=200)
    registered_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "user"], condition=Q(revoked_at=None), name="accounts_key_one_in_force"
            )
        ]
