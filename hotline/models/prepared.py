"""Statements whose SQL is made once, for the few places that every call, message and step passes.

To make the SQL of a query takes Django three times as long as to run it. Here a query is declared with
`Given("name")` in place of its values, compiled at its first use for each kind of database, and run with new
values from then on. What it returns is the same as from the query itself: locks, converters, joined rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast

import psycopg
from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]  # not in the stubs
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=models.Model)


def planned() -> Any:
    """A cursor for statements that come again and again: PostgreSQL parses each once for a connection.

    Django's own cursors put the values into the text, so that each is a new statement to the server.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    return connection._prepare_cursor(cursor)  # type: ignore[attr-defined]  # not in the stubs


class Given(Expression):
    """The place of a value in a prepared query: text, a number or a truth value, as the database takes it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The placeholder; the value comes when the query is run."""
        return "%s", [self]


@dataclass(frozen=True)
class _Made:
    """A query as one kind of database runs it."""

    sql: str
    parameters: tuple[Any, ...]
    converters: list[tuple[int, list[Any], Any]]
    locks: bool
    build: Callable[[tuple[Any, ...]], Any]
    """Makes an instance, with what is joined to it, of a row."""


class Prepared(Generic[Row]):
    """A query that is compiled once. `declare` returns it, with `Given` in place of what changes."""

    def __init__(self, declare: "Callable[[], models.QuerySet[Row, Any]]") -> None:
        self._declare = declare
        self._made: dict[str, _Made] = {}

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows as tuples: for a query of `values_list`."""
        made = self._made.get(connection.vendor) or self._make()
        if made.locks and connection.get_autocommit():
            raise TransactionManagementError("This query locks: run it inside a transaction.")
        values = [given[one.name] if isinstance(one, Given) else one for one in made.parameters]
        with planned() as cursor:
            cursor.execute(made.sql, values)
            rows = cursor.fetchall()
        return [_converted(row, made.converters) for row in rows] if made.converters else rows

    def all(self, **given: Any) -> list[Row]:
        """The rows as instances."""
        rows = self.rows(**given)
        build = self._made[connection.vendor].build
        return [build(row) for row in rows]

    def first(self, **given: Any) -> Row | None:
        """The first row as an instance, or None."""
        found = self.all(**given)
        return found[0] if found else None

    def value(self, **given: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.rows(**given)
        return rows[0][0] if rows else None

    def _make(self) -> _Made:
        query = self._declare().query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        expressions = [column[0] for column in compiler.select]
        converters = [
            (place, found, expression)
            for place, (found, expression) in compiler.get_converters(expressions).items()
        ]
        locks = query.select_for_update and connection.features.has_select_for_update
        made = _Made(sql, tuple(parameters), converters, locks, _builder(compiler))
        self._made[connection.vendor] = made
        return made


def _converted(row: tuple[Any, ...], converters: list[tuple[int, list[Any], Any]]) -> tuple[Any, ...]:
    values = list(row)
    for place, functions, expression in converters:
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)


def _builder(compiler: Any) -> Callable[[tuple[Any, ...]], Any]:
    """As Django's own ModelIterable builds instances; a query of `values_list` has none."""
    info = compiler.klass_info
    if info is None:
        return lambda row: row
    alias, places = connection.alias, info["select_fields"]
    first, last = places[0], places[-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    joined = get_related_populators(info, compiler.select, alias)
    added = compiler.annotation_col_map or {}

    def build(row: tuple[Any, ...]) -> Any:
        found = info["model"].from_db(alias, names, row[first:last])
        for one in joined:
            one.populate(row, found)
        for name, place in added.items():
            setattr(found, name, row[place])
        return found

    return build


# --- Rows that are written -------------------------------------------------------------------------
def insert(row: Row) -> Row:
    """Insert `row`, which gets its key: `save(force_insert=True)` without signals."""
    _insert(row, "")
    return row


def insert_unless_there(row: models.Model) -> bool:
    """Insert `row` unless one with the same unique key is there; whether it was inserted.

    One that another transaction is about to insert is waited for.
    """
    return _insert(row, "ON CONFLICT DO NOTHING")


def _insert(row: models.Model, conflict: str) -> bool:
    for parent, link in type(row)._meta.parents.items():
        row_id = _insert_into(parent, row, "")
        for field in (parent._meta.pk, link):
            setattr(row, cast(Any, field).attname, row_id)
    key = _insert_into(type(row), row, conflict)
    if key is None:
        return False
    row.pk = key
    row._state.adding, row._state.db = False, connection.alias
    return True


def _insert_into(model: type[models.Model], row: models.Model, conflict: str) -> Any:
    """Insert what `row` has in the table of `model`, its own or its parent's; returns the key or None."""
    key = cast(Any, model._meta.pk)
    sql, fields = _insertion(model, getattr(row, key.attname) is None, conflict)
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with planned() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    return found[0] if found else None


@cache
def _insertion(model: type[models.Model], without_key: bool, conflict: str) -> tuple[str, list[Any]]:
    fields = [one for one in model._meta.local_concrete_fields if not (without_key and one.primary_key)]
    columns = ", ".join(f'"{one.column}"' for one in fields)
    places = ", ".join(["%s"] * len(fields))
    table, key = model._meta.db_table, cast(Any, model._meta.pk).column
    made = f'INSERT INTO "{table}" ({columns}) VALUES ({places}) {conflict} RETURNING "{key}"'  # noqa: S608
    return made, fields  # names of our own tables and columns alone


def update(row: models.Model, *names: str) -> None:
    """Save the fields `names` of `row`: `save(update_fields=...)` without signals."""
    sql, fields = _change(type(row), names)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with planned() as cursor:
        cursor.execute(sql, [*values, row.pk])


@cache
def _change(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f'"{one.column}" = %s' for one in fields)
    table, key = model._meta.db_table, cast(Any, model._meta.pk).column
    return f'UPDATE "{table}" SET {changes} WHERE "{key}" = %s', fields  # noqa: S608 - as above
