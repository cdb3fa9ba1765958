"""Tickets to the content host that have been used."""

from django.db import models

from apps.core.models.base import BaseModel


class SpentTicket(BaseModel):
    """A ticket that let somebody in. Its being here is what makes a second use fail."""

    nonce = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.nonce
