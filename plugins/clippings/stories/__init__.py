"""Stories: which articles are copies of one another, and which share passages. Never imports Airflow."""
