"""People for tests."""

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.accounts.models import AccessToken, Invitation, SignInLink, User
from apps.core import hooks
from apps.core.crypto import new_token, token_hash

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    """Someone who can sign in with ``PASSWORD``. ``UserFactory(administrator=True)`` makes an administrator."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        administrator = factory.Trait(is_administrator=True)
        deactivated = factory.Trait(is_active=False)

    username = factory.Sequence(lambda number: f"person{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org".lower())
    full_name = factory.Sequence(lambda number: f"Person {number}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, password: str | None = PASSWORD, **fields: Any) -> User:
        return model_class.objects.create_user(password=password, **fields)


class AccessTokenFactory(DjangoModelFactory):
    """A token that may read and write everywhere. Its secret is ``token.secret`` on the returned row only."""

    class Meta:
        model = AccessToken

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"token {number}")

    @classmethod
    def _create(cls, model_class: type[AccessToken], *args: Any, **fields: Any) -> AccessToken:
        secret = new_token("mls")
        token = model_class.objects.create(*args, prefix=secret[:12], token_hash=token_hash(secret), **fields)
        token.secret = secret  # type: ignore[attr-defined]
        return token


class SignInLinkFactory(DjangoModelFactory):
    """A link that works for an hour. Its secret is ``link.secret``."""

    class Meta:
        model = SignInLink

    user = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))

    @classmethod
    def _create(cls, model_class: type[SignInLink], *args: Any, **fields: Any) -> SignInLink:
        secret = new_token("link")
        link = model_class.objects.create(*args, token_hash=token_hash(secret), **fields)
        link.secret = secret  # type: ignore[attr-defined]
        return link


class InvitationFactory(DjangoModelFactory):
    """An open invitation without grants. Its secret is ``invitation.secret``."""

    class Meta:
        model = Invitation

    email = factory.Sequence(lambda number: f"invited{number}@example.org")
    invited_by = factory.SubFactory(UserFactory, administrator=True)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))

    @classmethod
    def _create(cls, model_class: type[Invitation], *args: Any, **fields: Any) -> Invitation:
        secret = new_token("invite")
        invitation = model_class.objects.create(*args, token_hash=token_hash(secret), **fields)
        invitation.secret = secret  # type: ignore[attr-defined]
        hooks.invitation_made(invitation)
        return invitation
