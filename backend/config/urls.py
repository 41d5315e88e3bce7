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
from backend.enterprises import api_duty as duty
from backend.enterprises.importing import api as importing
from backend.hazards import api as hazards
from backend.inspections import api as inspections
from backend.papers import api as papers
from backend.papers.kinds import TEMPLATED, Kind
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
    path("api/enterprises.xlsx", enterprises.RegisterXlsx.as_view()),
    path("api/enterprises.csv", enterprises.RegisterCsv.as_view()),
    path("api/enterprises/<uuid:enterprise>", enterprises.OneEnterprise.as_view()),
    path("api/enterprises/<uuid:enterprise>/standing", enterprises.StandingOfEnterprise.as_view()),
    path("api/enterprises/<uuid:enterprise>/organisation", enterprises.OrganisationOfEnterprise.as_view()),
    path("api/register/tags", duty.RegisterTags.as_view()),
    path("api/register/responsibilities", duty.Responsibilities.as_view()),
    path("api/register/responsibilities/<uuid:responsibility>/end", duty.EndOfOne.as_view()),
    path("api/register/responsible", duty.Responsible.as_view()),
    path("api/register/blind-spots", duty.BlindSpots.as_view()),
    path("api/register/imports", importing.Imports.as_view()),
    path("api/register/imports/<uuid:register_import>", importing.OneImport.as_view()),
    path("api/register/imports/<uuid:register_import>/rows", importing.ImportRows.as_view()),
    path("api/register/imports/<uuid:register_import>/file", importing.ImportFile.as_view()),
    path("api/register/imports/<uuid:register_import>/refused", importing.RefusedRows.as_view()),
    path("api/register/imports/<uuid:register_import>/carry-out", importing.CarryOut.as_view()),
    path("api/register/imports/<uuid:register_import>/undo", importing.Undo.as_view()),
    path("api/checklists", standards.Checklists.as_view()),
    path("api/checklists/preview", standards.PreviewForm.as_view()),
    path("api/checklists/<uuid:checklist>", standards.OneChecklist.as_view()),
    path("api/checklists/<uuid:checklist>/xlsform", standards.ChecklistForm.as_view()),
    path("api/checklists/<uuid:checklist>/candidates", standards.CandidateClauses.as_view()),
    path("api/sectors", standards.Sectors.as_view()),
    path("api/standards", standards.Standards.as_view()),
    path("api/standards/<uuid:standard>", standards.OneStandard.as_view()),
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
    path("api/hazards/counts", hazards.Counts.as_view()),
    path("api/hazards/judgements", hazards.Judgements.as_view()),
    path("api/hazards/fixes", hazards.Fixes.as_view()),
    path("api/hazards/plans", hazards.Plans.as_view()),
    path("api/hazards/orders", hazards.Orders.as_view()),
    path("api/hazards/rectification-reports", hazards.RectificationReports.as_view()),
    path("api/hazards/rechecks", hazards.Rechecks.as_view()),
    path("api/hazards/extensions", hazards.Extensions.as_view()),
    path("api/hazards/cancellations", hazards.Cancellations.as_view()),
    path("api/hazards/decisions", hazards.Decisions.as_view()),
    path("api/hazards/department-reports", hazards.DepartmentReports.as_view()),
    path("api/hazards/receipts", hazards.Receipts.as_view()),
    path("api/hazards/merges", hazards.Merges.as_view()),
    path("api/hazards/<uuid:hazard>", hazards.OneHazard.as_view()),
    path("api/hazards/<uuid:hazard>/doubles", hazards.SuggestedDoubles.as_view()),
    path("api/hazards/<uuid:hazard>/clauses", hazards.Clauses.as_view()),
    path("api/hazards/<uuid:hazard>/rectifiers", hazards.PossibleRectifiers.as_view()),
    path("api/hazards/<uuid:hazard>/exemption", hazards.Exemption.as_view()),
    path("api/inspections", inspections.Inspections.as_view()),
    path("api/inspections/acknowledgements", inspections.Acknowledgements.as_view()),
    path("api/inspections/<uuid:inspection>", inspections.OneInspection.as_view()),
    re_path(f"^api/photos/{SHA256}$", inspections.Image.as_view()),
    path("api/papers", papers.Papers.as_view()),
    path("api/papers/verify", papers.Verify.as_view()),
    path("api/papers/hazard-ledger", papers.NewLedgerPaper.as_view()),
    path("api/papers/inspection-record", papers.NewRecordPaper.as_view()),
    path("api/papers/rectification-order", papers.NewHazardsPaper.as_view(kind=Kind.ORDER)),
    path("api/papers/recheck-opinion", papers.NewHazardsPaper.as_view(kind=Kind.RECHECK)),
    path("api/papers/traceback", papers.NewTracePaper.as_view()),
    path("api/papers/templates", papers.Templates.as_view()),
    *(path(f"api/papers/templates/{kind}", papers.OneTemplate.as_view(kind=kind)) for kind in TEMPLATED),
    path("api/papers/<uuid:paper>", papers.OnePaper.as_view()),
    path("api/papers/<uuid:paper>/xlsx", papers.XlsxContent.as_view()),
    path("api/papers/<uuid:paper>/docx", papers.DocxContent.as_view()),
    path("api/papers/<uuid:paper>/pdf", papers.PdfContent.as_view()),
    path("api/tracebacks", papers.Tracebacks.as_view()),
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
