"""A hub per test: its tasks belong to the test's event loop and end with it, its database connection too."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from backend.config import live
from backend.realtime import reports
from backend.realtime.hub import Hub
from backend.realtime.questions import Questions


@pytest.fixture
async def hub(monkeypatch):
    monkeypatch.setattr(reports, "GATHER_S", 0.01)
    fresh = Hub(Questions(acknowledge=live.acknowledge, rights=live.rights, note_health=live.note_health))
    yield fresh
    await fresh.stop()
    await sync_to_async(connections.close_all)()
