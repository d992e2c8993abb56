"""Makes the tables and the demo's people, without cases. Runs inside Django."""

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo_data", cases=0)
