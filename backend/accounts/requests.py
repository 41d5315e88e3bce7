"""The request that an endpoint gets once somebody is signed in."""

from rest_framework.request import Request

from backend.accounts.models import User


class PersonRequest(Request):
    """For annotations: behind SIGNED_IN or a named act the user is a person, never anonymous."""

    user: User
