"""A cache in memory that forgets what was least recently used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Lru:
    """Holds at most `most` values. A key must name all that its value depends on: nothing is ever taken back."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable) -> object | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: object) -> None:
        self._values[key] = value
        if len(self._values) > self._most:
            self._values.popitem(last=False)
