import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("pinsta", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="verb",
            field=models.CharField(
                choices=[
                    ("liked", "liked your photo"),
                    ("commented", "commented on your photo"),
                    ("followed", "follows you now"),
                    ("posted", "posted a photo"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="pinsta.photo"
                    ),
                ),
                ("word", models.CharField(max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("word", "photo"), name="one_word_once_per_photo")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthorCount",
            fields=[
                (
                    "author",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="author_count",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("photos", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
