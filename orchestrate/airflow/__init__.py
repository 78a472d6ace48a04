"""What DAGs are made of: schedules of Meltano, their steps, settings; only the operator needs Airflow."""
