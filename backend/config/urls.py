"""Every entrance there is. tests/backend/access/ walks this table: an endpoint without a row there fails the build."""

from django.contrib import admin
from django.urls import path, re_path
from django.views.decorators.http import require_safe

from backend.accounts import api as accounts
from backend.comms import api as comms
from backend.config import docs, health, live, session
from backend.config.pages import hashed_file, page, plain_file
from backend.dispatch import api as dispatch
from backend.enterprises import api as enterprises
from backend.hazards import api as hazards
from backend.inspections import api as inspections
from backend.rollups import api as rollups
from backend.standards import api as standards
from backend.sync import api as sync
from backend.territory import api as territory

SHA256 = "(?P<sha256>[0-9a-f]{64})"

urlpatterns = [
    path("api/health", health.HealthCheck.as_view()),
    path("api/problems", health.Problems.as_view()),
    path("api/schema", docs.Schema.as_view(), name="schema"),
    path("api/docs", docs.Docs.as_view(url_name="schema")),
    path("api/session", session.Session.as_view()),
    path("api/ticket", session.NewTicket.as_view()),
    path("api/device", accounts.OwnDevice.as_view()),
    path("api/device/keys", accounts.OwnKeys.as_view()),
    path("api/device/keys/<uuid:key>", accounts.OneKey.as_view()),
    path("api/pin", accounts.OwnPin.as_view()),
    path("api/pin/verify", accounts.PinCheck.as_view()),
    path("api/devices", comms.Devices.as_view()),
    path("api/communication-tests", comms.CommunicationTests.as_view()),
    path("api/communication-tests/people", comms.Testable.as_view()),
    path("api/communication-tests/<uuid:test>", comms.OneCommunicationTest.as_view()),
    path("api/communication-schedules", comms.CommunicationSchedules.as_view()),
    path("api/communication-schedules/<uuid:schedule>", comms.OneSchedule.as_view()),
    path("api/villages.geojson", territory.Villages.as_view()),
    path("api/grids.geojson", territory.Grids.as_view()),
    path("api/enterprises", enterprises.Enterprises.as_view()),
    path("api/checklists", standards.Checklists.as_view()),
    path("api/checklists/<uuid:checklist>", standards.OneChecklist.as_view()),
    path("api/dispatches", dispatch.Dispatches.as_view()),
    path("api/dispatches/preview", dispatch.Preview.as_view()),
    path("api/tasks", dispatch.Tasks.as_view()),
    path("api/tasks/<uuid:task>", dispatch.OneTask.as_view()),
    path("api/tasks/<uuid:task>/hand-over", dispatch.HandOver.as_view()),
    path("api/tasks/<uuid:task>/withdrawal", dispatch.Withdrawal.as_view()),
    path("api/tasks/<uuid:task>/countersignature", dispatch.Countersignatures.as_view()),
    path("api/tasks/returns", dispatch.Returns.as_view()),
    path("api/tasks/refusals", dispatch.Refusals.as_view()),
    path("api/task-kinds", dispatch.TaskKinds.as_view()),
    path("api/reminders", dispatch.Reminders.as_view()),
    path("api/reminder-rules", dispatch.ReminderRules.as_view()),
    path("api/reminder-rules/<uuid:rule>", dispatch.OneReminderRule.as_view()),
    path("api/hazards", hazards.Hazards.as_view()),
    path("api/hazards/<uuid:hazard>", hazards.OneHazard.as_view()),
    path("api/inspections", inspections.Inspections.as_view()),
    path("api/inspections/acknowledgements", inspections.Acknowledgements.as_view()),
    path("api/inspections/<uuid:inspection>", inspections.OneInspection.as_view()),
    re_path(f"^api/photos/{SHA256}$", inspections.Image.as_view()),
    path("api/overview", rollups.TownOverview.as_view()),
    path("api/journal/verify", health.VerifyChain.as_view()),
    path("api/journal/anchors", health.LastAnchors.as_view()),
    path("api/realtime", live.RealtimeFigures.as_view()),
    path("api/ops", sync.Operations.as_view()),
    path("api/sync", sync.Events.as_view()),
    path("api/snapshot", sync.StreamSnapshot.as_view()),
    path("api/quarantine", sync.Quarantine.as_view()),
    path("api/quarantine/<uuid:operation>", sync.OneSetAside.as_view()),
    path("api/quarantine/<uuid:operation>/release", sync.Release.as_view()),
    path("api/quarantine/<uuid:operation>/dismiss", sync.Dismiss.as_view()),
    path("api/blobs", sync.NewUpload.as_view()),
    re_path(f"^api/blobs/{SHA256}$", sync.OneUpload.as_view()),
    path("admin/", admin.site.urls),
    path("", require_safe(page("index.html"))),
    path("console", require_safe(page("console.html"))),
    path("screen", require_safe(page("screen.html"))),
    path("assets/<path:name>", require_safe(hashed_file)),
    re_path(r"^(?P<name>[\w.-]+\.\w+)$", require_safe(plain_file)),
]

handler400 = "backend.config.health.unreadable"
handler403 = "backend.config.health.not_allowed"
handler404 = "backend.config.health.not_found"
handler500 = "backend.config.health.failed"
