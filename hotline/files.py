"""Where recordings and attachments are kept: a file stands under its name whole, or not at all."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """Writes beside the name first: a full disk, or a kill, leaves nothing that looks like the file."""

    def _save(self, name: str, content: Any) -> str:
        part = f"{name}.{uuid4().hex}.part"
        try:
            super()._save(part, content)  # type: ignore[misc]
            name = self._reserved(name)
            Path(self.path(part)).replace(self.path(name))
        finally:
            with suppress(OSError):
                Path(self.path(part)).unlink()
        return name

    def _reserved(self, name: str) -> str:
        while True:
            try:
                Path(self.path(name)).touch(exist_ok=False)
            except FileExistsError:  # someone else took it between the look and now
                name = self.get_available_name(name)
            else:
                return name
