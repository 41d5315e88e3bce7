"""Identifiers. Version 7, so that a list ordered by id is a list ordered by time of making."""

from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    return uuid7()
