"""Indexes that another one covers, or that hold mostly nothing, go: each is written with every change.

They are dropped by name, for SQLite would otherwise copy the whole table for each field.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models import PROTECT, ForeignKey, Index, Q

WITHOUT = {
    "case": ("category", "checker", "lawyer", "merged_into", "offered_to", "person", "split_from", "unit"),
    "clock": ("instalment", "measure", "member", "origin"),
    "event": ("actor", "case"),
}


def drop(apps, schema_editor):
    for name, fields in WITHOUT.items():
        model = apps.get_model("hotline", name)
        for field in fields:
            column = model._meta.get_field(field).column
            for index in schema_editor._constraint_names(model, [column], index=True, unique=False):
                schema_editor.execute(schema_editor._delete_index_sql(model, index))


def without_index(model, name, to, related, **more):
    field = ForeignKey(to, PROTECT, related_name=related, db_index=False, **more)
    return migrations.AlterField(model, name, field)


def where_set(model, name):
    condition = Q(**{f"{name}__isnull": False})
    return migrations.AddIndex(model, Index(fields=[name], condition=condition, name=f"{model}_{name}"))


class Migration(migrations.Migration):
    dependencies = [("hotline", "0026_late_reports")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                without_index(
                    "case",
                    "category",
                    "hotline.category",
                    "cases",
                    null=True,
                    blank=True,
                    verbose_name="category",
                ),
                without_index("case", "checker", settings.AUTH_USER_MODEL, "+", null=True),
                without_index("case", "lawyer", settings.AUTH_USER_MODEL, "lawyer_cases", null=True),
                without_index("case", "merged_into", "hotline.case", "merged", null=True),
                without_index("case", "offered_to", "hotline.unit", "offered_cases", null=True),
                without_index("case", "person", "hotline.person", "cases"),
                without_index("case", "split_from", "hotline.case", "split_off", null=True),
                without_index("case", "unit", "hotline.unit", "cases"),
                without_index("clock", "instalment", "hotline.instalment", "clocks", null=True),
                without_index("clock", "measure", "hotline.measure", "clocks", null=True),
                without_index("clock", "member", "hotline.member", "clocks", null=True),
                without_index("clock", "origin", "hotline.case", "watched_clocks", null=True),
                without_index("event", "actor", settings.AUTH_USER_MODEL, "+", null=True),
                without_index("event", "case", "hotline.case", "events"),
            ],
        ),
        migrations.AddIndex("case", models.Index(fields=["category"], name="case_category")),
        *(where_set("case", name) for name in ("offered_to", "merged_into", "split_from")),
        *(where_set("clock", name) for name in ("measure", "instalment", "origin", "member")),
    ]
