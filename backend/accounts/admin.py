"""People, departments and roles in /admin: what the administrator needs until the console has pages for it."""

from django.contrib import admin

from backend.accounts.models import Department, Device, RoleHeld, User


class RolesInline(admin.TabularInline):  # type: ignore[type-arg]
    model = RoleHeld
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Passwords are set with `anwangge changepassword PHONE`, never seen or typed here."""

    list_display = ("name", "phone", "title", "is_active", "is_demo")
    search_fields = ("name", "phone")
    fields = ("phone", "name", "title", "is_active", "is_staff")
    inlines = (RolesInline,)


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "short", "code", "division")


@admin.register(Device)
class DeviceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "name", "last_seen_at", "unsent", "oldest_unsent_at", "app_version", "clock_skew_s")
    readonly_fields = ("id", "user", "enrolled_at", *list_display[2:], "health_at")
