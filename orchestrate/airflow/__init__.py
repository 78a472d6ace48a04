"""What DAGs are made of: schedules of Meltano, their steps, a few settings; nothing here needs Airflow."""
