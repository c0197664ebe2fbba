# Airflow with Clippings. The slim image has no providers of its own: everything comes from the lock, with its hashes,
# so that it is the same set of packages that the tests run on.
FROM apache/airflow:slim-3.3.2-python3.12

# Folders that volumes are mounted on: a new volume takes its owner and mode from here. Node keys are for the group as
# well (0), which the OpenSearch container is given.
USER root
RUN install -d -o airflow -g 0 -m 0755 /certificates /certificates/ca \
    && install -d -o airflow -g 0 -m 0750 /certificates/node \
    && install -d -o airflow -g 0 -m 0700 /opt/airflow/login
USER airflow

COPY --chown=airflow:0 requirements.txt /opt/airflow/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r /opt/airflow/requirements.txt

COPY --chown=airflow:0 dags /opt/airflow/dags
COPY --chown=airflow:0 plugins /opt/airflow/plugins
COPY --chown=airflow:0 include /opt/airflow/include

ENV PYTHONPATH=/opt/airflow/plugins
