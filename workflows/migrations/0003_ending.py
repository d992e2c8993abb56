from django.db import migrations, models
from django.db.models import F

ENDINGS = (
    "ANSWERED", "TRANSFERRED", "NUISANCE", "SETTLED", "NOT_PURSUED", "REFUSED", "AWARDED", "WITHDRAWN",
)  # fmt: skip
"""The decisions that ended a case before check and return visit came between."""


def keep_endings(apps, schema_editor):
    """Cases that wait for their measures were decided already: they end as it was decided."""
    rows = apps.get_model("workflows", "CaseProcess").objects.filter(decision__in=ENDINGS)
    rows.update(ending=F("decision"))


class Migration(migrations.Migration):

    dependencies = [
        ("workflows", "0002_measureprocess"),
    ]

    operations = [
        migrations.AddField(
            model_name="caseprocess",
            name="ending",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.RunPython(keep_endings, migrations.RunPython.noop),
    ]
