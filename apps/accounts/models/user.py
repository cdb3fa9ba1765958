"""People."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class Theme(models.TextChoices):
    """How pages are coloured."""

    AUTO = "auto", _("Like the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class StudioUserManager(UserManager["User"]):
    """Finds and makes users; a new administrator may do everything that concerns the studio as a whole."""

    use_in_migrations = False  # migrations must not import our code

    def named(self, name: str) -> models.QuerySet["User"]:
        """Return the one whose user name or email address this is, in any case of letters.

        A user name has no ``@`` and an address always has one, so this is never two.
        """
        wanted = Lower(Value(name.strip()))
        lowered = self.alias(lower_username=Lower("username"), lower_email=Lower("email"))
        return lowered.filter(Q(lower_username=wanted) | Q(lower_email=wanted))

    def active_administrators(self) -> models.QuerySet["User"]:
        """Return those who can let others in."""
        return self.filter(is_administrator=True, is_active=True)

    def _create(self, username: str, email: str | None, password: str | None, **fields: object) -> "User":
        user = self.model(username=username, email=self.normalize_email(email or "").lower() or None, **fields)
        user.set_password(password)  # None makes the password unusable
        user.save(using=self._db)
        return user

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: object
    ) -> "User":
        return self._create(username, email, password, **fields)

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: object
    ) -> "User":
        return self._create(username, email, password, is_administrator=True, **fields)


class User(BaseModel, AbstractBaseUser):
    """A person or service account. What they may do in a workspace says their membership there.

    ``is_administrator`` is about the studio: people, invitations, system. It opens no workspace by itself.
    """

    # ASCII, so that nobody can pass for another with letters that only look alike; the full name takes any letters.
    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._+-]*\Z",
                _("Use letters without accents, digits, and . _ + -, and begin with a letter or digit."),
            )
        ],
        error_messages={"unique": _("This name is taken.")},
    )
    email = models.EmailField(_("email address"), null=True, blank=True)  # noqa: DJ001 - unique, where there is one
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    language = models.CharField(_("language"), max_length=5, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)

    objects = StudioUserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_once",
                violation_error_code="username",
                violation_error_message=_("This name is taken."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="email_once",
                violation_error_code="email",
                violation_error_message=_("Someone with this address is here already."),
            ),
        ]
        indexes = [
            models.Index(Lower("full_name"), "id", name="user_by_name"),
            models.Index(fields=["last_login", "id"], name="user_by_last_login"),
            models.Index(fields=["username", "full_name", "email", "id"], name="names_of_users"),
            models.Index(fields=["created_at"], condition=Q(is_administrator=True), name="administrators"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name to show: the full name where it is known."""
        return self.full_name or self.username

    @property
    def initials(self) -> str:
        """One or two letters for the round badge."""
        words = self.display_name.replace(".", " ").replace("_", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @cached_property
    def needs_password(self) -> bool:
        """Whether only a one-time link would bring this person in again: no password, no single sign-on."""
        return not self.has_usable_password() and not self.socialaccount_set.exists()  # type: ignore[attr-defined]

    @property
    def is_staff(self) -> bool:
        """What libraries call an administrator."""
        return self.is_administrator

    @property
    def is_superuser(self) -> bool:
        """Nobody is allowed everything: access follows memberships."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions are not used."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Django's own permissions are not used."""
        return False
