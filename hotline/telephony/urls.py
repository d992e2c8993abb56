"""The carrier's addresses, under /twilio/."""

from django.urls import path

from hotline.telephony import legs, texts, voice

app_name = "twilio"
urlpatterns = [
    path("voice/", voice.arrive, name="voice"),
    path("voice/menu/", voice.menu, name="voice-menu"),
    path("voice/wait/", voice.wait, name="voice-wait"),
    path("voice/hold/", voice.hold, name="voice-hold"),
    path("voice/after/", voice.after, name="voice-after"),
    path("voice/status/", voice.status, name="voice-status"),
    path("voice/fallback/", voice.fallback, name="voice-fallback"),
    path("voice/agent/", legs.agent, name="voice-agent"),
    path("voice/callback/", legs.callback, name="voice-callback"),
    path("conference/", legs.conference, name="conference"),
    path("recording/", legs.recording, name="recording"),
    path("transcription/", legs.transcription, name="transcription"),
    path("messages/", texts.arrive, name="messages"),
    path("messages/status/", texts.status, name="message-status"),
]
