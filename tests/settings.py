"""The settings under test: the project's own, read from an environment that tests control."""

import os
import tempfile

TWILIO = {
    "HOTLINE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "HOTLINE_TWILIO_AUTH_TOKEN": "test-token-new,test-token-old",
    "HOTLINE_TWILIO_API_KEY": "SK" + "2" * 32,
    "HOTLINE_TWILIO_API_SECRET": "test-api-secret-of-some-length-for-hs256",
    "HOTLINE_TWILIO_APP_SID": "AP" + "3" * 32,
    "HOTLINE_TWILIO_NUMBER": "+8653212351",
}
os.environ.update(TWILIO)
os.environ.setdefault("HOTLINE_DATA_DIR", tempfile.mkdtemp(prefix="hotline-tests-"))
os.environ.setdefault("HOTLINE_PUBLIC_URL", "http://testserver")
os.environ["HOTLINE_LOG_LEVEL"] = "ERROR"
# Each process of a parallel run has a folder of its own, and the Redis that deploy/test started for it.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    if not os.environ["HOTLINE_DATA_DIR"].endswith(worker):
        os.environ["HOTLINE_DATA_DIR"] += f"/{worker}"
    if redis := os.environ.get(f"HOTLINE_TEST_REDIS_{worker.upper()}"):
        os.environ["REDIS_URL"] = redis

from hotline.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if ON_SQLITE:  # noqa: F405
    # A file, because threads that race need connections of their own; unsynced, because tests may be lost.
    DATABASES["default"]["TEST"] = {"NAME": str(HOTLINE_DATA_DIR / "tests.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"  # noqa: F405

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - whitenoise warns of a missing one
