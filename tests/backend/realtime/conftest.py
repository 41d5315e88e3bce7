"""A hub per test: its tasks belong to the test's event loop and end with it, its database connection too."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from backend.realtime.hub import Hub


@pytest.fixture
async def hub():
    fresh = Hub()
    yield fresh
    for task in fresh._tasks:
        task.cancel()
    await asyncio.gather(*fresh._tasks, return_exceptions=True)
    await sync_to_async(connections.close_all)()
