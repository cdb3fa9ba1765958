from django.urls import path

from apps.accounts.api import schema, views

__all__ = ["schema", "urlpatterns"]

urlpatterns = [
    path("me/", views.Me.as_view()),
    path("tokens/", views.TokenCollection.as_view()),
    path("tokens/<uuid:token_id>/", views.TokenDetail.as_view()),
    path("users/", views.UserCollection.as_view()),
    path("users/<uuid:user_id>/", views.UserDetail.as_view()),
    path("users/<uuid:user_id>/sessions/", views.UserSessions.as_view()),
    path("invitations/", views.InvitationCollection.as_view()),
    path("invitations/<uuid:invitation_id>/", views.InvitationDetail.as_view()),
    path("invitations/<uuid:invitation_id>/link/", views.InvitationLink.as_view()),
]
