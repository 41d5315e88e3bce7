"""A hub per test: its tasks belong to the test's event loop and end with it."""

import asyncio

import pytest

from backend.realtime.hub import Hub


@pytest.fixture
async def hub():
    fresh = Hub()
    yield fresh
    for task in fresh._tasks:
        task.cancel()
    await asyncio.gather(*fresh._tasks, return_exceptions=True)
