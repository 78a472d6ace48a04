"""What operators run: provisioning, and what stands around the job."""
