"""What all processes remember together: in Redis, or each by itself while that is away."""

from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class SharedCache(BaseCache):
    """Redis; while it is away this process counts failed sign-ins alone, so that people can still sign in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._shared = RedisCache(server, params)
        self._alone = LocMemCache("without-redis", {})

    def _ask(self, name: str, *args: Any) -> Any:
        try:
            return getattr(self._shared, name)(*args)
        except (RedisError, OSError) as error:
            log.warning("counting without Redis", error=type(error).__name__)
            return getattr(self._alone, name)(*args)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default`."""
        return self._ask("get", key, default, version)

    def set(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep `value` for `timeout` seconds."""
        self._ask("set", key, value, timeout, version)

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Like `set`, where there is nothing yet; whether it was kept."""
        return bool(self._ask("add", key, value, timeout, version))

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep what is there for longer; whether there was something."""
        return bool(self._ask("touch", key, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget it; whether there was something."""
        return bool(self._ask("delete", key, version))

    def clear(self) -> None:
        """Forget everything."""
        self._ask("clear")
