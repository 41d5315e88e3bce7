"""What every test shares."""

import pytest
from django.core.cache import cache

from backend.journal.letters import patience
from tests.cast import make_cast


@pytest.fixture(autouse=True)
def quick_sign_in(settings):
    """Argon2 costs a quarter of a second a password by design; tests do not test Argon2."""
    cache.clear()  # attempts to sign in are counted there
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def store_forgiven():
    """A store that one test killed is no reason to leave the next one's alone."""
    patience.restored()


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def committed_cast(transactional_db):
    """For tests that need real commits: announcements, other threads, other processes."""
    return make_cast()


def pytest_addoption(parser):
    parser.addoption(
        "--write-matrix", action="store_true", help="write tests/backend/access/matrix.txt and queries.txt anew"
    )
