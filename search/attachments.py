"""Reads the texts of files that are due, each in a process of its own (search/reading.py)."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog

from hotline.actions import readings
from hotline.enums import ReadingProblem

log = structlog.get_logger(__name__)
SECONDS = 60
"""How long reading one file may take, with the waiting of a busy machine; shorter than the claim."""
_HOME = Path(__file__).resolve().parents[1]


def read_due(now: datetime) -> int:
    """Read the files that are due; returns how many were."""
    done = 0
    for pk in readings.due(now):
        attachment = readings.claim(pk, now)
        if attachment is None:
            continue
        with attachment.file.open("rb") as file:
            text, problem = read_apart(readings.READABLE[attachment.content_type], file)
        if problem:
            log.info("search.attachment", attachment=pk, problem=problem)
        readings.keep(pk, text, problem)
        done += 1
    return done


def read_apart(kind: str, file: BinaryIO) -> tuple[str, str]:
    """The text of `file`, and what is wrong with it; read where nothing else can come to harm."""
    command = [sys.executable, "-P", "-m", "search.reading", kind]
    try:
        # Of the environment nothing: it holds keys.
        ended = subprocess.run(  # noqa: S603 - our own program
            command, input=file.read(), capture_output=True, timeout=SECONDS, env={"PYTHONPATH": str(_HOME)}
        )
    except subprocess.TimeoutExpired:
        return "", ReadingProblem.TOO_LARGE
    if ended.returncode:
        # The system ended it at a limit.
        return "", ReadingProblem.TOO_LARGE
    answer = json.loads(ended.stdout)
    return answer["text"], answer["problem"]
