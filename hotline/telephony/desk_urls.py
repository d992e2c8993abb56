"""The desk's buttons that reach the carrier at once; included at the root."""

from django.urls import path

from hotline.telephony import desk

urlpatterns = [
    path("softphone/token/", desk.token, name="softphone-token"),
    path("calls/<int:pk>/hang-up/", desk.hang_up, name="call-hang-up"),
    path("calls/<int:pk>/hold/", desk.hold, name="call-hold"),
    path("calls/<int:pk>/unhold/", desk.unhold, name="call-unhold"),
]
