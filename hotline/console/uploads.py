"""Uploads whose name holds a path are refused and not quietly renamed (Django cuts the path off)."""

import html
from contextlib import suppress
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

NAME_WITH_PATH = "..."
"""What stands for such a name; `actions.notes.safe_name` refuses it."""


class Parser(MultiPartParser):
    """Reads a form with files; a name that is not plain becomes NAME_WITH_PATH."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """The name as it was sent, if it is plain."""
        plain: str | None = super().sanitize_file_name(file_name)
        return plain if plain == html.unescape(file_name) else NAME_WITH_PATH


class PathsRefused(FileUploadHandler):
    """Stands before Django's own handlers, which keep the content."""

    def handle_raw_input(self, input_data: Any, META: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N803
        """The whole form, read by our parser with the other handlers."""
        assert self.request is not None
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        try:
            return Parser(META, input_data, others, kwargs.get("encoding")).parse()
        except OSError:  # the disk is full: what is half written gives its room back at once
            for handler in others:
                file = getattr(handler, "file", None)
                with suppress(OSError):
                    if file is not None:
                        file.close()
            raise

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Not asked: the other handlers keep the content."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Not asked, either."""
