import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

READABLE = [
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/plain; charset=utf-8",
]


def announce(apps, schema_editor):
    """Have the files read that are there already."""
    rows = apps.get_model("hotline", "Attachment").objects.exclude(file="").filter(content_type__in=READABLE)
    texts = apps.get_model("hotline", "AttachmentText").objects
    now = timezone.now()
    texts.bulk_create((texts.model(attachment=row, due_at=now) for row in rows.iterator()), batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ('hotline', '0003_deadlines'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='sensitive',
            field=models.BooleanField(default=False, verbose_name='holds health, bank or identity data'),
        ),
        migrations.CreateModel(
            name='AttachmentText',
            fields=[
                ('attachment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reading', serialize=False, to='hotline.attachment')),
                ('text', models.TextField(blank=True)),
                ('problem', models.CharField(blank=True, choices=[('ENCRYPTED', 'Protected by a password: its text is not found'), ('BROKEN', 'Damaged: its text is not found'), ('TOO_LARGE', 'Too large to read: its text is not found'), ('CUT', 'Very long: only the beginning of its text is found'), ('NO_TEXT', 'Has no text, such as a scanned picture')], max_length=9)),
                ('read_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(db_index=True, null=True)),
            ],
        ),
        migrations.RunPython(announce, migrations.RunPython.noop),
    ]
