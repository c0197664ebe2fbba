"""The index: its shape, filing articles in it, and finding them again. Never imports Airflow."""
