"""What `docker compose` needs beside its file: secrets, TLS certificates, and Airflow's login. Nothing of it is kept in
the repo."""
