"""Pinsta's addresses."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import views

urlpatterns = [
    path("", views.feed, name="feed"),
    path("feed/", views.feed),
    path("feed.json", views.feed_json, name="feed-json"),
    path("popular/", views.popular, name="popular"),
    path("search/", views.search, name="search"),
    path("notifications/", views.notifications, name="notifications"),
    path("boards/<int:board_id>/", views.board, name="board"),
    path("photos/new/", views.new_photo, name="new-photo"),
    path("photos/<int:photo_id>/", views.photo, name="photo"),
    path("pictures/<uuid:key>/<int:size>.jpg", views.picture, name="picture"),
    path("people/<str:username>/", views.profile, name="profile"),
    path("login/", LoginView.as_view(template_name="pinsta/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
