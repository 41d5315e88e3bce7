"""What is said about the register."""

from backend.enterprises.importing.views import RegisterImportView
from backend.enterprises.views import EnterpriseView, OrganisationView
from backend.enterprises.views_of_duty import ResponsibilityView, TagView
from backend.journal.events import Event, event


@event("enterprise.registered")
class EnterpriseRegistered(Event):
    enterprise: EnterpriseView


@event("enterprise.changed")
class EnterpriseChanged(Event):
    """Also said when it is closed or struck off: `standing` of the view."""

    enterprise: EnterpriseView


@event("enterprise.organised")
class EnterpriseOrganised(Event):
    """Said to nobody: who answered for which workshop stands in the chain."""

    organisation: OrganisationView


@event("responsibility.changed")
class ResponsibilityChanged(Event):
    responsibility: ResponsibilityView


@event("tag.added")
class TagAdded(Event):
    tag: TagView


@event("register_import.changed")
class RegisterImportChanged(Event):
    """Said at every step and after every portion: the worker goes on when it hears it."""

    register_import: RegisterImportView
