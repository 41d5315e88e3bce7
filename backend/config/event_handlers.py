"""What follows what: event → handlers, in order. Handlers run after the commit, through the outbox; safe to run twice."""

from backend.enterprises.importing.steps import advance_imports
from backend.journal.handlers import follow
from backend.journal.jobs import wake
from backend.journal.letters import carry
from backend.journal.recording import announcers
from backend.rollups.letters import advance_and_tell

COUNTED = ("task.sent", "task.changed", "task.completed", "hazard.reported", "hazard.moved")


def register() -> None:
    for event_type in COUNTED:
        follow(event_type, "rollups.advance", advance_and_tell)
    follow("register_import.changed", "register.advance_imports", advance_imports)
    announcers[:] = [carry, wake]
